package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

const syncSetting = "sync token"

// Seen implements scheduler.Store.
func (s *Store) Seen(ctx context.Context, uids ...calendar.UID) (seen scheduler.Seen, err error) {
	if seen.Token, seen.Full, err = readSetting(ctx, s.db, syncSetting); err != nil || !seen.Full {
		return seen, err
	}
	asked, args := among("uid", uids)
	err = each(ctx, s.db, func(row scan) error {
		var text string
		if err := row(&text); err != nil {
			return err
		}
		var one calendar.Series
		if json.Unmarshal([]byte(text), &one) == nil {
			seen.Series = append(seen.Series, one)
		}
		return nil
	}, `SELECT series FROM seen WHERE `+asked+` ORDER BY uid`, args...)
	return seen, err
}

// SeenToken implements scheduler.Store.
func (s *Store) SeenToken(ctx context.Context) (string, error) {
	token, _, err := readSetting(ctx, s.db, syncSetting)
	return token, err
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
	return writeSetting(ctx, tx, syncSetting, seen.Token)
}
