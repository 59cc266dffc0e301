package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
)

var _ account.Accounts = (*Store)(nil)

// linksKept is how long a link is kept after it expired: who asks for many is counted
// over a day.
const linksKept = 24 * time.Hour

// AddLink implements account.Accounts.
func (s *Store) AddLink(ctx context.Context, l account.SignInLink) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_link WHERE expires < $1`, toUnix(l.Made.Add(-linksKept))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sign_in_link (hash, person, browser, made, expires) VALUES ($1, $2, $3, $4, $5)`,
			l.Hash, string(l.Person), l.Browser, toUnix(l.Made), toUnix(l.Expires))
		return err
	})
}

// Link implements account.Accounts.
func (s *Store) Link(ctx context.Context, hash string, now time.Time) (account.SignInLink, error) {
	l := account.SignInLink{Hash: hash}
	var made, expires int64
	err := s.db.QueryRowContext(ctx, `SELECT person, browser, made, expires FROM sign_in_link WHERE hash = $1 AND used = 0 AND expires > $2`, hash, toUnix(now)).
		Scan(&l.Person, &l.Browser, &made, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return account.SignInLink{}, account.ErrNoLink
	}
	l.Made, l.Expires = fromUnix(made), fromUnix(expires)
	return l, err
}

// Links implements account.Accounts.
func (s *Store) Links(ctx context.Context, person calendar.Address, since time.Time) ([]time.Time, error) {
	return list(ctx, s.db, func(at *time.Time, row scan) error {
		var made int64
		err := row(&made)
		*at = fromUnix(made)
		return err
	}, `SELECT made FROM sign_in_link WHERE person = $1 AND made >= $2 ORDER BY made`, string(person), toUnix(since))
}

// SpendLink implements account.Accounts.
func (s *Store) SpendLink(ctx context.Context, hash string, now time.Time, begun account.SignInSession) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE sign_in_link SET used = $1 WHERE hash = $2 AND person = $3 AND used = 0 AND expires > $1`, toUnix(now), hash, string(begun.Person))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, account.ErrNoLink)
		}
		if err := endLinks(ctx, tx, begun.Person, now); err != nil {
			return err
		}
		return begin(ctx, tx, begun)
	})
}

// endLinks uses up all links of a person. They are still counted.
func endLinks(ctx context.Context, tx *sql.Tx, person calendar.Address, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE sign_in_link SET used = $1 WHERE person = $2 AND used = 0`, toUnix(now), string(person))
	return err
}

// Begin implements account.Accounts.
func (s *Store) Begin(ctx context.Context, begun account.SignInSession) error {
	return s.inTx(ctx, func(tx *sql.Tx) error { return begin(ctx, tx, begun) })
}

// sessionsKept is how long a session is kept that is not used; it has ended before.
const sessionsKept = 90 * 24 * time.Hour

func begin(ctx context.Context, tx *sql.Tx, begun account.SignInSession) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_session WHERE used < $1`, toUnix(begun.Began.Add(-sessionsKept))); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO sign_in_session (hash, person, began, used) VALUES ($1, $2, $3, $4)`,
		begun.Hash, string(begun.Person), toUnix(begun.Began), toUnix(begun.Used))
	return err
}

// Session implements account.Accounts.
func (s *Store) Session(ctx context.Context, hash string) (account.SignInSession, error) {
	open := account.SignInSession{Hash: hash}
	var began, used int64
	err := s.db.QueryRowContext(ctx, `SELECT person, began, used FROM sign_in_session WHERE hash = $1`, hash).Scan(&open.Person, &began, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return account.SignInSession{}, account.ErrNoSession
	}
	open.Began, open.Used = fromUnix(began), fromUnix(used)
	return open, err
}

// Touch implements account.Accounts.
func (s *Store) Touch(ctx context.Context, hash string, used time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE sign_in_session SET used = $1 WHERE hash = $2`, toUnix(used), hash)
	return err
}

// End implements account.Accounts.
func (s *Store) End(ctx context.Context, hash string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM sign_in_session WHERE hash = $1`, hash)
	return err
}

// EndAll implements account.Accounts.
func (s *Store) EndAll(ctx context.Context, person calendar.Address) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_session WHERE person = $1`, string(person)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE sign_in_link SET used = made WHERE person = $1 AND used = 0`, string(person))
		return err
	})
}

// Bind implements account.Accounts.
func (s *Store) Bind(ctx context.Context, issuer, subject string, person calendar.Address) (to calendar.Address, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO sign_in_subject (issuer, subject, person) VALUES ($1, $2, $3) ON CONFLICT (issuer, subject) DO NOTHING`,
			issuer, subject, string(person))
		if err == nil {
			to, err = bound(ctx, tx, issuer, subject)
		}
		return err
	})
	return to, err
}

// Bound implements account.Accounts.
func (s *Store) Bound(ctx context.Context, issuer, subject string) (calendar.Address, error) {
	return bound(ctx, s.db, issuer, subject)
}

func bound(ctx context.Context, q querier, issuer, subject string) (to calendar.Address, err error) {
	err = q.QueryRowContext(ctx, `SELECT person FROM sign_in_subject WHERE issuer = $1 AND subject = $2`, issuer, subject).Scan(&to)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return to, err
}

// Ping implements account.Accounts.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }
