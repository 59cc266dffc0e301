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

// suggest returns a hint at the candidate that word was most likely meant to be, or
// "". What follows an @ is mostly right, and so it does not count for how much may
// be wrong. Candidates are tried in their order.
func suggest(word string, candidates []string) string {
	word = strings.ToLower(word)
	local, _, _ := strings.Cut(word, "@")
	best, least := "", max(1, len(local)/4)+1
	for _, c := range candidates {
		if abs(len(c)-len(word)) >= least {
			continue
		}
		if d := distance(word, strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func abs(n int) int { return max(n, -n) }

// distance is the number of bytes to add, drop, change or swap with the next to
// turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
