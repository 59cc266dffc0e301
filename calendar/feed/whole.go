package feed

import (
	"bufio"
	"bytes"
	"io"
)

// startOfCalendar returns r unread if it begins as a calendar. It asks for no
// more than that takes, so that a login page without end is dropped at once.
func startOfCalendar(r io.Reader) (io.Reader, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(4 << 10)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff")))
	if begin := []byte("BEGIN:VCALENDAR"); len(head) < len(begin) || !bytes.EqualFold(head[:len(begin)], begin) {
		return nil, ErrNotCalendar
	}
	return br, nil
}

// endOfCalendar returns an error if the calendar of that size breaks off. Without
// its last line it may lack events, and lost events would be free time.
func endOfCalendar(r io.ReaderAt, start, size int64) error {
	tail := make([]byte, min(size, 4<<10))
	if _, err := r.ReadAt(tail, start+size-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	tail = bytes.ToUpper(tail)
	end := bytes.LastIndex(tail, []byte("END:VCALENDAR"))
	if end < 0 || bytes.Contains(tail[end:], []byte("BEGIN:")) {
		return errCut
	}
	return nil
}
