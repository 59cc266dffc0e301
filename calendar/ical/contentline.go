package ical

import (
	"bytes"
	"errors"
)

// A contentLine is one unfolded line, taken apart as leniently as its sense can
// be told. It shares memory with the text that it was parsed from.
type contentLine struct {
	name   []byte
	params []param
	value  []byte
	flawed bool // a parameter had no value and was left out
}

// A param is one parameter of a line. Its value may hold commas, quotes and, if
// it is quoted, anything else.
type param struct{ name, value []byte }

var (
	errNoColon  = errors.New("a line without a colon")
	errName     = errors.New("a line without a name")
	errUnclosed = errors.New("a quote is not closed")
	errParams   = errors.New("parameters too long")
	errLong     = errors.New("line too long")
)

// parse takes a line apart.
func (c *contentLine) parse(line []byte) error {
	c.params, c.value, c.flawed = c.params[:0], nil, false
	n := nameLength(line)
	if c.name = line[:max(n, 0)]; n < 0 {
		return errName
	}
	rest := line[n:]
	for len(rest) > 0 && rest[0] == ';' {
		if len(line)-len(rest) > maxParams {
			return errParams
		}
		var err error
		if rest, err = c.parseParam(rest[1:]); err != nil {
			return err
		}
	}
	if len(rest) == 0 {
		return errNoColon
	}
	if len(line)-len(rest) > maxParams {
		return errParams
	}
	c.value = rest[1:]
	return nil
}

// nameLength returns the length of the name that a line begins with, or -1 if
// it has none.
func nameLength(line []byte) int {
	for i, b := range line {
		switch {
		case b == ':' || b == ';':
			if i == 0 {
				return -1
			}
			return i
		case b <= ' ' || b == '"' || b >= 0x7f:
			return -1
		}
	}
	return -1
}

// parseParam takes one parameter off text and returns what follows it, which
// begins with a semicolon or colon.
func (c *contentLine) parseParam(text []byte) (rest []byte, err error) {
	eq, i, quoted := -1, 0, false
scan:
	for ; i < len(text); i++ {
		switch b := text[i]; {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '=' && eq < 0:
			eq = i
		case b == ';' || b == ':':
			break scan
		}
	}
	switch {
	case quoted:
		return nil, errUnclosed
	case i == len(text):
		return nil, errNoColon
	case eq <= 0:
		c.flawed = true
	default:
		c.params = append(c.params, param{text[:eq], text[eq+1 : i]})
	}
	return text[i:], nil
}

// mendZone undoes that an unquoted TZID with a colon, such as
// (UTC+01:00) Berlin, was cut there: times begin with the four digits of a year.
func (c *contentLine) mendZone() {
	last, colon := len(c.params)-1, bytes.LastIndexByte(c.value, ':')
	if last < 0 || colon < 0 || !equalFold(c.params[last].name, "TZID") || beginsWithYear(c.value) {
		return
	}
	tzid := c.params[last].value // the colon and the value follow it in memory
	c.params[last].value = tzid[:len(tzid)+1+colon]
	c.value = c.value[colon+1:]
}

func beginsWithYear(value []byte) bool {
	n := 0
	for n < len(value) && value[n] >= '0' && value[n] <= '9' {
		n++
	}
	return n >= 4
}

// named reports whether the line has that name, which is in upper case.
func (c *contentLine) named(name string) bool { return equalFold(c.name, name) }

// is reports whether the line is NAME:VALUE, both in upper case.
func (c *contentLine) is(name, value string) bool {
	return c.named(name) && equalFold(bytes.TrimSpace(c.value), value)
}

// append writes the line so that go-ical reads it: the name in upper case and
// every parameter quoted.
func (c *contentLine) append(text []byte) []byte {
	text = appendUpper(text, c.name)
	for _, p := range c.params {
		text = appendUpper(append(text, ';'), p.name)
		text = append(text, '=')
		if quotedList(p.value) {
			text = append(text, p.value...)
			continue
		}
		text = append(text, '"')
		for _, b := range p.value {
			if b != '"' && (b >= ' ' || b == '\t') {
				text = append(text, b)
			}
		}
		text = append(text, '"')
	}
	text = append(text, ':')
	return append(append(text, c.value...), '\n')
}

// quotedList reports whether value is one quoted text or several, with commas
// between them.
func quotedList(value []byte) bool {
	if len(value) == 0 {
		return false
	}
	for len(value) > 0 {
		if value[0] != '"' {
			return false
		}
		end := bytes.IndexByte(value[1:], '"')
		if end < 0 {
			return false
		}
		value = value[end+2:]
		if len(value) > 1 && value[0] == ',' {
			value = value[1:]
		}
	}
	return true
}

// equalFold reports whether text is name, which is ASCII in upper case, in any
// case.
func equalFold(text []byte, name string) bool {
	if len(text) != len(name) {
		return false
	}
	for i, b := range text {
		if upper(b) != name[i] {
			return false
		}
	}
	return true
}

func upper(b byte) byte {
	if 'a' <= b && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}

func appendUpper(dst, text []byte) []byte {
	for _, b := range text {
		dst = append(dst, upper(b))
	}
	return dst
}
