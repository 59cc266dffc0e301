package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Seen implements scheduler.Store.
func (s *Store) Seen(ctx context.Context) (seen scheduler.Seen, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = 'sync token'`).Scan(&seen.Token)
	if errors.Is(err, sql.ErrNoRows) {
		return scheduler.Seen{}, nil
	}
	if err != nil {
		return seen, err
	}
	seen.Full = true
	rows, err := s.db.QueryContext(ctx, `SELECT series FROM seen ORDER BY uid`)
	if err != nil {
		return seen, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return seen, err
		}
		var one calendar.Series
		if json.Unmarshal([]byte(text), &one) != nil {
			return scheduler.Seen{}, nil // a copy that is broken is read anew
		}
		seen.Series = append(seen.Series, one)
	}
	return seen, rows.Err()
}

func writeSeen(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	seen := batch.Seen
	if seen == nil {
		return nil
	}
	if seen.Full {
		if _, err := tx.ExecContext(ctx, `DELETE FROM seen`); err != nil {
			return err
		}
	}
	for _, uid := range seen.Gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM seen WHERE uid = $1`, string(uid)); err != nil {
			return err
		}
	}
	for _, one := range seen.Series {
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO seen (uid, series) VALUES ($1, $2)
			ON CONFLICT (uid) DO UPDATE SET series = $2`, string(one.UID), string(text))
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ('sync token', $1)
		ON CONFLICT (name) DO UPDATE SET value = $1`, seen.Token)
	return err
}
