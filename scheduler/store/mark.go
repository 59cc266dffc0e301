package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/peerslot/peerslot/scheduler"
)

const markSetting = "workspace"

// Mark implements scheduler.Store.
func (s *Store) Mark(ctx context.Context) (m scheduler.Mark, err error) {
	text, ok, err := readSetting(ctx, s.db, markSetting)
	if err != nil || !ok {
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
	return writeSetting(ctx, tx, markSetting, string(text))
}
