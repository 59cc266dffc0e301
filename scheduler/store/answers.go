package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Answer implements scheduler.Store. All answers about the series are written anew,
// sorted: the order of the rows tells nothing of who answered when.
func (s *Store) Answer(ctx context.Context, uid calendar.UID, key, token string, instead []string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if err := knowKey(ctx, tx, key); err != nil {
			return err
		}
		tokens, err := answers(ctx, tx, uid)
		if err != nil {
			return err
		}
		tokens = slices.DeleteFunc(tokens, func(t string) bool { return slices.Contains(instead, t) })
		tokens = append(tokens, token)
		slices.Sort(tokens)
		if err := dropAnswers(ctx, tx, uid); err != nil {
			return err
		}
		for _, t := range slices.Compact(tokens) {
			if _, err := tx.ExecContext(ctx, `INSERT INTO answer (uid, token) VALUES ($1, $2)`, string(uid), t); err != nil {
				return err
			}
		}
		return nil
	})
}

// knowKey keeps the fingerprint of the key that answers are hashed with. Another
// one is refused as long as there are answers.
func knowKey(ctx context.Context, tx *sql.Tx, key string) error {
	var known string
	var kept int
	err := tx.QueryRowContext(ctx, `SELECT value, (SELECT COUNT(*) FROM answer) FROM setting WHERE name = 'answer key'`).Scan(&known, &kept)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case known == key:
		return nil
	case kept > 0:
		return fmt.Errorf("the answers: %w", scheduler.ErrOtherKey)
	}
	return writeSetting(ctx, tx, "answer key", key)
}

// Answers implements scheduler.Store.
func (s *Store) Answers(ctx context.Context, uid calendar.UID) (key string, tokens []string, err error) {
	if tokens, err = answers(ctx, s.db, uid); err != nil || len(tokens) == 0 {
		return "", nil, err
	}
	err = s.db.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = 'answer key'`).Scan(&key)
	return key, tokens, err
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func answers(ctx context.Context, q querier, uid calendar.UID) (tokens []string, err error) {
	return list(ctx, q, func(token *string, row scan) error { return row(token) }, `SELECT token FROM answer WHERE uid = $1 ORDER BY token`, string(uid))
}

func dropAnswers(ctx context.Context, tx *sql.Tx, uid calendar.UID) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM answer WHERE uid = $1`, string(uid))
	return err
}
