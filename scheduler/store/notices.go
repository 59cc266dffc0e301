package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/peerslot/peerslot/scheduler"
)

// Notices implements scheduler.Store.
func (s *Store) Notices(ctx context.Context) ([]scheduler.Notice, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT record FROM notice ORDER BY at, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []scheduler.Notice
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		var n scheduler.Notice
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

func writeNotices(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for _, n := range batch.Notices {
		text, err := json.Marshal(n)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO notice (id, at, record) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`, n.ID, toUnix(n.At), string(text))
		if err != nil {
			return err
		}
	}
	for _, n := range batch.Sent {
		if _, err := tx.ExecContext(ctx, `DELETE FROM notice WHERE id = $1`, n.ID); err != nil {
			return err
		}
	}
	return nil
}
