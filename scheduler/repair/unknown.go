package repair

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// DateUnknown fills in since when each person is unknown: since now, if that is
// news.
func DateUnknown(ctx context.Context, s *scheduler.Service, unknown []scheduler.Unknown) error {
	since, err := s.Store.Unreadable(ctx)
	if err != nil {
		return fmt.Errorf("read who is unreadable: %w", err)
	}
	for i, u := range unknown {
		unknown[i].Since = s.Now().UTC().Truncate(time.Second)
		if t, ok := since[u.Person]; ok {
			unknown[i].Since = t
		}
	}
	return nil
}

// KeepNight records what a pass over all series did and found, and whose calendars could
// not be read in it, so that later ones know since when.
func KeepNight(ctx context.Context, s *scheduler.Service, plan scheduler.RepairPlan) error {
	if err := KeepUnknown(ctx, s, plan.Unknown); err != nil {
		return err
	}
	return s.KeepNight(ctx, scheduler.Night{What: scheduler.RepairNight, Checked: plan.Checked, Changes: len(plan.Changes), Findings: slices.Concat(plan.Findings, plan.Better)})
}

// KeepUnknown records whose calendars could not be read.
func KeepUnknown(ctx context.Context, s *scheduler.Service, unknown []scheduler.Unknown) error {
	had, err := s.Store.Unreadable(ctx)
	if err != nil {
		return fmt.Errorf("read who is unreadable: %w", err)
	}
	have := map[calendar.Address]time.Time{}
	for _, u := range unknown {
		have[u.Person] = u.Since
	}
	if maps.EqualFunc(had, have, time.Time.Equal) {
		return nil
	}
	var events []scheduler.Event
	news := func(a calendar.Address, in map[calendar.Address]time.Time, what string) {
		if _, known := in[a]; !known {
			events = append(events, scheduler.Event{At: s.Now().UTC(), What: what, Why: "the calendar of " + string(a)})
		}
	}
	for _, a := range slices.Sorted(maps.Keys(have)) {
		news(a, had, "unreadable")
	}
	for _, a := range slices.Sorted(maps.Keys(had)) {
		news(a, have, "readable")
	}
	_, err = s.Commit(ctx, scheduler.Batch{Unreadable: have, Events: events})
	return err
}
