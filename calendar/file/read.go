// Package file reads and writes single files so that nobody waits, nothing grows
// without bound, and no reader ever finds half of a file.
package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A KindError says that a path names something else than a plain file, such as a
// pipe or a device, which could keep a reader waiting or never end.
type KindError struct{ Mode fs.FileMode }

func (e *KindError) Error() string { return "is " + kind(e.Mode) + ", not a plain file" }

func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "something else"
}

// A SizeError says that a file is larger than its reader allows.
type SizeError struct{ Limit int64 }

func (e *SizeError) Error() string {
	if e.Limit < 1<<20 {
		return fmt.Sprintf("is larger than %d kB", e.Limit>>10)
	}
	return fmt.Sprintf("is larger than %d MB", e.Limit>>20)
}

// Open opens a plain file of at most limit bytes for reading; 0 means any size. It
// follows links and never waits for the other end of a pipe. The errors are
// *fs.PathError; the cause may be a *KindError or a *SizeError.
func Open(path string, limit int64) (*os.File, error) {
	f, _, err := open(path, limit)
	return f, err
}

func open(path string, limit int64) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = pathError("open", path, &KindError{info.Mode()})
	case limit > 0 && info.Size() > limit:
		err = pathError("open", path, &SizeError{limit})
	default:
		return f, info, nil
	}
	f.Close()
	return nil, nil, err
}

// Read returns what is in a plain file of at most limit bytes, also if it grows
// while it is read. The errors are those of Open.
func Read(path string, limit int64) ([]byte, error) {
	var data bytes.Buffer
	err := ReadInto(&data, path, limit)
	return data.Bytes(), err
}

// ReadInto is Read, for callers who have room that they use again: it appends to data.
func ReadInto(data *bytes.Buffer, path string, limit int64) error {
	if readPlain(data, path, limit) {
		return nil
	}
	f, info, err := open(path, limit)
	if err != nil {
		return err
	}
	defer f.Close()
	data.Grow(int(info.Size()) + bytes.MinRead) // so that it need not grow again
	n, err := data.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && n > limit {
		err = pathError("read", path, &SizeError{limit})
	}
	return err
}

// Reason returns what went wrong without the name of the file, for callers who
// name it themselves.
func Reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}

// Until returns a reader of r that fails once ctx has ended: a long file does not keep
// somebody waiting who asked to stop.
func Until(ctx context.Context, r io.Reader) io.Reader { return &until{ctx.Err, r} }

type until struct {
	ended func() error
	r     io.Reader
}

func (u *until) Read(b []byte) (int, error) {
	if err := u.ended(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}
