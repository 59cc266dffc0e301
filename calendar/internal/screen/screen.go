// Package screen leaves out of calendars what is nobody's business, before anything
// of them is kept.
package screen

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/peerslot/peerslot/calendar"
)

// A screen is a calendar without what is nobody's business: it reads one and
// leaves out titles, notes, places and all people but the owner. When somebody
// is busy can still be told from it as from the whole.
type screen struct {
	src    *bufio.Reader
	owner  string
	ends   string // the bytes that may end a line
	loneCR bool   // the calendar knows only CR
	begun  bool   // a line that is not blank was seen

	line []byte // up to now, with its folds
	flat []byte // the line, with its folds undone
	long bool   // the line went beyond maxLine and was judged by its beginning
	keep bool   // and the rest of it stays
	owed bool   // what was written of the line lacks its end
	last byte   // that was read
	out  bytes.Buffer
	err  error
}

const (
	screenBuffer = 64 << 10
	maxLine      = 64 << 10 // bytes of a line that are looked at as a whole
)

// New returns the calendar that r holds, without what is private. If the
// owner is "", nobody's answer to an invitation is left.
func New(r io.Reader, owner calendar.Address) io.Reader {
	s := &screen{src: bufio.NewReaderSize(r, screenBuffer), owner: string(owner), ends: "\n"}
	head, err := s.src.Peek(screenBuffer / 2)
	if err != nil && err != io.EOF {
		s.err = err
	}
	// The reader of calendars tells from the beginning, too.
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		s.ends, s.loneCR = "\r\n", true
	}
	return s
}

// Read implements [io.Reader].
func (s *screen) Read(p []byte) (int, error) {
	for s.err == nil && s.out.Len() < len(p) {
		s.step()
	}
	if s.out.Len() == 0 && len(p) > 0 {
		return 0, s.err
	}
	return s.out.Read(p)
}

// step takes in one line of the text, or a part of it if it is long.
func (s *screen) step() {
	piece := s.piece()
	if s.err != nil {
		if s.err == io.EOF {
			s.finish("")
		}
		return
	}
	if len(s.line) == 0 && !s.long && len(bytes.Trim(piece, "\r\n")) == 0 {
		s.out.Write(piece) // what follows a blank line does not continue it
		return
	}
	s.take(piece)
	end := s.end(piece)
	if end == "" {
		return
	}
	next, err := s.src.Peek(1)
	if err == nil && (next[0] == ' ' || next[0] == '\t') {
		return
	}
	s.finish(end)
	if err != io.EOF {
		s.err = err
	}
}

// end returns the end of a line that the piece has, or "". A CRLF may have come
// in two pieces.
func (s *screen) end(piece []byte) string {
	before := s.last
	if len(piece) > 1 {
		before = piece[len(piece)-2]
	}
	s.last = piece[len(piece)-1]
	switch {
	case strings.IndexByte(s.ends, s.last) < 0:
		return ""
	case s.last == '\n' && before == '\r':
		return "\r\n"
	}
	return string(s.last)
}

// piece returns what is at hand of the text, up to the end of the line. It is
// not empty, and valid until the next call that reads.
func (s *screen) piece() []byte {
	if _, err := s.src.Peek(1); err != nil {
		s.err = err
		return nil
	}
	text, _ := s.src.Peek(s.src.Buffered())
	if i := bytes.IndexAny(text, s.ends); i >= 0 {
		text = text[:i+1]
	}
	// What was peeked stays in place until more is read.
	s.src.Discard(len(text))
	return text
}

// take adds to the line, and judges it as soon as it is long.
func (s *screen) take(piece []byte) {
	if s.long {
		if s.keep {
			s.write(piece)
		}
		return
	}
	if s.line = append(s.line, piece...); len(s.line) <= maxLine {
		return
	}
	s.long = true
	s.judge()
}

// finish ends the line.
func (s *screen) finish(end string) {
	if !s.long && len(s.line) > 0 {
		s.judge()
	}
	if s.owed {
		s.out.WriteString(end)
	}
	s.line, s.long, s.keep, s.owed = s.line[:0], false, false, false
}

