package mail

import (
	"context"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Undelivered returns a finding for each person who was to hear something of a
// series that still runs, and did not, until a later message reaches them; or anybody, if
// for whom it was is not known.
func Undelivered(ctx context.Context, s scheduler.Store) ([]scheduler.Finding, error) {
	lost, err := s.Undelivered(ctx)
	if err != nil || len(lost) == 0 {
		return nil, err
	}
	bookings, err := s.Bookings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	running := map[calendar.UID]string{} // groups
	for _, b := range bookings {
		running[b.Series.UID] = b.Group
	}
	var out []scheduler.Finding
	for _, n := range lost {
		group, runs := running[n.UID]
		if !runs || seen(out, n) {
			continue
		}
		reached, err := reachedSince(ctx, s, n)
		if err != nil {
			return nil, err
		}
		kind := scheduler.MailRefused
		if n.State == scheduler.NoticeGivenUp {
			kind = scheduler.MailGivenUp
		}
		if !reached {
			out = append(out, scheduler.Finding{Kind: kind, Group: group, Person: n.To, UID: n.UID, Err: errors.New(n.Fault)})
		}
	}
	return out, nil
}

func seen(list []scheduler.Finding, n scheduler.Notice) bool {
	for _, f := range list {
		if f.Person == n.To && f.UID == n.UID {
			return true
		}
	}
	return false
}

func reachedSince(ctx context.Context, s scheduler.Store, n scheduler.Notice) (bool, error) {
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
