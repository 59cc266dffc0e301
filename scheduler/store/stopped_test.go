package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"testing"
)

var errInterrupted = errors.New("interrupted (9)")

// An interrupted is a connection on which everything fails with an error, interruptedRows
// are rows that do.
type interrupted struct {
	sqliteConn
	err error
}

type interruptedRows struct {
	driver.Rows
	err error
}

func (i interrupted) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return nil, i.err
}

func (i interrupted) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, i.err
}

func (i interrupted) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) { return nil, i.err }

func (i interruptedRows) Next([]driver.Value) error { return i.err }

// What is broken off as its context ended fails with the context's error, what fails by itself
// with its own, and rows end as they do.
func TestWhatIsStoppedSaysSo(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		ctx       context.Context
		err, want error
	}{
		{ended, errInterrupted, context.Canceled},
		{t.Context(), errInterrupted, errInterrupted},
		{ended, nil, nil},
	} {
		conn := stoppableConn{interrupted{err: c.err}}
		_, query := conn.QueryContext(c.ctx, "", nil)
		_, exec := conn.ExecContext(c.ctx, "", nil)
		_, begin := conn.BeginTx(c.ctx, driver.TxOptions{})
		for what, got := range map[string]error{"query": query, "exec": exec, "begin": begin, "next": stoppableRows{interruptedRows{err: c.err}, c.ctx}.Next(nil)} {
			if got != c.want {
				t.Errorf("%s, %v: got %v, want %v", what, c.err, got, c.want)
			}
		}
	}
	if got := (stoppableRows{interruptedRows{err: io.EOF}, ended}).Next(nil); got != io.EOF {
		t.Errorf("the end of rows: got %v, want io.EOF", got)
	}
}
