// Package store keeps peerslot's bookings in SQLite or PostgreSQL, with one text
// of SQL for both.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Store is a scheduler.Store on a SQL database.
type Store struct {
	db      *sql.DB
	dialect dialect
	tryLock func(context.Context) (unlock func(), err error) // ErrBusy if another run has it
}

var _ scheduler.Store = (*Store)(nil)

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

const bookingColumns = `uid, group_name, program, generation, state, series, next, attendance, possible, by_hand, refused, invited, facilitators, reviewed, cancel_from, created, version`

// Bookings implements scheduler.Store.
func (s *Store) Bookings(ctx context.Context) ([]scheduler.Booking, error) {
	return s.query(ctx, `SELECT `+bookingColumns+` FROM booking WHERE state <> 'ended' ORDER BY group_name, generation`)
}

// BookingsOf implements scheduler.Store.
func (s *Store) BookingsOf(ctx context.Context, group string) ([]scheduler.Booking, error) {
	return s.query(ctx, `SELECT `+bookingColumns+` FROM booking WHERE group_name = $1 ORDER BY generation`, group)
}

func (s *Store) query(ctx context.Context, text string, args ...any) ([]scheduler.Booking, error) {
	rows, err := s.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []scheduler.Booking
	for rows.Next() {
		b, err := scanBooking(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func scanBooking(rows *sql.Rows) (scheduler.Booking, error) {
	var b scheduler.Booking
	var uid, series, next, byHand, refused, invited, facilitators string
	var reviewed int
	var cancelFrom, created int64
	err := rows.Scan(&uid, &b.Group, &b.Program, &b.Generation, &b.State, &series, &next, &b.Attendance, &b.Possible, &byHand, &refused, &invited, &facilitators, &reviewed, &cancelFrom, &created, &b.Version)
	if err != nil {
		return b, err
	}
	err = errors.Join(json.Unmarshal([]byte(series), &b.Series), json.Unmarshal([]byte(next), &b.Next), json.Unmarshal([]byte(byHand), &b.ByHand),
		json.Unmarshal([]byte(refused), &b.Refused), json.Unmarshal([]byte(invited), &b.Invited), json.Unmarshal([]byte(facilitators), &b.Facilitators))
	if err != nil {
		return b, fmt.Errorf("the stored series %s cannot be read: %w", uid, err)
	}
	b.Series.UID = calendar.UID(uid)
	b.Reviewed = reviewed != 0
	b.CancelFrom, b.Created = fromUnix(cancelFrom), fromUnix(created)
	return b, nil
}

// Times are kept as seconds since 1970, 0 for none: bound as time.Time, the two
// databases would store different things.
func toUnix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func fromUnix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// Save implements scheduler.Store.
func (s *Store) Save(ctx context.Context, b scheduler.Booking, events ...scheduler.Event) (scheduler.Booking, error) {
	err := s.write(ctx, []*scheduler.Booking{&b}, events)
	return b, err
}

// SaveAll implements scheduler.Store.
func (s *Store) SaveAll(ctx context.Context, bookings []scheduler.Booking, events ...scheduler.Event) ([]scheduler.Booking, error) {
	saved := slices.Clone(bookings)
	list := make([]*scheduler.Booking, len(saved))
	for i := range saved {
		list[i] = &saved[i]
	}
	err := s.write(ctx, list, events)
	return saved, err
}

// Renew implements scheduler.Store.
func (s *Store) Renew(ctx context.Context, old, next scheduler.Booking, events ...scheduler.Event) (scheduler.Booking, scheduler.Booking, error) {
	err := s.write(ctx, []*scheduler.Booking{&old, &next}, events)
	return old, next, err
}

// write writes the bookings, in their order, and the events in one transaction.
// The versions grow if it succeeds.
func (s *Store) write(ctx context.Context, bookings []*scheduler.Booking, events []scheduler.Event) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, b := range bookings {
		if err := s.save(ctx, tx, *b); err != nil {
			return err
		}
	}
	if err := appendEvents(ctx, tx, events); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, b := range bookings {
		b.Version++
	}
	return nil
}

func (s *Store) save(ctx context.Context, tx *sql.Tx, b scheduler.Booking) error {
	r, err := rowOf(b)
	if err != nil {
		return err
	}
	if b.Version == 0 {
		return s.insert(ctx, tx, b, r)
	}
	return update(ctx, tx, b, r)
}

// A row holds what the databases keep in another form.
type row struct {
	series, next, byHand, refused, invited, facilitators string
	reviewed                                             int // 0 or 1: the databases disagree about booleans
}

func rowOf(b scheduler.Booking) (row, error) {
	series, err := json.Marshal(b.Series)
	next, err2 := json.Marshal(b.Next)
	byHand, err3 := json.Marshal(b.ByHand)
	facilitators, err4 := json.Marshal(b.Facilitators)
	refused, err5 := json.Marshal(b.Refused)
	invited, err6 := json.Marshal(b.Invited)
	r := row{series: string(series), next: string(next), byHand: string(byHand), refused: string(refused), invited: string(invited), facilitators: string(facilitators)}
	if b.Reviewed {
		r.reviewed = 1
	}
	return r, errors.Join(err, err2, err3, err4, err5, err6)
}

func (s *Store) insert(ctx context.Context, tx *sql.Tx, b scheduler.Booking, r row) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO booking (`+bookingColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)`,
		string(b.Series.UID), b.Group, b.Program, b.Generation, string(b.State), r.series, r.next,
		b.Attendance, b.Possible, r.byHand, r.refused, r.invited, r.facilitators, r.reviewed, toUnix(b.CancelFrom), toUnix(b.Created))
	if s.dialect.isUniqueViolation(err) {
		return fmt.Errorf("group %q: %w", b.Group, scheduler.ErrBooked)
	}
	return err
}

func update(ctx context.Context, tx *sql.Tx, b scheduler.Booking, r row) error {
	res, err := tx.ExecContext(ctx, `UPDATE booking
		SET program = $1, state = $2, series = $3, next = $4, attendance = $5, possible = $6, by_hand = $7, facilitators = $8, reviewed = $9, cancel_from = $10, refused = $11, invited = $12,
		version = version + 1
		WHERE uid = $13 AND version = $14`,
		b.Program, string(b.State), r.series, r.next, b.Attendance, b.Possible, r.byHand, r.facilitators, r.reviewed, toUnix(b.CancelFrom), r.refused, r.invited, string(b.Series.UID), b.Version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("group %q: %w", b.Group, scheduler.ErrStale))
	}
	return nil
}

func appendEvents(ctx context.Context, tx *sql.Tx, events []scheduler.Event) error {
	for _, e := range events {
		// The ids grow with time, without a sequence that two databases would
		// make differently.
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO history (id, at, group_name, uid, what, why) VALUES ($1, $2, $3, $4, $5, $6)`,
			id.String(), toUnix(e.At), e.Group, string(e.UID), e.What, e.Why)
		if err != nil {
			return err
		}
	}
	return nil
}

// History implements scheduler.Store.
func (s *Store) History(ctx context.Context, group string, since time.Time) ([]scheduler.Event, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT at, group_name, uid, what, why FROM history
		WHERE (group_name = $1 OR $2 = '') AND at >= $3 ORDER BY id`, group, group, toUnix(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []scheduler.Event
	for rows.Next() {
		var e scheduler.Event
		var at int64
		if err := rows.Scan(&at, &e.Group, &e.UID, &e.What, &e.Why); err != nil {
			return nil, err
		}
		e.At = fromUnix(at)
		out = append(out, e)
	}
	return out, rows.Err()
}

// Answer implements scheduler.Store.
func (s *Store) Answer(ctx context.Context, uid calendar.UID, who string, a scheduler.Answer) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO answer (uid, who, answer) VALUES ($1, $2, $3)
		ON CONFLICT (uid, who) DO UPDATE SET answer = $3`, string(uid), who, string(a))
	return err
}

// Answers implements scheduler.Store.
func (s *Store) Answers(ctx context.Context, uid calendar.UID) (map[scheduler.Answer]int, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT answer, COUNT(*) FROM answer WHERE uid = $1 GROUP BY answer`, string(uid))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[scheduler.Answer]int{}
	for rows.Next() {
		var a scheduler.Answer
		var n int
		if err := rows.Scan(&a, &n); err != nil {
			return nil, err
		}
		out[a] = n
	}
	return out, rows.Err()
}
