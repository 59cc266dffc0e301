// Package store keeps peerslot's bookings in SQLite or PostgreSQL, with one text
// of SQL for both.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/google/uuid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Store is a scheduler.Store on a SQL database.
type Store struct {
	db      *sql.DB
	dialect dialect
	locks   locks
}

var _ scheduler.Store = (*Store)(nil)

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

const bookingColumns = `uid, group_name, program, generation, state, reviewed, cancel_from, created, version, record`

// Bookings implements scheduler.Store.
func (s *Store) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	return s.inGroups(ctx, groups, `state <> 'ended'`)
}

// inGroups returns the bookings of the groups for which a condition holds, without
// arguments; those of all groups for none.
func (s *Store) inGroups(ctx context.Context, groups []string, condition string) ([]scheduler.Booking, error) {
	if len(groups) <= mostAsked {
		asked, args := among("group_name", groups)
		return s.query(ctx, `SELECT `+bookingColumns+` FROM booking WHERE `+condition+` AND `+asked+` ORDER BY group_name, generation`, args...)
	}
	var out []scheduler.Booking
	for some := range slices.Chunk(groups, mostAsked) {
		bookings, err := s.inGroups(ctx, some, condition)
		if err != nil {
			return nil, err
		}
		out = append(out, bookings...)
	}
	slices.SortFunc(out, func(a, b scheduler.Booking) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Generation, b.Generation))
	})
	return out, nil
}

// mostAsked is of how many values one statement asks: databases take no more than some
// ten thousand.
const mostAsked = 1000

// BookingRefs implements scheduler.Store.
func (s *Store) BookingRefs(ctx context.Context) ([]scheduler.BookingRef, error) {
	return list(ctx, s.db, func(b *scheduler.BookingRef, row scan) error { return row(&b.Group, &b.Generation, &b.UID, &b.Version) },
		`SELECT group_name, generation, uid, version FROM booking WHERE state <> 'ended' ORDER BY group_name, generation`)
}

// A scan reads the columns of a row, as that of [sql.Rows] does.
type scan func(columns ...any) error

