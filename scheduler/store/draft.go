package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// nameless is the path of a store of which what is more than some megabytes lies in a
// file that has no name, and that nobody else can open: pages in memory take twice their
// size, which for a large store is most of what a run needs. See
// https://www.sqlite.org/inmemorydb.html, "Temporary Databases".
const nameless = ""

// copyRows copies a store of any database.
func copyRows(ctx context.Context, s *Store) (*Store, error) {
	m, err := openPassing(ctx, nameless)
	if err != nil {
		return nil, err
	}
	if err := m.fill(ctx, s); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// copyPages copies a store of SQLite page by page, without a look at what is in them,
// and with the tables as they are: a tenth of the work of copyRows.
func copyPages(ctx context.Context, s *Store) (*Store, error) {
	from, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	var l lone
	err = from.Raw(func(c any) error {
		b, err := c.(pager).NewBackup(source(nameless, passing))
		if err != nil {
			return err
		}
		if _, err := b.Step(-1); err != nil { // all of them, as they are at one moment
			return errors.Join(err, b.Finish())
		}
		l.conn, err = b.Commit()
		return err
	})
	if err != nil {
		return nil, stopped(ctx, err)
	}
	db := sql.OpenDB(l)
	db.SetMaxOpenConns(1)
	return &Store{db, s.dialect, noLocks}, nil
}

// A pager is a connection to SQLite that copies its database to another.
type pager interface {
	NewBackup(to string) (*sqlite.Backup, error)
}

// A lone connector connects to a database that one connection alone can reach.
type lone struct{ conn driver.Conn }

// Connect implements driver.Connector.
func (l lone) Connect(context.Context) (driver.Conn, error) {
	return stoppableConn{l.conn.(sqliteConn)}, nil
}

// Driver implements driver.Connector.
func (lone) Driver() driver.Driver { return &sqlite.Driver{} }
