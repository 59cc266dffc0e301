package store

import (
	"context"
	"database/sql/driver"
	"io"
)

// A stoppable connects to SQLite so that whatever is broken off because its context ended
// fails with the context's error. By itself SQLite says "interrupted" wherever it hears of the
// end before database/sql does.
type stoppable struct {
	driver driver.Driver
	dsn    string
}

// Connect implements driver.Connector.
func (s stoppable) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := s.driver.Open(s.dsn)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	return stoppableConn{conn.(sqliteConn)}, nil
}

// Driver implements driver.Connector.
func (s stoppable) Driver() driver.Driver { return s.driver }

// A sqliteConn is what database/sql asks of a connection to SQLite.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	pager
}

type stoppableConn struct{ sqliteConn }

func (c stoppableConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.sqliteConn.BeginTx(ctx, o)
	return tx, stopped(ctx, err)
}

func (c stoppableConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.sqliteConn.ExecContext(ctx, query, args)
	return result, stopped(ctx, err)
}

func (c stoppableConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.sqliteConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, stopped(ctx, err)
	}
	return stoppableRows{rows, ctx}, nil
}

type stoppableRows struct {
	driver.Rows
	ctx context.Context
}

func (r stoppableRows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	if err == io.EOF {
		return err
	}
	return stopped(r.ctx, err)
}

// stopped returns the error of the context in place of err, if it ended.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