// each calls read for each row that a query finds. An error of it ends that.
func each(ctx context.Context, q querier, read func(scan) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	row := scan(rows.Scan)
	for rows.Next() {
		if err := read(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// list returns what is read of each row that a query finds, into what is zero.
func list[T any](ctx context.Context, q querier, read func(*T, scan) error, query string, args ...any) (out []T, err error) {
	err = each(ctx, q, func(row scan) error {
		var zero T
		out = append(out, zero)
		return read(&out[len(out)-1], row)
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// among returns the condition that a column is one of the values, with its arguments. It
// holds for all rows if there are no values.
func among[T ~string](column string, values []T) (condition string, args []any) {
	if len(values) == 0 {
		return `1 = 1`, nil
	}
	places := make([]string, len(values))
	for i, v := range values {
		args, places[i] = append(args, string(v)), fmt.Sprintf("$%d", i+1)
	}
	return column + ` IN (` + strings.Join(places, ", ") + `)`, args
}

// BookingsOf implements scheduler.Store.
func (s *Store) BookingsOf(ctx context.Context, group string) ([]scheduler.Booking, error) {
	return s.query(ctx, `SELECT `+bookingColumns+` FROM booking WHERE group_name = $1 ORDER BY generation`, group)
}

// GroupOf implements scheduler.Store.
func (s *Store) GroupOf(ctx context.Context, uid calendar.UID) (group string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT group_name FROM booking WHERE uid = $1`, string(uid)).Scan(&group)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return group, err
}

// Ended implements scheduler.Store.
func (s *Store) Ended(ctx context.Context, since time.Time, groups ...string) ([]scheduler.Booking, error) {
	return s.inGroups(ctx, groups, fmt.Sprintf(`state = 'ended' AND created >= %d`, toUnix(since)))
}

// EndedGroups implements scheduler.Store.
func (s *Store) EndedGroups(ctx context.Context, since time.Time) ([]string, error) {
	return list(ctx, s.db, func(group *string, row scan) error { return row(group) },
		`SELECT DISTINCT group_name FROM booking WHERE state = 'ended' AND created >= $1 ORDER BY group_name`, toUnix(since))
}

// Begun implements scheduler.Store.
func (s *Store) Begun(ctx context.Context, most int) ([]string, error) {
	out, err := list(ctx, s.db, func(group *string, row scan) error { return row(group) },
		`SELECT group_name FROM booking WHERE state IN ('intended', 'changing', 'cancelling') LIMIT $1`, most)
	slices.Sort(out)
	return slices.Compact(out), err
}

// Due implements scheduler.Store.
func (s *Store) Due(ctx context.Context, now time.Time) (scheduler.Bookings, error) {
	return s.query(ctx, `SELECT `+bookingColumns+` FROM booking
		WHERE state IN ('intended', 'changing', 'cancelling') OR state = 'booked' AND ends <= $1 ORDER BY group_name, generation`, toUnix(now))
}

func (s *Store) query(ctx context.Context, text string, args ...any) ([]scheduler.Booking, error) {
	return list(ctx, s.db, scanBooking, text, args...)
}

// scanBooking reads one row into b, which is zero. Of a record that cannot be decoded the
// columns beside it are known.
func scanBooking(b *scheduler.Booking, row scan) error {
	var group, program string
	var state scheduler.State
	var uid calendar.UID
	var record sql.RawBytes
	var generation, reviewed int
	var cancelFrom, created, version int64
	if err := row(&uid, &group, &program, &generation, &state, &reviewed, &cancelFrom, &created, &version, &record); err != nil {
		return err
	}
	if err := decode(record, b); err != nil {
		*b = scheduler.Booking{Fault: fmt.Errorf("the stored series %s cannot be read: %w", uid, err)}
	}
	b.Group, b.Program, b.Generation, b.State, b.Version = group, program, generation, state, version
	b.Series.UID, b.Reviewed = uid, reviewed != 0
	b.CancelFrom, b.Created = fromUnix(cancelFrom), fromUnix(created)
	return nil
}

// decode is json.Unmarshal, which takes more than twice the time: a night decodes every
// booking. Where both fail its error is the one that is told.
func decode(record []byte, b *scheduler.Booking) error {
	if jsonv1.Unmarshal(record, b) == nil {
		return nil
	}
	*b = scheduler.Booking{}
	return json.Unmarshal(record, b)
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

// inTx has all of a function's writing kept, or none of it.
func (s *Store) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return cmp.Or(ctx.Err(), err)
	}
	defer tx.Rollback()
	err = do(tx)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return cmp.Or(ctx.Err(), err) // where the context ended, only a transaction that is over may be named
	}
	return nil
}

// Commit implements scheduler.Store.
func (s *Store) Commit(ctx context.Context, batch scheduler.Batch) ([]scheduler.Booking, error) {
	saved := slices.Clone(batch.Bookings)
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		for i := range saved {
			if err := s.save(ctx, tx, &saved[i]); err != nil {
				return err
			}
			if saved[i].Reviewed || saved[i].State == scheduler.Ended {
				if err := dropAnswers(ctx, tx, saved[i].Series.UID); err != nil {
					return err
				}
			}
		}
		for _, write := range []func(context.Context, *sql.Tx, scheduler.Batch) error{s.writeRound, writeSeen, writeUnreadable, writeEvents, writeNotices, writeReplies, writeMailbox, writeMark, writeUnattended, writeNight, writeSettings, writeAttended, writeRevision} {
			if err := write(ctx, tx, batch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}

// save writes one booking and gives it its next version.
func (s *Store) save(ctx context.Context, tx *sql.Tx, b *scheduler.Booking) error {
	record, err := json.Marshal(b)
	if err != nil {
		return err
	}
	reviewed := 0 // the databases disagree about booleans
	if b.Reviewed {
		reviewed = 1
	}
	b.Version++
	if b.Version == 1 {
		_, err = tx.ExecContext(ctx, `INSERT INTO booking (`+bookingColumns+`, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10)`,
			string(b.Series.UID), b.Group, b.Program, b.Generation, string(b.State), reviewed, toUnix(b.CancelFrom), toUnix(b.Created), string(record), ends(b.Series))
		if s.dialect.isUniqueViolation(err) {
			return fmt.Errorf("group %q: %w", b.Group, scheduler.ErrBooked)
		}
		return err
	}
	text := `UPDATE booking SET group_name = $1, program = $2, state = $3, reviewed = $4, cancel_from = $5, version = $6`
	args := []any{b.Group, b.Program, string(b.State), reviewed, toUnix(b.CancelFrom), b.Version, string(b.Series.UID), b.Version - 1}
	if b.Fault == nil { // what could not be read stays as it is
		text, args = text+`, record = $9, ends = $10`, append(args, string(record), ends(b.Series))
	}
	res, err := tx.ExecContext(ctx, text+` WHERE uid = $7 AND version = $8`, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("group %q: %w", b.Group, scheduler.ErrStale))
	}
	return nil
}

// ends returns when the last session of a series is over; 0 if that cannot be told.
func ends(s calendar.Series) int64 {
	last, err := s.LastEnd()
	if err != nil {
		return 0
	}
	return toUnix(last)
}

func writeEvents(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for _, e := range batch.Events {
		// The ids grow with time, without a sequence that two databases would
		// make differently.
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO history (id, at, group_name, uid, what, why, person, before_move, after_move) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			id.String(), toUnix(e.At), e.Group, string(e.UID), e.What, e.Why, string(e.By), e.Before, e.After)
		if err != nil {
			return err
		}
	}
	return nil
}

// History implements scheduler.Store.
func (s *Store) History(ctx context.Context, group string, since time.Time) ([]scheduler.Event, error) {
	return list(ctx, s.db, func(e *scheduler.Event, row scan) error {
		var at int64
		err := row(&at, &e.Group, &e.UID, &e.What, &e.Why, &e.By, &e.Before, &e.After)
		e.At = fromUnix(at)
		return err
	}, `SELECT at, group_name, uid, what, why, person, before_move, after_move FROM history
		WHERE (group_name = $1 OR $2 = '') AND at >= $3 ORDER BY id`, group, group, toUnix(since))
}

// Moves implements scheduler.Store.
func (s *Store) Moves(ctx context.Context, after time.Time) ([]scheduler.Moves, error) {
	return list(ctx, s.db, func(m *scheduler.Moves, row scan) error { return row(&m.Group, &m.UID, &m.Times) },
		`SELECT group_name, uid, COUNT(*) FROM history WHERE what = $1 AND at > $2
		GROUP BY group_name, uid ORDER BY group_name, uid`, string(scheduler.MoveSession), toUnix(after))
}
