// Package column knows what HR systems and spreadsheets call the keys of a person.
package column

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// names are what others call the keys, folded. first, last and number are no keys: they make a name, and tell managers.
var names = map[string][]string{
	"email":      {"workemail", "emailaddress", "workemailaddress", "companyemail", "businessemail", "primaryemail", "primaryworkemail", "emailwork", "mailaddress", "useremail", "workcontactworkemail"},
	"name":       {"fullname", "displayname", "employeename", "employee", "preferredname", "worker", "legalname"},
	"first":      {"firstname", "givenname", "preferredfirstname", "forename", "legalfirstname"},
	"last":       {"lastname", "familyname", "surname", "preferredlastname", "legallastname"},
	"number":     {"employeeid", "employeenumber", "employeeno", "employeen", "personnelnumber", "workerid", "staffid", "staffnumber", "associateid", "id"},
	"role":       {"jobtitle", "title", "position", "businesstitle", "jobprofile", "job"},
	"level":      {"joblevel", "grade", "managementlevel", "careerlevel"},
	"manager":    {"manageremail", "reportsto", "reportingto", "supervisor", "supervisoremail", "linemanager", "managerworkemail", "managername", "managerid", "manageremployeeid", "manageremployeenumber", "managersemail", "supervisorname", "reportstoemail", "reportstoname", "reportstoassociateid"},
	"department": {"departmentname", "dept", "division", "supervisoryorganization", "homedepartment"},
	"team":       {"teamname", "squad"},
	"location":   {"office", "site", "worklocation", "officelocation", "locationname", "workplace", "city"},
	"timezone":   {"tz", "timezonename", "zone"},
}

// Fold returns a word as it is compared: without case, hyphens, blanks and the like.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, Composed(s))
}

// Composed returns a name with its letters composed (Unicode's form C), as people take them
// for the same: file systems and some exports have accents apart.
func Composed(s string) string { return norm.NFC.String(s) }

// fillers are words of column names that say nothing besides others.
var fillers = []string{"employee", "worker", "primary", "preferred", "legal", "description", "s"}

// meaning returns the key that a column's name stands for by itself, "" if none.
func meaning(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "#", "n") // Employee #
	if key := called(Fold(name)); key != "" {
		return key
	}
	var words []string // Preferred Name - First Name, Email - Primary Work, Worker's Manager
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		words = slices.DeleteFunc(words, func(w string) bool { return w == word })
		if !slices.Contains(fillers, word) {
			words = append(words, word)
		}
	}
	return called(strings.Join(words, ""))
}

// called returns the key that others call by the folded word.
func called(folded string) string {
	for key, others := range names {
		if folded == Fold(key) || slices.Contains(others, folded) {
			return key
		}
	}
	return ""
}

// Of returns the key that a column of the row of names stands for, "" if it is none that
// is known. The key's own name comes before what others call it, so that both may be
// there; of several that mean the same the first one counts.
func Of(name string, known func(key string) bool, row []string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if known(name) {
		return name
	}
	key := meaning(name)
	same := func(other string) bool { return strings.ToLower(strings.TrimSpace(other)) == name }
	itself := func(other string) bool { return strings.ToLower(strings.TrimSpace(other)) == key }
	first := slices.IndexFunc(row, func(other string) bool { return meaning(other) == key })
	if key == "" || known(key) && slices.ContainsFunc(row, itself) || first >= 0 && !same(row[first]) {
		return ""
	}
	return key
}
