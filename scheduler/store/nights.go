package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// Settings that say what nights did: each under its time, as RFC 3339 in UTC, whose order
// is that of its text, and its kind; and what the last of each kind found.
const (
	nightSetting = "night "
	foundSetting = "found "
)

// nightsKept is for how long nights are kept: longer than any page looks back.
const nightsKept = 60 * 24 * time.Hour

// A foundRecord is a finding as it is kept: errors are their words.
type foundRecord struct {
	scheduler.Finding
	Err string
}

// Nights implements scheduler.Store.
func (s *Store) Nights(ctx context.Context) ([]scheduler.Night, error) {
	found := map[scheduler.NightWork][]scheduler.Finding{}
	var out []scheduler.Night
	err := each(ctx, s.db, func(row scan) error {
		var name, value string
		if err := row(&name, &value); err != nil {
			return err
		}
		if what, ok := strings.CutPrefix(name, foundSetting); ok {
			found[scheduler.NightWork(what)] = readFound(scheduler.NightWork(what), value)
			return nil
		}
		var n scheduler.Night
		if json.Unmarshal([]byte(value), &n) == nil { // what is broken of the past is left out
			out = append(out, n)
		}
		return nil
	}, `SELECT name, value FROM setting WHERE name LIKE $1 OR name LIKE $2 ORDER BY name DESC`, nightSetting+"%", foundSetting+"%")
	for i, n := range out {
		out[i].Findings = found[n.What]
		delete(found, n.What)
	}
	return out, err
}

// readFound returns what the last night found; that it cannot be read is a finding, too.
func readFound(what scheduler.NightWork, text string) []scheduler.Finding {
	var records []foundRecord
	if err := json.Unmarshal([]byte(text), &records); err != nil {
		return []scheduler.Finding{{Kind: scheduler.Failed, Err: fmt.Errorf("what the last %s found cannot be read: %w; the next one finds it anew", what, err)}}
	}
	var out []scheduler.Finding
	for _, r := range records {
		if r.Err != "" {
			r.Finding.Err = errors.New(r.Err)
		}
		out = append(out, r.Finding)
	}
	return out
}

func writeNight(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Night == nil {
		return nil
	}
	n := *batch.Night
	records := []foundRecord{}
	for _, f := range n.Findings {
		r := foundRecord{Finding: f}
		if f.Err != nil {
			r.Err = f.Err.Error()
		}
		records = append(records, r)
	}
	n.Findings = nil
	at := func(t time.Time) string { return nightSetting + t.UTC().Format(time.RFC3339) }
	for name, value := range map[string]any{at(n.At) + " " + string(n.What): n, foundSetting + string(n.What): records} {
		if err := writeRecord(ctx, tx, name, value); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM setting WHERE name LIKE $1 AND name < $2`, nightSetting+"%", at(n.At.Add(-nightsKept)))
	return err
}
