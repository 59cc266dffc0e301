package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar/file"
)

// tables are all that a copy of a store consists of, those that others refer to first.
// Who is signed in is not in it: what was ended stays ended when a backup comes back.
var tables = []string{"setting", "booking", "history", "round", "answer", "seen", "unreadable", "notice", "reply", "sign_in_subject", "own_setting", "attendance", "feed"}

// fill makes s what from is, in one transaction. from is read as it is at one
// moment, whatever runs meanwhile.
func (s *Store) fill(ctx context.Context, from *Store) error {
	source, err := from.db.BeginTx(ctx, &sql.TxOptions{Isolation: from.dialect.snapshot, ReadOnly: true})
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	defer source.Rollback()
	return s.inTx(ctx, func(target *sql.Tx) error {
		for _, t := range slices.Backward(tables) {
			if _, err := target.ExecContext(ctx, `DELETE FROM `+t); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if err := copyTable(ctx, t, source, target); err != nil {
				return fmt.Errorf("%s: %w", t, err)
			}
		}
		return nil
	})
}

// copyTable copies all rows, in the order of the first column: how they lie in the
// source tells nothing in the copy.
func copyTable(ctx context.Context, table string, from, to *sql.Tx) error {
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+table+` ORDER BY 1, 2`)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	places := make([]string, len(columns))
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range columns {
		places[i], into[i] = fmt.Sprint("$", i+1), &values[i]
	}
	insert, err := to.PrepareContext(ctx, fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(columns, ", "), strings.Join(places, ", ")))
	if err != nil {
		return err
	}
	defer insert.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Backup writes all that the store holds, as it is at one moment, to the file at
// path: a SQLite store, whatever database s is on, that only its owner can read. It
// takes the place of an earlier backup, and of nothing else. It may be called while
// another run changes things.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := mayReplace(path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	dir, err := os.MkdirTemp("", "peerslot-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied, err := openSQLite(ctx, filepath.Join(dir, "store"))
	if err != nil {
		return err
	}
	if err := errors.Join(copied.fill(ctx, s), copied.Close()); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	from, err := os.Open(filepath.Join(dir, "store"))
	if err != nil {
		return err
	}
	defer from.Close()
	return file.ReplaceUntil(ctx, path, 0o600, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
}

// mayReplace lets nothing but an earlier backup be lost by a mistyped name.
func mayReplace(path string) error {
	f, err := file.Open(path, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if k, ok := errors.AsType[*file.KindError](err); ok && k.Mode&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0 {
		return nil // nothing is lost that is written to a pipe or a terminal
	}
	if err != nil {
		return err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00" // https://www.sqlite.org/fileformat.html, section 1.3
	head := make([]byte, len(magic))
	if _, err := f.Read(head); err != nil || string(head) != magic {
		return errors.New("there is a file of another kind; name another")
	}
	return nil
}

// Restore makes the store what it was at the backup in the file at path, all of it
// or nothing. The backup may be of an older peerslot.
func (s *Store) Restore(ctx context.Context, path string) error {
	from, err := Read(ctx, path)
	if err != nil {
		return err
	}
	defer from.Close()
	if err := s.fill(ctx, from); err != nil {
		return fmt.Errorf("restore from %s: %w", path, err)
	}
	return nil
}