// judge writes what may be kept of the line.
func (s *screen) judge() {
	s.unfold()
	name := s.name()
	switch becomes := fates[name]; {
	case becomes == kept, strings.HasPrefix(name, "X-MICROSOFT-CDO-"):
		s.keep = true
		s.write(s.line)
	case becomes == blanked, strings.HasPrefix(name, "X-"):
		s.put(name + ":-")
	case name == "ATTENDEE":
		if partstat, own := s.answer(); own && !s.long {
			s.put(name + partstat + ":mailto:" + s.owner)
		}
	case name == "":
		s.put("-") // no property, and the reader warns of that
	}
}

// put writes what stands in place of the line, or of the rest of it.
func (s *screen) put(text string) {
	s.out.WriteString(text)
	s.owed = true
}

// write writes a part of a line that is kept. A CR within it may hide another
// line from the readers who take no CR for an end, so what follows it goes.
func (s *screen) write(text []byte) {
	for i := 0; !s.loneCR; i++ {
		n := bytes.IndexByte(text[i:], '\r')
		if n < 0 {
			break
		}
		i += n
		if rest := bytes.TrimLeft(text[i:], "\r \t"); len(rest) > 0 && rest[0] != '\n' {
			s.keep = false
			s.out.Write(text[:i])
			s.put("\r-")
			return
		}
	}
	s.out.Write(text)
}

// unfold undoes the folds of the line.
func (s *screen) unfold() {
	flat, line := s.flat[:0], s.line
	if !s.begun { // as the reader of calendars does
		line = bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\ufeff")), " \t")
		s.begun = true
	}
	for len(line) > 0 {
		i := bytes.IndexAny(line, s.ends)
		if i < 0 {
			i = len(line)
		}
		flat = append(flat, bytes.TrimRight(line[:i], "\r")...)
		line = line[min(i+2, len(line)):] // the end, and the blank that begins the next
	}
	s.flat = flat
}

// name returns the name of the line's property in upper case, or "" if it is
// none. A line that lacks a colon may still be a property.
func (s *screen) name() string {
	n := bytes.IndexAny(s.flat, ":;")
	if n < 0 {
		n = len(bytes.TrimRight(s.flat, " \t"))
	}
	if n > 100 {
		return ""
	}
	name := strings.ToUpper(string(s.flat[:n]))
	if strings.ContainsFunc(name, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' }) {
		return ""
	}
	if n == len(bytes.TrimRight(s.flat, " \t")) && fates[name] != kept { // a word of a note
		return ""
	}
	return name
}

// answer reports whether an ATTENDEE is the owner, and returns the parameters
// that tell whether they come.
func (s *screen) answer() (partstat string, own bool) {
	if s.owner == "" {
		return "", false
	}
	rest := s.flat[len("ATTENDEE"):]
	for len(rest) > 0 && rest[0] == ';' {
		n := endOfParam(rest[1:])
		if n < 0 {
			return "", false
		}
		name, value, _ := strings.Cut(string(rest[1:1+n]), "=")
		value = strings.Trim(value, `"`)
		switch strings.ToUpper(name) {
		case "PARTSTAT":
			if !strings.ContainsFunc(value, notInToken) {
				partstat += ";PARTSTAT=" + value
			}
		case "EMAIL":
			own = own || strings.EqualFold(strings.TrimSpace(value), s.owner)
		}
		rest = rest[1+n:]
	}
	if len(rest) == 0 {
		return "", false
	}
	address := strings.TrimSpace(string(rest[1:]))
	if scheme, after, ok := strings.Cut(address, ":"); ok && strings.EqualFold(scheme, "mailto") {
		address = after
	}
	return partstat, own || strings.EqualFold(address, s.owner)
}

func notInToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
}

// endOfParam returns where the parameter that text begins with ends, or -1.
func endOfParam(text []byte) int {
	quoted := false
	for i, b := range text {
		switch {
		case b == '"':
			quoted = !quoted
		case !quoted && (b == ';' || b == ':'):
			return i
		}
	}
	return -1
}
