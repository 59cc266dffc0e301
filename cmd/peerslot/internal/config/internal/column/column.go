// Package column knows what HR systems and spreadsheets call the keys of a person.
package column

import (
	"slices"
	"strings"
	"unicode"
)

// names are what others call the keys, folded. first, last and number are no keys: they make a name, and tell managers.
var names = map[string][]string{
	"email":      {"workemail", "emailaddress", "workemailaddress", "companyemail", "businessemail", "primaryemail", "primaryworkemail", "emailwork", "workemail", "mailaddress", "useremail"},
	"name":       {"fullname", "displayname", "employeename", "employee", "preferredname", "worker", "legalname"},
	"first":      {"firstname", "givenname", "preferredfirstname", "forename", "legalfirstname"},
	"last":       {"lastname", "familyname", "surname", "preferredlastname", "legallastname"},
	"number":     {"employeeid", "employeenumber", "employeeno", "employeen", "personnelnumber", "workerid", "staffid", "staffnumber", "id"},
	"role":       {"jobtitle", "title", "position", "businesstitle", "jobprofile", "job"},
	"level":      {"joblevel", "grade", "managementlevel", "careerlevel"},
	"manager":    {"manageremail", "reportsto", "reportingto", "supervisor", "supervisoremail", "linemanager", "managerworkemail", "managername", "managerid", "manageremployeeid", "manageremployeenumber", "managersemail", "supervisorname", "reportstoemail"},
	"department": {"departmentname", "dept", "division", "supervisoryorganization"},
	"team":       {"teamname", "squad"},
	"location":   {"office", "site", "worklocation", "officelocation", "locationname", "workplace"},
	"timezone":   {"tz", "timezonename", "zone"},
}

// Fold returns a word as it is compared: without case, hyphens, blanks and the like.
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// Of returns the key that a column of the row of names stands for, "" if it is none that
// is known. The key's own name comes before what others call it, so that both may be there.
func Of(name string, known func(key string) bool, row []string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if known(name) {
		return name
	}
	folded := Fold(strings.ReplaceAll(name, "#", "n")) // Employee #
	for key, others := range names {
		if folded != Fold(key) && !slices.Contains(others, folded) || folded == "" {
			continue
		}
		// Of several that mean the same the first one counts.
		for _, other := range row {
			switch o := strings.ToLower(strings.TrimSpace(other)); {
			case o == key && known(key):
				return ""
			case o == name:
				return key
			case slices.Contains(others, Fold(o)):
				return ""
			}
		}
	}
	return ""
}
