package line

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// Unpack returns the text that r holds if it is packed with gzip, as its first bytes
// tell, and else r as it is. How much it becomes is for who reads it to bound.
func Unpack(r io.Reader) (io.Reader, error) {
	whole := bufio.NewReaderSize(r, 16) // that small, larger reads go past it
	head, err := whole.Peek(2)
	switch {
	case err == io.EOF:
		return whole, nil
	case err != nil:
		return nil, err
	case bytes.Equal(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(whole)
		if err != nil {
			return nil, fmt.Errorf("it is packed with gzip, and damaged: %w", err)
		}
		return damaged{z}, nil
	}
	return whole, nil
}

// damaged names in its errors what the reader behind it unpacks.
type damaged struct{ *gzip.Reader }

func (d damaged) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("it is packed with gzip, and damaged: %w", err)
	}
	return n, err
}
