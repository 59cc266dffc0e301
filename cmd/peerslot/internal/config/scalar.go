package config

import (
	"cmp"
	"fmt"
	"iter"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
	"github.com/peerslot/peerslot/scheduler/report"
)

// scalar returns the text of a value that is one of the kinds, or of a cell, without
// spaces around it.
func (v value) scalar(want string, kinds ...kind) (string, bool) {
	for _, k := range append(kinds, cell) {
		if v.kind == k {
			return strings.TrimSpace(v.node.text), true
		}
	}
	hint := ""
	if want == "text" && (v.kind == number || v.kind == boolean) {
		hint = ": put it in quotes"
	}
	v.fail("want %s, not %s%s", want, v.kind, hint)
	return "", false
}

// text reads one line of text. What is not seen in it but turns the order of what is read,
// as programs copy it along with names, is left out.
func (v value) text() string {
	s, _ := v.scalar("text", text)
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) }) {
		v.fail("want one line of text")
		return ""
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if report.Steers(r) {
			return -1
		}
		return r
	}, s))
}

// label reads a word such as a role or a team. It is compared without case, hyphens
// and blanks, and so all that are alike are as the first one was written.
func (v value) label(kind string) string {
	s := v.text()
	key := kind + ":" + column.Fold(s)
	v.r.labels[key] = cmp.Or(v.r.labels[key], s)
	return v.r.labels[key]
}

// word reads text that is one of a few words.
func word[T ~string](v value, words ...T) T {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	want := strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	s, ok := v.scalar(want, text)
	for _, w := range words {
		if s == string(w) {
			return w
		}
	}
	if ok {
		v.fail("want %s, not %s%s", want, quote(s), v.r.suggest(s, names))
	}
	return ""
}

func (v value) boolean() bool {
	s, ok := v.scalar("true or false", boolean)
	b, err := strconv.ParseBool(strings.ToLower(s))
	if ok && err != nil {
		v.fail("want true or false, not %s", quote(s))
	}
	return b
}

// integer reads a whole number from least to most.
func (v value) integer(least, most int) int {
	if v.kind != number && v.kind != cell {
		v.fail("want a whole number from %d to %d, not %s", least, most, v.kind)
		return least
	}
	s := strings.TrimSpace(v.node.text)
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		v.fail("want a whole number from %d to %d, not %s", least, most, quote(s))
		return least
	}
	return n
}

// level reads a person's level. HR systems write it as L5, Level 5 or Grade 7; names of
// several ladders, such as IC5 and M2, cannot be compared.
func (v value) level() int {
	for _, word := range []string{"level", "grade", "l", "g"} {
		digits, ok := strings.CutPrefix(column.Fold(v.node.text), word)
		if n, err := strconv.Atoi(digits); v.kind == cell && ok && err == nil && n >= 1 && n <= 1000 {
			return n
		}
	}
	return v.integer(1, 1000)
}

// percent reads a share as a percentage.
func (v value) percent() float64 {
	const want = "a percentage such as 60%, from 0% to 100%"
	s, ok := v.scalar(want, text, number)
	digits, isPercent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 8)
	if ok && (!isPercent || err != nil || n > 100) {
		v.fail("want %s, not %s", want, quote(s))
		return 0
	}
	return float64(n) / 100
}

