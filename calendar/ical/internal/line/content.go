package line

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
)

// A Content is one unfolded line, taken apart as leniently as its sense can
// be told. It shares memory with the text that it was parsed from.
type Content struct {
	Name   []byte
	Params []Param
	Value  []byte
	Flawed bool // a parameter had no value and was left out

	last []string // parameters of a property; most have those of the one before
}

// A Param is one parameter of a line. Its value may hold commas, quotes and, if
// it is quoted, anything else.
type Param struct{ Name, Value []byte }

// What is wrong with a line. [ErrLong] is what a reader says of one that goes on for ever.
var (
	errNoColon  = errors.New("a line without a colon")
	errName     = errors.New("a line without a name")
	errUnclosed = errors.New("a quote is not closed")
	errParams   = errors.New("parameters too long")
	ErrLong     = errors.New("line too long")
)

// Parse takes a line apart.
func (c *Content) Parse(line []byte) error {
	c.Params, c.Value, c.Flawed = c.Params[:0], nil, false
	n := NameLength(line)
	if c.Name = line[:max(n, 0)]; n < 0 {
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
	c.Value = rest[1:]
	return nil
}

// NameLength returns the length of the name that a line begins with, or -1 if
// it has none.
func NameLength(line []byte) int {
	for i, b := range line {
		if inName[b] {
			continue
		}
		if i > 0 && (b == ':' || b == ';') {
			return i
		}
		break
	}
	return -1
}

// inName are the bytes that a name may have.
var inName = func() (in [256]bool) {
	for b := '!'; b < 0x7f; b++ {
		in[b] = b != ':' && b != ';' && b != '"'
	}
	return in
}()

// parseParam takes one parameter off text and returns what follows it, which
// begins with a semicolon or colon.
func (c *Content) parseParam(text []byte) (rest []byte, err error) {
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
		c.Flawed = true
	default:
		c.Params = append(c.Params, Param{text[:eq], text[eq+1 : i]})
	}
	return text[i:], nil
}

// MendZone undoes that an unquoted TZID with a colon, such as
// (UTC+01:00) Berlin, was cut there: times begin with the four digits of a year.
func (c *Content) MendZone() {
	last, colon := len(c.Params)-1, bytes.LastIndexByte(c.Value, ':')
	if last < 0 || colon < 0 || !EqualFold(c.Params[last].Name, "TZID") || beginsWithYear(c.Value) {
		return
	}
	tzid := c.Params[last].Value // the colon and the value follow it in memory
	c.Params[last].Value = tzid[:len(tzid)+1+colon]
	c.Value = c.Value[colon+1:]
}

func beginsWithYear(value []byte) bool {
	n := 0
	for n < len(value) && value[n] >= '0' && value[n] <= '9' {
		n++
	}
	return n >= 4
}

// Named reports whether the line has that name, which is in upper case.
func (c *Content) Named(name string) bool { return EqualFold(c.Name, name) }

// Is reports whether the line is NAME:VALUE, both in upper case.
func (c *Content) Is(name, value string) bool {
	return c.Named(name) && EqualFold(bytes.TrimSpace(c.Value), value)
}

// Param returns the value of a parameter, which is in upper case, without quotes
// and blanks around it, or "".
func (c *Content) Param(name string) string {
	for _, p := range c.Params {
		if EqualFold(p.Name, name) {
			return string(bytes.Trim(p.Value, `" `))
		}
	}
	return ""
}

// Names reports whether the line names the person with a mail address, in its
// value or, as servers do that put an identity of their own there, in EMAIL.
func (c *Content) Names(address string) bool {
	return strings.EqualFold(c.Param("EMAIL"), address) || strings.EqualFold(MailIn(string(c.Value)), address)
}

// MailIn returns the mail address in a value such as mailto:ana@acme.example.
func MailIn(value string) string {
	value = strings.TrimSpace(value)
	scheme, address, ok := strings.Cut(value, ":")
	if !ok || !strings.EqualFold(scheme, "mailto") {
		return value
	}
	if plain, err := url.PathUnescape(address); err == nil {
		return plain
	}
	return address
}

// EqualFold reports whether text is name, which is ASCII in upper case, in any
// case.
func EqualFold(text []byte, name string) bool {
	if string(text) == name { // as most write it
		return true
	}
	if len(text) != len(name) {
		return false
	}
	for i, b := range text {
		if Upper(b) != name[i] {
			return false
		}
	}
	return true
}

// Upper returns the upper case of a letter of ASCII, and any other byte as it is.
func Upper(b byte) byte {
	if 'a' <= b && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}

// AppendUpper appends a text in upper case, as Upper has it.
func AppendUpper(dst, text []byte) []byte {
	for _, b := range text {
		dst = append(dst, Upper(b))
	}
	return dst
}
