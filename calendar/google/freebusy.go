package google

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

const (
	maxCalendars = 50                  // that one query may name
	maxMembers   = 100                 // of a mailing list that Google expands
	maxQuery     = 90 * 24 * time.Hour // that one query may cover; not documented
	parallel     = 4                   // lots of people who are asked for at once
)

// Busy implements calendar.Backend. Who asks for several series one after the
// other should make a Snapshot.
func (b *Backend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	s, err := b.Snapshot(ctx, people, iv)
	if err != nil {
		return nil, err
	}
	return s.Busy(ctx, people, iv, except...)
}

// A query is one call for the busy times of some people over part of a window.
type query struct {
	people []calendar.Address
	window availability.Interval
}

// busy reads when people are busy over the window, whatever with.
func (b *Backend) busy(ctx context.Context, people []calendar.Address, window availability.Interval) (map[calendar.Address]availability.Busy, error) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	// Questions are asked in whole seconds.
	window.Start, window.End = window.Start.Truncate(time.Second), window.End.Add(time.Second-1).Truncate(time.Second)
	out := make(map[calendar.Address]availability.Busy, len(people))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for chunk := range slices.Chunk(people, maxCalendars) {
		g.Go(func() error {
			found, err := b.askWindows(ctx, query{chunk, window})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for a, parts := range found {
				out[a] = join(parts, window)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// askWindows asks for all parts of the window at once.
func (b *Backend) askWindows(ctx context.Context, q query) (map[calendar.Address][]part, error) {
	var mu sync.Mutex
	out := make(map[calendar.Address][]part, len(q.people))
	g, ctx := errgroup.WithContext(ctx)
	for _, window := range q.window.Split(maxQuery) {
		g.Go(func() error {
			found, err := b.ask(ctx, query{q.people, window})
			mu.Lock()
			defer mu.Unlock()
			for a, parts := range found {
				out[a] = append(out[a], parts...)
			}
			return err
		})
	}
	return out, g.Wait()
}

// A part is what one query found of one person: when the person is busy, or why
// that is not known.
type part struct {
	window  availability.Interval
	periods []api.Period
	reason  string
}

// join merges the parts over the window. If they say nothing at all, the person
// is not readable.
func join(parts []part, window availability.Interval) availability.Busy {
	busy := availability.Busy{Window: window}
	spans, unread := 0, 0
	for _, p := range parts {
		spans += len(p.periods)
		if p.reason != "" {
			busy.Reason = p.reason
			unread++
		}
	}
	if unread == len(parts) {
		return availability.Unreadable(busy.Reason)
	}
	busy.Spans = make([]availability.Span, 0, spans+unread)
	for _, p := range parts {
		if p.reason != "" {
			busy.Spans = append(busy.Spans, availability.Span{Interval: p.window, Kind: availability.Unknown})
		}
		for _, b := range p.periods {
			iv := availability.Interval{Start: time.Unix(b.Start, 0).UTC(), End: time.Unix(b.End, 0).UTC()}
			busy.Spans = append(busy.Spans, availability.Span{Interval: iv})
		}
	}
	busy.Normalize()
	return busy
}

// ask makes one query and returns the parts of all its people. The error is for
// what concerns everybody.
func (b *Backend) ask(ctx context.Context, q query) (map[calendar.Address][]part, error) {
	answer, err := b.expanded(ctx, q)
	switch {
	case calendar.ConcernsAll(ctx, err):
		return nil, err
	case tooLong(err) && q.window.Length() > 24*time.Hour:
		return b.askHalves(ctx, q)
	}
	out := make(map[calendar.Address][]part, len(q.people))
	for _, a := range q.people {
		parts := answer.parts(a)
		if err != nil {
			parts = []part{{reason: fmt.Sprintf("the free/busy times could not be read: %v", err)}}
		}
		for i := range parts {
			parts[i].window = q.window
		}
		out[a] = parts
	}
	return out, nil
}

// tooLong reports whether Google wants a shorter window. What it allows is not
// documented, and may change.
func tooLong(err error) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && e.reason == "timeRangeTooLong"
}

func (b *Backend) askHalves(ctx context.Context, q query) (map[calendar.Address][]part, error) {
	middle := q.window.Start.Add(q.window.Length() / 2).Truncate(time.Hour)
	first, err := b.ask(ctx, query{q.people, availability.Interval{Start: q.window.Start, End: middle}})
	if err != nil {
		return nil, err
	}
	second, err := b.ask(ctx, query{q.people, availability.Interval{Start: middle, End: q.window.End}})
	for a, p := range second {
		first[a] = append(first[a], p...)
	}
	return first, err
}

// An answer is what Google knows of calendars, and of the mailing lists among them.
type answer struct {
	calendars map[calendar.Address]api.Calendar
	lists     map[calendar.Address]api.List
}

// parts returns what the answer says of a. A mailing list is busy when any of its
// members is, and nothing is known of it as a whole where one cannot be read.
func (r answer) parts(a calendar.Address) []part {
	if c, ok := r.calendars[a]; ok {
		return []part{readPart(c)}
	}
	list, ok := r.lists[a]
	switch {
	case !ok:
		return []part{{reason: "Google gave no answer for this calendar"}}
	case list.Reason != "":
		return []part{{reason: reasonOfList(list.Reason)}}
	case len(list.Calendars) == 0:
		return []part{{reason: "it is a mailing list without members that can be seen"}}
	}
	var out []part
	for _, id := range list.Calendars {
		p := part{reason: "Google gave no answer for it"}
		if c, ok := r.calendars[lower(id)]; ok {
			p = readPart(c)
		}
		if p.reason != "" {
			p.reason = "one on this mailing list cannot be read: " + p.reason
		}
		out = append(out, p)
	}
	return out
}

func reasonOfList(word string) string {
	if word == "groupTooBig" {
		return fmt.Sprintf("it is a mailing list of more than %d people, which Google does not expand: name its members in the group", maxMembers)
	}
	return fmt.Sprintf("it is a mailing list whose members cannot be seen (%s): name them in the group", word)
}

// expanded asks about the people, and again about those for whom the mailing lists
// among them left no room.
func (b *Backend) expanded(ctx context.Context, q query) (answer, error) {
	out, err := b.freeBusy(ctx, q)
	if err != nil || len(out.lists) == 0 {
		return out, err
	}
	left := slices.Clone(q.people)
	for _, list := range out.lists {
		for _, id := range list.Calendars {
			left = append(left, lower(id))
		}
	}
	slices.Sort(left)
	left = slices.DeleteFunc(slices.Compact(left), func(a calendar.Address) bool {
		c, ok := out.calendars[a]
		_, isList := out.lists[a]
		return isList || ok && c.Reason != "tooManyCalendarsRequested"
	})
	for chunk := range slices.Chunk(left, maxCalendars) {
		more, err := b.freeBusy(ctx, query{chunk, q.window})
		if err != nil {
			return out, err
		}
		maps.Copy(out.calendars, more.calendars)
	}
	return out, nil
}

// freeBusy makes the call, and names the calendars as we do.
func (b *Backend) freeBusy(ctx context.Context, q query) (answer, error) {
	body := &gcal.FreeBusyRequest{
		TimeMin:              q.window.Start.UTC().Format(time.RFC3339),
		TimeMax:              q.window.End.UTC().Format(time.RFC3339),
		CalendarExpansionMax: maxCalendars,
		GroupExpansionMax:    maxMembers,
	}
	for _, a := range q.people {
		body.Items = append(body.Items, &gcal.FreeBusyRequestItem{Id: string(a)})
	}
	said, err := api.Read[api.FreeBusy](ctx, b.api, api.Request{Method: "freebusy.query", Verb: http.MethodPost, Path: []string{"freeBusy"}, Body: body})
	if err != nil {
		return answer{}, err
	}
	out := answer{make(map[calendar.Address]api.Calendar, len(said.Calendars)), make(map[calendar.Address]api.List, len(said.Lists))}
	for id, c := range said.Calendars {
		out.calendars[lower(id)] = c
	}
	for id, list := range said.Lists {
		out.lists[lower(id)] = list
	}
	return out, nil
}

func lower(id string) calendar.Address { return calendar.Address(strings.ToLower(id)) }

// readPart reads one calendar of an answer. An answer with an error has no busy
// times, which does not mean that the person is free.
func readPart(c api.Calendar) part {
	switch {
	case c.Reason != "":
		return part{reason: reasonOf(c.Reason)}
	case c.Odd:
		return part{reason: "Google's answer for this calendar cannot be read"}
	}
	return part{periods: c.Busy}
}

func reasonOf(word string) string {
	if word == "notFound" {
		return "there is no such calendar, or it does not show the organizer's account when it is busy (notFound)"
	}
	return fmt.Sprintf("Google could not read this calendar (%s)", word)
}
