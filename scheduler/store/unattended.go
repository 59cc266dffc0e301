package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// Settings that say what was done unattended: the moments as RFC 3339 in UTC, whose
// order is that of their text, and each dead job under its kind and subject.
const (
	repairedSetting = "unattended repaired"
	reviewedSetting = "unattended reviewed"
	deadSetting     = "unattended dead "
)

// Unattended implements scheduler.Store.
func (s *Store) Unattended(ctx context.Context) (u scheduler.Unattended, err error) {
	err = each(ctx, s.db, func(row scan) error {
		var name, value string
		if err := row(&name, &value); err != nil {
			return err
		}
		var fault error
		switch {
		case name == repairedSetting:
			u.Repaired, fault = time.Parse(time.RFC3339, value)
		case name == reviewedSetting:
			u.Reviewed, fault = time.Parse(time.RFC3339, value)
		case strings.HasPrefix(name, deadSetting):
			u.Dead = append(u.Dead, readDead(strings.TrimPrefix(name, deadSetting), value))
		}
		if fault != nil {
			u.Faults = append(u.Faults, fmt.Errorf("the setting %q in the store cannot be read: %w", name, fault))
		}
		return nil
	}, `SELECT name, value FROM setting WHERE name LIKE 'unattended %' ORDER BY name`)
	return u, err
}

// Failed implements scheduler.Store.
func (s *Store) Failed(ctx context.Context, kind, subject string) ([]scheduler.FailedJob, error) {
	where, name := `name = $1`, deadName(scheduler.FailedJob{Kind: kind, Subject: subject})
	if subject == "" {
		where, name = `name LIKE $1`, name+"%"
	}
	return list(ctx, s.db, func(j *scheduler.FailedJob, row scan) error {
		var name, value string
		err := row(&name, &value)
		*j = readDead(strings.TrimPrefix(name, deadSetting), value)
		return err
	}, `SELECT name, value FROM setting WHERE `+where+` ORDER BY name`, name)
}

// readDead reads a job that was given up. If its record is broken, its name says which.
func readDead(name, text string) (j scheduler.FailedJob) {
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		kind, subject, _ := strings.Cut(name, " ")
		return scheduler.FailedJob{Kind: kind, Subject: subject, Why: fmt.Sprintf("why it was cannot be read: %v", err)}
	}
	return j
}

func writeUnattended(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if j := batch.Mended; j != nil {
		if _, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name = $1`, deadName(*j)); err != nil {
			return err
		}
	}
	u := batch.Unattended
	if u == nil {
		return nil
	}
	for name, at := range map[string]time.Time{repairedSetting: u.Repaired, reviewedSetting: u.Reviewed} {
		if at.IsZero() {
			continue
		}
		if err := dropSpoiltMoment(ctx, tx, name); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = $2 WHERE setting.value < $2`, name, at.UTC().Format(time.RFC3339))
		if err != nil {
			return err
		}
	}
	for _, j := range u.Dead {
		if err := writeRecord(ctx, tx, deadName(j), j); err != nil {
			return err
		}
	}
	return nil
}

// dropSpoiltMoment makes room where a moment cannot be read, whose text is neither earlier
// nor later than that of one which can.
func dropSpoiltMoment(ctx context.Context, tx *sql.Tx, name string) error {
	text, ok, err := readSetting(ctx, tx, name)
	if err != nil || !ok {
		return err
	}
	if _, fault := time.Parse(time.RFC3339, text); fault == nil {
		return nil
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM setting WHERE name = $1 AND value = $2`, name, text)
	return err
}

func deadName(j scheduler.FailedJob) string { return deadSetting + j.Kind + " " + j.Subject }
