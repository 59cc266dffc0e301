package ical

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// foldAt is the length of a content line in octets, its line end not counted
// (RFC 5545, section 3.1).
const foldAt = 75

// A folder passes content lines on to w, folded so that none is longer than
// foldAt, and never inside a UTF-8 character. Lines and characters may be split
// over several calls of Write.
type folder struct {
	w      io.Writer
	column int // octets written on this line
	rest   int // octets that the character begun still lacks
	buf    bytes.Buffer
}

// Write implements io.Writer.
func (f *folder) Write(p []byte) (int, error) {
	f.buf.Reset()
	for _, c := range p {
		f.put(c)
	}
	if _, err := f.w.Write(f.buf.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *folder) put(c byte) {
	switch {
	case c == '\r' || c == '\n': // the line end does not count
		f.column, f.rest = 0, 0
	case f.rest > 0 && !utf8.RuneStart(c):
		f.rest--
		f.column++
	default:
		size := runeSize(c)
		if f.column+size > foldAt {
			f.buf.WriteString("\r\n ")
			f.column = 1
		}
		f.column, f.rest = f.column+1, size-1
	}
	f.buf.WriteByte(c)
}

// runeSize returns the octets of the character that begins with c, 1 if none
// does.
func runeSize(c byte) int {
	switch {
	case c < 0xc0 || c >= 0xf8:
		return 1
	case c < 0xe0:
		return 2
	case c < 0xf0:
		return 3
	}
	return 4
}
