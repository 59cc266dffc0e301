// Package line reads the content lines of iCalendar text (RFC 5545, section 3.1) and
// the values in them, with the habits that calendar programs have: lines that end
// in CR, are folded anywhere, or have parameters that are not quoted. It is the one
// place that takes such text apart; limits keep a hostile one from taking time and
// memory.
package line

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// What a calendar may be at most. Real ones stay far below; the limits keep a
// hostile one from taking time and memory.
const (
	maxCalendar = 128 << 20 // bytes of a calendar
	maxLines    = 3_000_000
	maxSkipped  = 32 << 20  // bytes of one line, such as an attachment, none of which is kept
	maxKept     = 256 << 10 // bytes of a line that is read; what is longer is cut
	bufferSize  = 32 << 10
)

// A Reader reads the content lines of a calendar, one at a time, and keeps none.
// They may end in CR, LF or CRLF and be folded anywhere; blank ones are passed
// over.
type Reader struct {
	src      io.Reader
	buf      []byte
	pos, end int // what was read and not yet passed is buf[pos:end]
	total    int // bytes read
	loneCR   bool
	err      error // of src, io.EOF at the end

	Number  int    // of the line in the text, from 1
	passed  int    // lines of the text so far, folded ones counted one by one
	Head    []byte // the line, up to its first fold; valid until the next call
	Folded  bool   // more of the line follows
	Cut     bool   // the line was longer than maxKept
	scratch []byte
}

// NewReader returns the reader of a calendar's text.
func NewReader(r io.Reader) *Reader {
	l := &Reader{}
	l.Reset(r)
	return l
}

// Reset makes l the reader of another text.
func (l *Reader) Reset(r io.Reader) {
	*l = Reader{src: r, buf: l.buf, scratch: l.scratch}
	if l.buf == nil {
		l.buf = buffers.Get().(*[bufferSize]byte)[:]
	}
}

// buffers are those that readers have let go: most calendars are a person's few
// invitations, far smaller than one.
var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// Free lets go of the buffer that l reads into, and with it of Head. Only Reset may
// follow.
func (l *Reader) Free() {
	if len(l.buf) == bufferSize { // it did not grow
		buffers.Put((*[bufferSize]byte)(l.buf))
	}
	*l = Reader{scratch: l.scratch}
}

// Next moves to the next line. It returns false at the end of the text and on
// an error, which Err tells.
func (l *Reader) Next() bool {
	for l.Folded {
		l.passFold()
	}
	for {
		l.Cut = false
		line, ok := l.physical()
		if !ok {
			return false
		}
		if l.Number == 0 { // some programs write a byte order mark, some blanks
			line = bytes.TrimLeft(bytes.TrimPrefix(line, []byte("\ufeff")), " \t")
		}
		if len(line) > 0 {
			l.Head, l.Number = line, l.passed
			return true
		}
	}
}

// Whole returns the line with its folds undone. It is valid until the next
// call.
func (l *Reader) Whole() []byte {
	if !l.Folded {
		return l.Head
	}
	l.scratch = append(l.scratch[:0], l.Head...)
	for l.Folded {
		line, ok := l.physical()
		if !ok {
			break
		}
		if len(l.scratch)+len(line) > maxKept {
			l.Cut = true
			continue
		}
		l.scratch = append(l.scratch, line[1:]...)
	}
	l.Head = l.scratch
	return l.Head
}

// Err returns what kept the text from being read to its end.
func (l *Reader) Err() error {
	if l.err == io.EOF {
		return nil
	}
	return l.err
}

// physical returns the next line of the text as it stands, without its end,
// and sets Folded if the one after it continues it.
func (l *Reader) physical() ([]byte, bool) {
	from := 0
	for {
		i := bytes.IndexByte(l.buf[l.pos+from:l.end], '\n')
		if i >= 0 && (l.pos+from+i+1 < l.end || l.err != nil) {
			return l.pass(from+i, 1), true
		}
		if l.err != nil {
			break
		}
		from = l.end - l.pos
		if i >= 0 {
			from--
		}
		if from >= maxKept {
			return l.skip()
		}
		l.fill()
	}
	if l.pos == l.end || l.err != io.EOF {
		l.Folded = false
		return nil, false
	}
	return l.pass(l.end-l.pos, 0), true
}

// pass takes a line of n bytes and its end out of the buffer.
func (l *Reader) pass(n, eol int) []byte {
	line := l.buf[l.pos : l.pos+n]
	l.pos += n + eol
	if l.passed++; l.passed == maxLines {
		l.err = fmt.Errorf("the calendar has more than %d lines", maxLines)
		l.pos = l.end
	}
	l.Folded = l.pos < l.end && (l.buf[l.pos] == ' ' || l.buf[l.pos] == '\t')
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line
}

// passFold passes over a line that continues another, none of which is kept.
func (l *Reader) passFold() {
	i := bytes.IndexByte(l.buf[l.pos:l.end], '\n')
	if next := l.pos + i + 1; i >= 0 && next < l.end && l.passed < maxLines-1 {
		l.pos, l.passed, l.Folded = next, l.passed+1, l.buf[next] == ' ' || l.buf[next] == '\t'
		return
	}
	l.physical()
}

// skip keeps the first maxKept bytes of a line that is longer and drops the
// rest.
func (l *Reader) skip() ([]byte, bool) {
	head := bytes.Clone(l.buf[l.pos : l.pos+maxKept])
	l.pos += maxKept
	for skipped := maxKept; ; {
		if i := bytes.IndexByte(l.buf[l.pos:l.end], '\n'); i >= 0 {
			l.pos += i
			l.physical()
			break
		}
		skipped += l.end - l.pos
		l.pos = l.end
		if l.err != nil {
			l.passed, l.Folded = l.passed+1, false
			break
		}
		if skipped > maxSkipped {
			l.err = fmt.Errorf("line %d is longer than %d MB", l.passed+1, maxSkipped>>20)
			return nil, false
		}
		l.fill()
	}
	l.Cut = true
	return head, true
}

// fill reads more, behind what was not passed yet.
func (l *Reader) fill() {
	switch {
	case l.pos == l.end:
		l.pos, l.end = 0, 0
	case l.end == len(l.buf) && l.pos > 0:
		l.end = copy(l.buf, l.buf[l.pos:l.end])
		l.pos = 0
	case l.end == len(l.buf):
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	start := l.end
	for tries := 0; l.end == start || l.total < 512; tries++ {
		n, err := l.src.Read(l.buf[l.end:])
		l.end += n
		l.total += n
		if err == nil && tries > 1000 {
			err = io.ErrNoProgress
		}
		if l.err = err; err != nil {
			break
		}
	}
	if l.total > maxCalendar && l.err == nil {
		l.err = fmt.Errorf("the calendar is larger than %d MB", maxCalendar>>20)
	}
	l.mendCR(start)
}

// mendCR turns the line ends of a text that knows only CR, which its beginning
// tells, into LF.
func (l *Reader) mendCR(start int) {
	fresh := l.buf[start:l.end]
	if start == 0 && l.total == l.end {
		l.loneCR = bytes.IndexByte(fresh, '\r') >= 0 && bytes.IndexByte(fresh, '\n') < 0
	}
	if !l.loneCR {
		return
	}
	for i, c := range fresh {
		if c == '\r' {
			fresh[i] = '\n'
		}
	}
}
