// Package screen keeps of other people's calendars only what tells when somebody is
// busy, for those who keep copies of them.
package screen

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A screen is a calendar without what is nobody's business.
type screen struct {
	lines *ical.Lines
	line  ical.Line
	owner []string
	from  string // whose invitations can be told; "" for nobody's
	out   bytes.Buffer
	ended int // lines of out
}

// New returns the calendar that r holds without titles, notes, places and all
// people but the owner. When somebody is busy can still be told from it as from
// the whole, and its lines have the numbers that they had. Under whichever address
// of theirs the owner was invited, the first takes its place. If that is "", nobody's
// answer to an invitation is left. What the organizer invites to says so, and nobody
// else's invitations say whose they are.
func New(r io.Reader, organizer calendar.Address, owner ...calendar.Address) io.Reader {
	s := &screen{lines: ical.NewLines(r), from: string(organizer)}
	for _, a := range owner {
		if a != "" {
			s.owner = append(s.owner, string(a))
		}
	}
	return s
}

// Read implements [io.Reader].
func (s *screen) Read(p []byte) (int, error) {
	for s.out.Len() < len(p) && s.lines.Next() {
		s.take()
	}
	if s.out.Len() > 0 {
		return s.out.Read(p)
	}
	if err := s.lines.Err(); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// take reads one line and keeps what may be kept of it.
func (s *screen) take() {
	number, text := s.lines.Number, s.lines.Whole()
	name := nameOf(text)
	switch becomes := fates[name]; {
	case name == "":
		s.put(number, "-") // no property, and the reader warns of that
	case becomes == kept, strings.HasPrefix(name, "X-MICROSOFT-CDO-"):
		s.keep(number, text)
	case name == "SUMMARY" && ical.SaysOnlyBusy(text):
		s.put(number, name+":busy")
	case name == "ORGANIZER" && s.from != "" && s.names(text, s.from):
		s.put(number, name+":mailto:"+s.from)
	case becomes == blanked, strings.HasPrefix(name, "X-"):
		s.put(number, name+":-")
	case name == "ATTENDEE" && len(s.owner) > 0 && s.names(text, s.owner...):
		s.put(number, name+answer(s.line.Param("PARTSTAT"))+":mailto:"+s.owner[0])
	}
}

// names reports whether a line is about one of these people, and parses it.
func (s *screen) names(text []byte, people ...string) bool {
	return !s.lines.Cut && s.line.Parse(text) == nil && slices.ContainsFunc(people, s.line.Names)
}

// keep writes a line as it is. What follows a CR within it may be another line to
// other programs, and goes. A line of which the reader cut a part stays too long
// to be read whole.
func (s *screen) keep(number int, text []byte) {
	head, rest, hidden := bytes.Cut(text, []byte("\r"))
	if hidden && len(bytes.Trim(rest, "\r \t")) > 0 {
		s.put(number, string(head)+"\r-")
		return
	}
	filler := ""
	if s.lines.Cut {
		filler = strings.Repeat("-", 1<<10)
	}
	s.put(number, string(text)+filler)
}

// put writes a line under its number: what was left out before it becomes blank.
func (s *screen) put(number int, text string) {
	for ; s.ended < number-1; s.ended++ {
		s.out.WriteString("\r\n")
	}
	s.out.WriteString(text)
	s.out.WriteString("\r\n")
	s.ended++
}

// nameOf returns the name of a line's property in upper case, or "" if it is
// none.
func nameOf(text []byte) string {
	n := bytes.IndexAny(text, ":;")
	if n <= 0 || n > 100 {
		return ""
	}
	name := strings.ToUpper(string(text[:n]))
	if strings.ContainsFunc(name, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' }) {
		return ""
	}
	return name
}

// answer returns the parameter that tells whether somebody comes.
func answer(partstat string) string {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' }
	if partstat == "" || strings.ContainsFunc(partstat, odd) {
		return ""
	}
	return ";PARTSTAT=" + partstat
}
