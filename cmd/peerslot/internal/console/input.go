package console

import (
	"context"
	"io"
)

// Interruptible returns a reader that does not outlast ctx: a read that waits when
// ctx ends is given up, and what it would have read is lost.
func Interruptible(ctx context.Context, r io.Reader) io.Reader {
	return &interruptibleReader{ctx: ctx, r: r}
}

type interruptibleReader struct {
	ctx context.Context
	r   io.Reader
}

type readResult struct {
	data []byte
	err  error
}

// Read implements io.Reader.
func (r *interruptibleReader) Read(p []byte) (int, error) {
	done := make(chan readResult, 1)
	go func() {
		data := make([]byte, len(p)) // p may be used again after we gave up
		n, err := r.r.Read(data)
		done <- readResult{data[:n], err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, context.Cause(r.ctx)
	case got := <-done:
		return copy(p, got.data), got.err
	}
}
