package yamltext

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Decode returns data without a byte order mark, and what is wrong if it is not UTF-8 text
// of at most so many bytes, and at which byte of the text.
func Decode(data []byte, most int) (text []byte, at int, wrong string) {
	switch {
	case len(data) > most:
		return data, 0, fmt.Sprintf("the file is larger than %d MB", most>>20)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return data, 0, "the file is a spreadsheet (.xlsx) or another archive: save it as CSV"
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return data, 0, "the file is a spreadsheet (.xls): save it as CSV"
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return data, 0, "the file is UTF-16: save it as UTF-8"
	}
	text = bytes.TrimPrefix(data, []byte("\ufeff"))
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return text, i, "this character is not UTF-8: save the file as UTF-8"
		case unicode.IsControl(c) && c != '\n' && c != '\r' && c != '\t':
			return text, i, fmt.Sprintf("a control character (U+%04X) cannot stand here", c)
		}
		i += size
	}
	return text, 0, ""
}
