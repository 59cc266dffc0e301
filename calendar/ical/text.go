package ical

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/busy"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// UIDText returns the UID property of the series that Encode writes.
func UIDText(uid calendar.UID) string { return string(uid) + busy.Suffix }

// UIDOf returns the series that has the UID property text, and whether it is one
// of ours.
func UIDOf(text string) (calendar.UID, bool) {
	uid, ok := strings.CutSuffix(text, busy.Suffix)
	return calendar.UID(uid), ok && uid != ""
}

// rawProp returns a property with a value that needs no escapes. params are names
// and values in turn.
func rawProp(name, value string, params ...string) *ical.Prop {
	p := ical.NewProp(name)
	p.Value = value
	for i := 0; i < len(params); i += 2 {
		p.Params.Set(params[i], params[i+1])
	}
	return p
}

func setRaw(c *ical.Component, name, value string, params ...string) {
	c.Props.Set(rawProp(name, value, params...))
}

// setText sets a property to a text. There is none for an empty one, which some
// programs take for an error.
func setText(c *ical.Component, name, text string) {
	if text != "" {
		setRaw(c, name, escapeText(plainText(text)))
	}
}

// textOf returns the text of a component's property, "" if it has none.
func textOf(c *line.Component, name string) string {
	if p := c.Get(name); p != nil {
		return unescapeText(p.Value)
	}
	return ""
}

var textEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escapeText returns text as a TEXT value (RFC 5545, section 3.3.11).
func escapeText(text string) string { return textEscapes.Replace(text) }

// unescapeText reads a TEXT value. Escapes that the format does not know, such as
// \: of some programs, stand for the character itself.
func unescapeText(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	for {
		before, rest, ok := strings.Cut(value, `\`)
		b.WriteString(before)
		switch {
		case !ok:
			return b.String()
		case rest == "":
			b.WriteByte('\\')
			return b.String()
		case rest[0] == 'n' || rest[0] == 'N':
			b.WriteByte('\n')
		default:
			b.WriteByte(rest[0])
		}
		value = rest[1:]
	}
}

// lineEnds are all that some program takes for the end of a line.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// plainText returns text as a TEXT value can hold it: valid UTF-8, its line ends
// \n, and without other control characters but tabs.
func plainText(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r > '~' }) {
		return text // as most are
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(text, "\ufffd")))
}

// plainName returns text as a parameter can hold it, in what programs make of it:
// on one line, without blanks around it, and without backslashes, which some take
// for an escape of the quote or semicolon that ends the value.
func plainName(text string) string {
	return strings.TrimSpace(nameEscapes.Replace(plainText(text)))
}

var nameEscapes = strings.NewReplacer("\n", " ", "\t", " ", `\`, "/")

var (
	paramEscapes   = strings.NewReplacer("^", "^^", "\n", "^n", `"`, "^'")
	paramUnescapes = strings.NewReplacer("^^", "^", "^n", "\n", "^'", `"`)
)

// escapeParam returns text as a parameter's value, which cannot hold quotes (RFC
// 6868).
func escapeParam(text string) string { return paramEscapes.Replace(text) }

func unescapeParam(value string) string {
	if !strings.Contains(value, "^") {
		return value
	}
	return paramUnescapes.Replace(value)
}

// isURL reports whether s can stand as it is where a URI is wanted.
func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r)
	})
}

// durationText returns a positive number of whole seconds as a DURATION.
func durationText(d time.Duration) string {
	s := "PT"
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := d / unit.length; n > 0 {
			s += fmt.Sprintf("%d%s", n, unit.name)
			d -= n * unit.length
		}
	}
	return s
}

// withNote returns the description of an occurrence with a note.
func withNote(note, description string) string {
	if note == "" || description == "" {
		return note + description
	}
	return note + "\n\n" + description
}

// noteIn returns the note that withNote put before the description, "" if there
// is none. ok is false if text is not what withNote makes. No text says nothing.
func noteIn(text, description string) (note string, ok bool) {
	if description == "" || text == "" {
		return text, true
	}
	if text == description {
		return "", true
	}
	return strings.CutSuffix(text, "\n\n"+description)
}
