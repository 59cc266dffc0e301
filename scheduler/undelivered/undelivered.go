// Package undelivered says whom mail did not reach.
package undelivered

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Findings returns a finding for each person who was to hear something of a series that
// still runs, and that they still take part in, and did not, until a later message reaches
// them; or anybody, if for whom it was is not known.
func Findings(ctx context.Context, s scheduler.Store) ([]scheduler.Finding, error) {
	lost, err := s.Undelivered(ctx)
	if err != nil || len(lost) == 0 {
		return nil, err
	}
	bookings, err := s.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	running := map[calendar.UID]scheduler.Booking{}
	for _, b := range bookings {
		running[b.Series.UID] = b
	}
	var out []scheduler.Finding
	for _, n := range lost {
		b, runs := running[n.UID]
		named := func(f scheduler.Finding) bool { return f.Person == n.To && f.UID == n.UID }
		if !runs || slices.ContainsFunc(out, named) || n.To != "" && !b.Series.Invites(n.To) {
			continue
		}
		reached, err := ReachedSince(ctx, s, n)
		if err != nil {
			return nil, err
		}
		kind := scheduler.MailRefused
		if n.State == scheduler.NoticeGivenUp {
			kind = scheduler.MailGivenUp
		}
		if !reached {
			out = append(out, scheduler.Finding{Kind: kind, Group: b.Group, Person: n.To, UID: n.UID, Err: errors.New(n.Fault)})
		}
	}
	return out, nil
}

// ReachedSince reports whether a later message of the series than n reached whom n did not.
func ReachedSince(ctx context.Context, s scheduler.Store, n scheduler.Notice) (bool, error) {
	told, err := s.Told(ctx, n.UID)
	if err != nil {
		return false, fmt.Errorf("read what was told: %w", err)
	}
	later := false
	for _, t := range told {
		later = later || t.ID == n.ID
		if later && (t.To == n.To || n.To == "") && t.State == scheduler.NoticeSent {
			return true, nil
		}
	}
	return false, nil
}
