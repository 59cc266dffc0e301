package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Notices implements scheduler.Store.
func (s *Store) Notices(ctx context.Context) ([]scheduler.Notice, error) {
	return s.notices(ctx, `WHERE state = $1 ORDER BY at, place, id`, string(scheduler.NoticeWaits))
}

// Waiting implements scheduler.Store.
func (s *Store) Waiting(ctx context.Context, after string, most int) ([]scheduler.Notice, error) {
	where, args := `WHERE state = $1`, []any{string(scheduler.NoticeWaits), most}
	if after != "" {
		where, args = where+` AND (at, place, id) > (SELECT at, place, id FROM notice WHERE id = $3)`, append(args, after)
	}
	return s.notices(ctx, where+` ORDER BY at, place, id LIMIT $2`, args...)
}

// Unsent implements scheduler.Store.
func (s *Store) Unsent(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM notice WHERE state = $1`, string(scheduler.NoticeWaits)).Scan(&n)
	return n, err
}

// Undelivered implements scheduler.Store.
func (s *Store) Undelivered(ctx context.Context) ([]scheduler.Notice, error) {
	return s.notices(ctx, `WHERE state IN ($1, $2) ORDER BY at, place, id`, string(scheduler.NoticeRefused), string(scheduler.NoticeGivenUp))
}

// Told implements scheduler.Store.
func (s *Store) Told(ctx context.Context, uid calendar.UID) ([]scheduler.Notice, error) {
	return s.notices(ctx, `WHERE uid = $1 ORDER BY at, place, id`, string(uid))
}

// NoticeOf implements scheduler.Store.
func (s *Store) NoticeOf(ctx context.Context, id string) (scheduler.Notice, bool, error) {
	found, err := s.notices(ctx, `WHERE id = $1`, id)
	if err != nil || len(found) == 0 {
		return scheduler.Notice{}, false, err
	}
	return found[0], true, nil
}

// notices reads those of a condition. Of a record that cannot be decoded the columns
// beside it are known.
func (s *Store) notices(ctx context.Context, where string, args ...any) ([]scheduler.Notice, error) {
	return list(ctx, s.db, func(n *scheduler.Notice, row scan) error {
		var columns scheduler.Notice
		var at int64
		var text string
		if err := row(&columns.ID, &columns.UID, &at, &columns.State, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), n); err != nil {
			*n = columns
			n.Made, n.Fault = fromUnix(at), fmt.Sprintf("the stored notice cannot be read: %v", err)
		}
		return nil
	}, `SELECT id, uid, at, state, record FROM notice `+where, args...)
}

// Message implements scheduler.Store.
func (s *Store) Message(ctx context.Context, id string) ([]byte, error) {
	var text string
	err := s.db.QueryRowContext(ctx, `SELECT message FROM notice WHERE id = $1`, id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) || err == nil && text == "" {
		return nil, nil
	}
	return []byte(text), err
}

func writeNotices(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for place, n := range batch.Notices {
		message := string(n.Message)
		record, err := noticeRecord(n)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO notice (id, uid, at, place, state, record, message) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO NOTHING`, n.ID, string(n.UID), toUnix(n.Made), int64(n.Sequence)*1000+int64(place), string(n.State), record, message)
		if err != nil {
			return err
		}
	}
	for _, n := range batch.Tried {
		record, err := noticeRecord(n)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE notice SET state = $1, record = $2, message = CASE WHEN $3 = $4 THEN message ELSE '' END WHERE id = $5`,
			string(n.State), record, string(n.State), string(scheduler.NoticeWaits), n.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func noticeRecord(n scheduler.Notice) (string, error) {
	n.Message = nil
	text, err := json.Marshal(n)
	return string(text), err
}

// Replies implements scheduler.Store.
func (s *Store) Replies(ctx context.Context, uid calendar.UID) ([]scheduler.Reply, error) {
	return list(ctx, s.db, func(r *scheduler.Reply, row scan) error {
		var original, made, received int64
		err := row(&r.Person, &original, &r.RSVP, &made, &received)
		r.UID, r.Original, r.Made, r.Received = uid, fromUnix(original), fromUnix(made), fromUnix(received)
		return err
	}, `SELECT person, original, rsvp, made, received FROM reply WHERE uid = $1 ORDER BY person, original`, string(uid))
}

func writeReplies(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	for _, r := range batch.Replies {
		_, err := tx.ExecContext(ctx, `INSERT INTO reply (uid, person, original, rsvp, made, received) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (uid, person, original) DO UPDATE SET rsvp = $4, made = $5, received = $6`,
			string(r.UID), string(r.Person), toUnix(r.Original), string(r.RSVP), toUnix(r.Made), toUnix(r.Received))
		if err != nil {
			return err
		}
	}
	return nil
}

const mailboxSetting = "mailbox"

// Mailbox implements scheduler.Store.
func (s *Store) Mailbox(ctx context.Context) (m scheduler.Mailbox, err error) {
	fault, err := readRecord(ctx, s.db, mailboxSetting, &m)
	if fault != nil {
		m = scheduler.Mailbox{Fault: fmt.Errorf("how far the mailbox was read cannot be read: %w", fault)}
	}
	return m, err
}

func writeMailbox(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Mailbox == nil {
		return nil
	}
	return writeRecord(ctx, tx, mailboxSetting, batch.Mailbox)
}
