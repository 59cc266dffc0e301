package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/scheduler"
)

const markSetting = "workspace"

// Mark implements scheduler.Store.
func (s *Store) Mark(ctx context.Context) (m scheduler.Mark, err error) {
	var text string
	err = s.db.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = $1`, markSetting).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return scheduler.Mark{Fault: fmt.Errorf("whose the store is cannot be read: %w", err)}, nil
	}
	return m, nil
}

func writeMark(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Mark == nil {
		return nil
	}
	text, err := json.Marshal(batch.Mark)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, markSetting, string(text))
	return err
}
