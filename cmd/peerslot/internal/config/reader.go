package config

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/hint"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/holiday"
)

// A reader collects what is wrong while it reads.
type reader struct {
	dir      string // where files are that the configuration names
	files    []string
	problems []Problem
	warnings []Problem
	faults   []Problem // of rows of the roster that cannot be read
	rows     bool      // what is read are these
	steps    int       // spent on nodes
	hints    int       // spent on suggestions

	piece        int              // how many bytes of a long list are parsed at once; 0 for all
	roster       scheduler.Roster // of the workspace that is read
	places       []place          // of its people, by number
	aliases      calendar.Aliases // other addresses, and whose they are
	rosterFile   string
	rosterPath   string
	broken       bool // some people could not be read at all
	noEmails     bool // of anybody, since their column is missing
	programNodes []value
	unknown      []mention
	zones        map[string]string       // by what is written; "" where it is none
	calendars    map[string]calendarFile // by path as written
	labels       map[string]string       // roles, teams and so on as they are first written
}

// A place is where a person stands in the roster, and who is named as their manager.
type place struct {
	item, line, managerLine, managerCol int32
}

// A calendarFile is a calendar of holidays, or why it could not be read.
type calendarFile struct {
	calendar holiday.Calendar
	err      error
}

func newReader(dir string, piece int) *reader {
	return &reader{dir: dir, piece: piece, roster: scheduler.NewRoster(), zones: map[string]string{}, calendars: map[string]calendarFile{}, aliases: calendar.Aliases{}, labels: map[string]string{}}
}

// maxSteps bounds how many nodes are visited, since aliases make few lines of YAML stand
// for many nodes.
const maxSteps = 1_000_000

// spend counts one step, which rows of the roster are none of. After the last it reports
// that, once, and is false; so it is when there are too many problems.
func (r *reader) spend(n *node) bool {
	if r.rows {
		return !r.full()
	}
	if r.steps++; r.steps == maxSteps {
		r.report(Problem{File: n.file, Line: n.line, Column: n.col, Message: "too much is repeated by aliases"})
	}
	return r.steps < maxSteps && !r.full()
}

// maxProblems is more than anybody reads.
const maxProblems = 10_000

func (r *reader) report(p Problem) {
	if r.rows && len(r.faults) < maxProblems {
		r.faults = append(r.faults, p)
		return
	}
	if len(r.problems) == maxProblems {
		p = Problem{File: p.File, Line: p.Line, Column: p.Column, Message: "there are still more problems"}
	}
	if !r.full() {
		r.problems = append(r.problems, p)
	}
}

func (r *reader) full() bool { return len(r.problems) > maxProblems }

// A value is a node together with how it is reached. Its methods read it as what
// it must be; they report what is wrong, and then return a zero value.
type value struct {
	*node
	r    *reader
	path string
}

func (v value) fail(format string, args ...any) {
	if !v.r.full() {
		v.r.report(v.problem(format, args...))
	}
}

func (v value) warn(format string, args ...any) {
	v.r.warnings = append(v.r.warnings, v.problem(format, args...))
}

func (v value) problem(format string, args ...any) Problem {
	return Problem{File: v.file, Line: v.line, Column: v.col, Path: v.path, Message: fmt.Sprintf(format, args...)}
}

// given reports whether there is anything; a key without a value counts as not
// given.
func (v value) given() bool { return v.node != nil && v.kind != nothing }

// at returns the value of a key. One that is not there is nothing, where the
// mapping is.
func (v value) at(key string) value {
	for _, e := range v.entries {
		if e.key.text == key {
			return value{e.value, v.r, join(v.path, key)}
		}
	}
	return value{&node{file: v.file, line: v.line, col: v.col}, v.r, join(v.path, key)}
}

func (v value) has(key string) bool { return v.at(key).given() }

// require reports that a key is missing; want says what should be there.
func (v value) require(key, want string) {
	if v.kind == mapping && !v.has(key) {
		v.fail("%s is missing: want %s", key, want)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// fields say how to read each key that a mapping may have.
type fields map[string]func(value)

// fields reads a mapping. It is false if there is none.
func (v value) fields(known fields) bool {
	if !v.is(mapping, mapping.String()) {
		return false
	}
	for _, e := range v.entries {
		read, ok := known[e.key.text]
		if !ok {
			v.unknownKey(e.key, known)
			continue
		}
		if child := (value{e.value, v.r, join(v.path, e.key.text)}); child.given() && v.r.spend(e.value) {
			read(child)
		}
	}
	return true
}

func (v value) unknownKey(key *node, known fields) {
	names := slices.Sorted(maps.Keys(known))
	hint := v.r.suggest(key.text, names)
	if hint == "" {
		hint = ": want one of " + strings.Join(names, ", ")
	}
	value{key, v.r, v.path}.fail("unknown key %s%s", quote(key.text), hint)
}

// suggest is hint.At, which gets too slow to be asked often.
func (r *reader) suggest(word string, candidates []string) string {
	const most = 1000
	if r.hints++; r.hints > most || len(candidates) > most || len(word) > 100 {
		return ""
	}
	return hint.At(word, candidates)
}

// each calls read for each entry of a mapping whose keys are not known
// beforehand; want says of what.
func (v value) each(want string, read func(key *node, v value)) {
	if !v.is(mapping, want) {
		return
	}
	if len(v.entries) == 0 {
		v.fail("want %s, not an empty mapping", want)
	}
	for _, e := range v.entries {
		name := e.key.text
		if secret(name) || len(name) > 60 {
			name = "…"
		}
		if v.r.spend(e.value) {
			read(e.key, value{e.value, v.r, join(v.path, name)})
		}
	}
}

// list returns the values of a list; want says of what.
func (v value) list(want string) []value {
	if !v.is(list, want) {
		return nil
	}
	return slices.Collect(v.children())
}

// children yields the values of what may be a list, and none of anything else.
func (v value) children() iter.Seq[value] {
	return func(yield func(value) bool) {
		if v.node == nil {
			return
		}
		i := 0
		for n := range v.all() {
			if !v.r.spend(n) || !yield(value{n, v.r, fmt.Sprintf("%s[%d]", v.path, i)}) {
				return
			}
			i++
		}
	}
}

// is reports whether the value is of a kind, and what is wrong if not.
func (v value) is(k kind, want string) bool {
	if v.kind == k {
		return true
	}
	article := ""
	if k == list {
		article = "a list of "
	}
	v.fail("want %s%s, not %s", article, want, v.kind)
	return false
}