// duration reads a length of time from least to most.
func (v value) duration(example string, least, most time.Duration) time.Duration {
	s, ok := v.scalar("a duration such as "+example, text, number)
	if !ok {
		return 0
	}
	d, valid := parseDuration(s)
	switch {
	case !valid:
		v.fail("want a duration such as %s, not %s", example, quote(s))
	case d < least || d > most:
		v.fail("want a duration from %s to %s, not %s", formatDuration(least), formatDuration(most), quote(s))
	default:
		return d
	}
	return 0
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

var durationUnits = []struct {
	unit   byte
	length time.Duration
}{{'w', week}, {'d', day}, {'h', time.Hour}, {'m', time.Minute}}

// parseDuration reads weeks, days, hours and minutes in that order, such as 4w, 24h
// or 1h30m. A zero needs no unit.
func parseDuration(s string) (d time.Duration, ok bool) {
	if s == "0" {
		return 0, true
	}
	for _, u := range durationUnits {
		digits := 0
		for digits < len(s) && digits < 6 && s[digits] >= '0' && s[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits == len(s) || s[digits] != u.unit {
			continue
		}
		n, _ := strconv.Atoi(s[:digits])
		d += time.Duration(n) * u.length
		s, ok = s[digits+1:], true
	}
	return d, ok && s == ""
}

// formatDuration is the inverse of parseDuration, in the largest unit that fits.
func formatDuration(d time.Duration) string {
	for _, u := range durationUnits {
		if d%u.length == 0 && d > 0 {
			return strconv.Itoa(int(d/u.length)) + string(u.unit)
		}
	}
	return "0"
}

// address reads a mail address.
func (v value) address() calendar.Address {
	const want = "a mail address such as ana@acme.example"
	s, ok := v.scalar(want, text)
	if !ok {
		return ""
	}
	a, err := calendar.ParseAddress(s)
	if err != nil {
		v.fail("want %s, not %s", want, quote(s))
	}
	return a
}

// person reads an address of somebody, and returns that under which they are known.
func (v value) person() calendar.Address {
	return v.r.aliases.Person(string(v.address()))
}

// addresses reads a list of different addresses.
func (v value) addresses() []calendar.Address {
	items := v.list("mail addresses")
	all, seen := make([]calendar.Address, 0, len(items)), map[calendar.Address]bool{}
	for _, item := range items {
		a := item.address()
		switch {
		case a == "":
		case seen[a]:
			item.fail("%s is named twice", a)
		default:
			all, seen[a] = append(all, cmp.Or(v.r.roster.Of(a).Address, a)), true // the text of the roster is there already
		}
	}
	return all
}

// members reads a list of different addresses of people.
func (v value) members() []calendar.Address {
	for item, a := range v.eachAddress() {
		item.mentions(a)
	}
	return v.r.aliases.People(v.addresses())
}

// eachAddress yields the addresses of a list as people are known, without reporting what else
// is in it.
func (v value) eachAddress() iter.Seq2[value, calendar.Address] {
	return func(yield func(value, calendar.Address) bool) {
		for item := range v.children() {
			a, err := calendar.ParseAddress(item.node.text)
			if err == nil && !yield(item, v.r.aliases.Person(string(a))) {
				return
			}
		}
	}
}

// attendee reads a mail address, or a name with a mail address in angle brackets.
func (v value) attendee() calendar.Attendee {
	if full, err := mail.ParseAddress(strings.TrimSpace(v.node.text)); v.kind == text && err == nil && full.Name != "" {
		if a, err := calendar.ParseAddress(full.Address); err == nil && !strings.ContainsFunc(full.Name, unicode.IsControl) {
			return calendar.Attendee{Address: a, Name: full.Name}
		}
	}
	return calendar.Attendee{Address: v.address()}
}

// words reads a list of texts that are not empty.
func (v value) words(want string) []string {
	var all []string
	for _, item := range v.list(want) {
		if s := item.text(); s != "" {
			all = append(all, column.Composed(s))
		}
	}
	return all
}

// name reads the name of a program or a group.
func (v value) name() string {
	s, ok := v.scalar("text", text)
	if err := CheckName(s); ok && err != nil {
		v.fail("%s", err)
	}
	return column.Composed(s)
}

const maxName = 64

// CheckName returns an error if s cannot be the name of a program or a group. Names are
// safe as the name of a file and on a command line; the empty one is none.
func CheckName(s string) error {
	if !safeName(s) {
		return fmt.Errorf("%s cannot be a name: want letters, digits, spaces and . _ - between them, at most %d characters", quote(s), maxName)
	}
	return nil
}

func safeName(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return utf8.RuneCountInString(s) <= maxName &&
		(unicode.IsLetter(first) || unicode.IsDigit(first)) && last != '.' && last != ' ' &&
		!strings.Contains(s, "  ") && !strings.Contains(s, "..") &&
		!strings.ContainsFunc(s, func(c rune) bool {
			return !unicode.In(c, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune(" ._-", c)
		})
}

// url reads an absolute http or https URL without a password in it. "" is none.
func (v value) url() string {
	const want = "a URL such as https://calendar.acme.example/"
	s, ok := v.scalar(want, text)
	if !ok || s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || strings.Contains(s, " ") || u.Scheme != "http" && u.Scheme != "https":
		v.fail("want %s", want)
	case u.User != nil:
		v.fail("want a URL without a user and password in it")
	default:
		return s
	}
	return ""
}

var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// variable reads the name of an environment variable. What stands there instead
// may well be the secret itself, so it is not repeated.
func (v value) variable(what string) string {
	s := v.text()
	if s != "" && !variable().MatchString(s) {
		v.fail("want the name of an environment variable that holds the %s, not the %s itself", what, what)
		return ""
	}
	return s
}
