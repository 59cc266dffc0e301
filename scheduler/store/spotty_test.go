package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"
)

// ErrSpot is what a call of a database fails with that breaks off.
var ErrSpot = errors.New("broken off")

// A Spot counts the calls of a database, and has one of them fail.
type Spot struct {
	Left   int // calls until the one that fails
	Failed bool
}

func (s *Spot) err() error {
	if s.Left--; s.Left == -1 {
		s.Failed = true
		return ErrSpot
	}
	return nil
}

// OpenSpotty opens the SQLite store at path, which is there and up to date.
func OpenSpotty(t *testing.T, path string, spot *Spot) *Store {
	t.Helper()
	db := sql.OpenDB(spottyFile{"file:" + filepath.ToSlash(path) + "?_pragma=foreign_keys(1)&_txlock=immediate", spot})
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return &Store{db, sqliteDialect, noLocks}
}

// A spottyFile connects to a SQLite file, and wraps all that comes of it: each statement,
// each row and each end of a transaction is a call that may fail.
type spottyFile struct {
	dsn  string
	spot *Spot
}

func (f spottyFile) Driver() driver.Driver { return &sqlite.Driver{} }

func (f spottyFile) Connect(context.Context) (driver.Conn, error) {
	c, err := f.Driver().Open(f.dsn)
	if err != nil {
		return nil, err
	}
	return spottyConn{c.(conn), f.spot}, nil
}

type conn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	pager
}

type spottyConn struct {
	conn
	spot *Spot
}

func (c spottyConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.spot.err(); err != nil {
		return nil, err
	}
	tx, err := c.conn.BeginTx(ctx, o)
	return spottyTx{tx, c.spot}, err
}

func (c spottyConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.spot.err(); err != nil {
		return nil, err
	}
	return c.conn.ExecContext(ctx, text, args)
}

func (c spottyConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.spot.err(); err != nil {
		return nil, err
	}
	rows, err := c.conn.QueryContext(ctx, text, args)
	return spottyRows{rows, c.spot}, err
}

func (c spottyConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if err := c.spot.err(); err != nil {
		return nil, err
	}
	s, err := c.conn.PrepareContext(ctx, text)
	return spottyStmt{s, c.spot}, err
}

func (c spottyConn) NewBackup(to string) (*sqlite.Backup, error) {
	if err := c.spot.err(); err != nil {
		return nil, err
	}
	return c.conn.NewBackup(to)
}

type spottyStmt struct {
	driver.Stmt
	spot *Spot
}

func (s spottyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.spot.err(); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

type spottyRows struct {
	driver.Rows
	spot *Spot
}

func (r spottyRows) Next(into []driver.Value) error {
	if err := r.spot.err(); err != nil {
		return err
	}
	return r.Rows.Next(into)
}

type spottyTx struct {
	driver.Tx
	spot *Spot
}

// Commit that fails leaves nothing, as where the connection breaks.
func (t spottyTx) Commit() error {
	if err := t.spot.err(); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Tx.Commit()
}
