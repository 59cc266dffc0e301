package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Harmless returns text in which nothing steers a terminal or turns the order of
// what is read: control characters, line separators and direction marks of any kind
// are written out, such as \x1b. Ends of lines, tabs and the colours of a [Printer]
// stay. It is the one place through which all text goes before a screen.
func Harmless(text []byte) []byte { return spellOut(text, true) }

// HarmlessPage is Harmless for a mail or a page, which has no colours; its lines end in \n.
func HarmlessPage(text []byte) []byte {
	return spellOut(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), false)
}

func spellOut(text []byte, keepStyles bool) []byte {
	if harmless(text) {
		return text
	}
	var b bytes.Buffer
	for len(text) > 0 {
		if n := styleLength(text); n > 0 && keepStyles {
			b.Write(text[:n])
			text = text[n:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r == '\n' || r == '\t' || !Steers(r):
			b.Write(text[:size])
		default:
			b.WriteString(spelled(r))
		}
		text = text[size:]
	}
	return b.Bytes()
}

// harmless reports whether all of text is plain, which it nearly always is.
func harmless(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// Line returns s as one harmless line without colours, for a name, a subject or an
// error from elsewhere.
func Line(s string) string {
	return string(spellOut([]byte(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)), false))
}

// HarmlessJSON returns JSON that says the same, with what could steer a terminal
// escaped.
func HarmlessJSON(text []byte) []byte {
	if harmless(text) {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || r == '\t' || !Steers(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// Steers reports whether a rune is shown by what it does: Unicode's controls (Cc),
// formats such as direction marks and zero width (Cf, but for the joiners and the
// soft hyphen that words are written with), line and paragraph separators (Zl, Zp).
func Steers(r rune) bool {
	switch r {
	case 0x200c, 0x200d, 0xad:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func spelled(r rune) string {
	switch {
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// styleLength returns the length of the colour that text begins with, if it is one
// that a Printer uses.
func styleLength(text []byte) int {
	if text[0] != 0x1b {
		return 0
	}
	for _, s := range styles {
		if bytes.HasPrefix(text, s) {
			return len(s)
		}
	}
	return 0
}
