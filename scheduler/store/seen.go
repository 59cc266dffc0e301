package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
)

// Seen implements scheduler.Store.
func (s *Store) Seen(ctx context.Context) (token string, series []calendar.Series, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = 'sync token'`).Scan(&token)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT series FROM seen ORDER BY uid`)
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return "", nil, err
		}
		var one calendar.Series
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return "", nil, fmt.Errorf("a stored series cannot be read: %w", err)
		}
		series = append(series, one)
	}
	return token, series, rows.Err()
}

// SaveSeen implements scheduler.Store.
func (s *Store) SaveSeen(ctx context.Context, token string, full bool, changed []calendar.Series) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if full {
		if _, err := tx.ExecContext(ctx, `DELETE FROM seen`); err != nil {
			return err
		}
	}
	for _, one := range changed {
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
	_, err = tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ('sync token', $1)
		ON CONFLICT (name) DO UPDATE SET value = $1`, token)
	if err != nil {
		return err
	}
	return tx.Commit()
}
