package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Problem is something in a file that cannot be used, or may not be meant.
type Problem struct {
	File    string
	Line    int    // from 1
	Column  int    // in characters, from 1
	Path    string // such as people[3].hours, counted from 0; "" for the file as a whole
	Message string
}

// String returns the problem as peerslot.yaml:12:5: people[3].hours: message.
func (p Problem) String() string {
	where := fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Path == "" {
		return where + p.Message
	}
	return where + p.Path + ": " + p.Message
}

// Errors are all the problems of a configuration, at least one, in the order of
// the file; those of other files that it names follow.
type Errors []Problem

// Error returns one line for each problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// inOrder sorts problems by where they are. Files are in the order in which they
// were opened.
func (r *reader) inOrder(problems []Problem) Errors {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(r.files, a.File), slices.Index(r.files, b.File)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return problems
}

// quote returns what the user wrote, fit for a message: short, on one line, and
// without what may be the URL of a calendar.
func quote(s string) string {
	if secret(s) {
		return "a URL"
	}
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

func secret(s string) bool { return strings.Contains(s, "//") }
