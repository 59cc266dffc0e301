package store

import (
	"context"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
)

var _ account.Feeds = (*Store)(nil)

// Feed implements account.Feeds.
func (s *Store) Feed(ctx context.Context, id string) (account.Feed, error) {
	all, err := s.feeds(ctx, `id = $1`, id)
	if err == nil && len(all) == 0 {
		err = account.ErrNoFeed
	}
	if err != nil {
		return account.Feed{}, err
	}
	return all[0], nil
}

// FeedsOf implements account.Feeds.
func (s *Store) FeedsOf(ctx context.Context, person calendar.Address) ([]account.Feed, error) {
	return s.feeds(ctx, `person = $1`, string(person))
}

func (s *Store) feeds(ctx context.Context, which string, arg string) ([]account.Feed, error) {
	return list(ctx, s.db, func(f *account.Feed, row scan) error {
		var made int64
		err := row(&f.ID, &f.Person, &f.Group, &f.Serial, &made)
		f.Made = fromUnix(made)
		return err
	}, `SELECT id, person, group_name, serial, made FROM feed WHERE `+which+` ORDER BY group_name`, arg)
}

// SaveFeed implements account.Feeds.
func (s *Store) SaveFeed(ctx context.Context, f account.Feed) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO feed (id, person, group_name, serial, made) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person, group_name) DO UPDATE SET id = $1, serial = $4, made = $5`, f.ID, string(f.Person), f.Group, f.Serial, toUnix(f.Made))
	return err
}

// DropFeed implements account.Feeds.
func (s *Store) DropFeed(ctx context.Context, person calendar.Address, group string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM feed WHERE person = $1 AND group_name = $2`, string(person), group)
	return err
}
