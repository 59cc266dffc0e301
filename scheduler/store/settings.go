package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// Settings implements scheduler.Store.
func (s *Store) Settings(ctx context.Context) ([]scheduler.Settings, error) {
	return list(ctx, s.db, func(one *scheduler.Settings, row scan) error {
		var columns scheduler.Settings
		var text string
		if err := row(&columns.Person, &columns.Version, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), one); err != nil {
			*one = columns
			one.Fault = fmt.Errorf("the stored settings cannot be read: %w", err)
		}
		return nil
	}, `SELECT person, version, record FROM own_setting ORDER BY person`)
}

func writeSettings(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for _, set := range batch.Settings {
		set.Version++
		record, err := json.Marshal(set)
		if err != nil {
			return err
		}
		text := `UPDATE own_setting SET version = $1, record = $2 WHERE person = $3 AND version = $1 - 1`
		if set.Version == 1 {
			text = `INSERT INTO own_setting (version, record, person) VALUES ($1, $2, $3) ON CONFLICT (person) DO NOTHING`
		}
		res, err := tx.ExecContext(ctx, text, set.Version, string(record), string(set.Person))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fmt.Errorf("the settings of %s: %w", set.Person, scheduler.ErrStale))
		}
	}
	return nil
}

// Attended implements scheduler.Store. A record that is broken is left out: the next night
// finds anew what it said of the sessions to come.
func (s *Store) Attended(ctx context.Context, uids ...calendar.UID) ([]attendance.Found, error) {
	asked, args := among("uid", uids)
	var out []attendance.Found
	err := each(ctx, s.db, func(row scan) error {
		var text string
		if err := row(&text); err != nil {
			return err
		}
		var one attendance.Found
		if json.Unmarshal([]byte(text), &one) == nil {
			out = append(out, one)
		}
		return nil
	}, `SELECT record FROM attendance WHERE `+asked+` ORDER BY uid`, args...)
	return out, err
}

func writeAttended(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for _, t := range batch.Attended {
		record, err := json.Marshal(t)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO attendance (uid, record) VALUES ($1, $2) ON CONFLICT (uid) DO UPDATE SET record = $2`, string(t.UID), string(record))
		if err != nil {
			return err
		}
	}
	return nil
}
