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
var tables = []string{"setting", "booking", "history", "round", "round_part", "answer", "seen", "unreadable", "notice", "reply", "sign_in_subject", "own_setting", "attendance", "feed"}

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
	if err := mayReplace(ctx, path); err != nil {
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

// mayReplace lets nothing but an earlier backup be lost by a mistyped name: no database of
// another program, and no store that is in use, whose users would go on with a file that
// is gone.
func mayReplace(ctx context.Context, path string) error {
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
	f.Close()
	there, err := Read(ctx, path)
	switch {
	case err == nil:
		there.Close()
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, ErrNewer):
		return errors.New("there is a file of another kind; name another")
	}
	if _, err := os.Lstat(path + ".lock"); err == nil {
		return errors.New("there is the store of a workspace; name another file")
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
