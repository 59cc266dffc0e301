package graph

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
)

const (
	maxSchedules = 20                  // that one call may name, members of lists counted
	maxQuery     = 61 * 24 * time.Hour // that one call may cover: less than 62 days
	minQuery     = 24 * time.Hour      // shorter ones gain nothing
)

// Busy implements calendar.Backend. Who asks for several series one after the other
// should make a Snapshot.
func (b *Backend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	s, err := b.Snapshot(ctx, people, iv)
	if err != nil {
		return nil, err
	}
	return s.Busy(ctx, people, iv, except...)
}

// A query is one call for the schedules of some people over part of a window.
type query struct {
	people []calendar.Address
	window availability.Interval
}

// A part is what one query found of one person, or why that is not known.
type part struct {
	window availability.Interval
	items  []item
	reason string
}

// An item is one event of a person, in Unix seconds: times are all that is kept.
type item struct {
	start, end int64
	status     status
}

// span returns the time that the item takes.
func (it item) span() availability.Span {
	iv := availability.Interval{Start: time.Unix(it.start, 0).UTC(), End: time.Unix(it.end, 0).UTC()}
	return availability.Span{Interval: iv, Kind: it.status.kind()}
}

// A status says how an event takes a person's time.
type status uint8

const (
	isFree status = iota
	isTentative
	isBusy
	isOut // of office, or of a kind that Exchange does not know either
	isUnknown
)

// statusOf reads a status, in any case. One that is not documented is unknown.
func statusOf(word string) status {
	switch strings.ToLower(word) {
	case "free", "workingelsewhere":
		return isFree
	case "tentative":
		return isTentative
	case "busy":
		return isBusy
	case "oof", "unknown":
		return isOut
	}
	return isUnknown
}

func (s status) kind() availability.Kind {
	switch s {
	case isTentative:
		return availability.Tentative
	case isUnknown:
		return availability.Unknown
	}
	return availability.Firm
}

// schedules reads what everybody's calendar shows over the window.
func (b *Backend) schedules(ctx context.Context, people []calendar.Address, window availability.Interval) (map[calendar.Address][]part, error) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	out := make(map[calendar.Address][]part, len(people))
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for chunk := range slices.Chunk(people, maxSchedules) {
		for _, w := range window.Split(maxQuery) {
			g.Go(func() error {
				found, err := b.ask(ctx, query{chunk, w})
				mu.Lock()
				defer mu.Unlock()
				for a, parts := range found {
					out[a] = append(out[a], parts...)
				}
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// ask makes one query and returns the parts of all its people. The error is for what
// concerns everybody. What is too much for Graph is asked for in halves.
func (b *Backend) ask(ctx context.Context, q query) (map[calendar.Address][]part, error) {
	answer, err := b.getSchedule(ctx, q)
	switch {
	case calendar.ConcernsAll(ctx, err):
		return nil, err
	case api.Said(err, "ErrorTimeIntervalTooBig") && q.window.Length() > minQuery:
		return b.askEach(ctx, q.halves()...)
	case api.Said(err, "ErrorMailboxDataArrayTooBig") && len(q.people) > 1:
		half := len(q.people) / 2
		return b.askEach(ctx, query{q.people[:half], q.window}, query{q.people[half:], q.window})
	}
	out := make(map[calendar.Address][]part, len(q.people))
	var crowded []calendar.Address
	for _, a := range q.people {
		p := part{reason: "Microsoft gave no answer for this address"}
		if err != nil {
			p.reason = reasonOf(err)
		} else if s, ok := answer[a]; ok {
			if s.crowded() && q.window.Length() > minQuery {
				crowded = append(crowded, a)
				continue
			}
			p = s.part()
		}
		p.window = q.window
		out[a] = []part{p}
	}
	if len(crowded) == 0 {
		return out, nil
	}
	rest, err := b.askEach(ctx, query{crowded, q.window}.halves()...)
	for a, parts := range rest {
		out[a] = parts
	}
	return out, err
}

// reasonOf says why a whole query has no answer.
func reasonOf(err error) string {
	if api.Said(err, "ErrorMailboxDataArrayTooBig") {
		return "it is a list of too many people; name its members instead"
	}
	return fmt.Sprintf("the free/busy times could not be read: %v", err)
}

func (q query) halves() []query {
	middle := q.window.Start.Add(q.window.Length() / 2).Truncate(time.Hour)
	return []query{
		{q.people, availability.Interval{Start: q.window.Start, End: middle}},
		{q.people, availability.Interval{Start: middle, End: q.window.End}},
	}
}

func (b *Backend) askEach(ctx context.Context, queries ...query) (map[calendar.Address][]part, error) {
	out := map[calendar.Address][]part{}
	for _, q := range queries {
		found, err := b.ask(ctx, q)
		if err != nil {
			return nil, err
		}
		for a, parts := range found {
			out[a] = append(out[a], parts...)
		}
	}
	return out, nil
}

// A schedule is one person's in an answer of getSchedule. Titles and places, which
// Exchange sends where people share them, are not read.
type schedule struct {
	ID    string `json:"scheduleId"`
	View  string `json:"availabilityView"` // a digit for each hour
	Error *struct {
		Code string `json:"responseCode"`
	} `json:"error"`
	Items *[]struct {
		Status string    `json:"status"`
		Start  *dateTime `json:"start"`
		End    *dateTime `json:"end"`
	} `json:"scheduleItems"`
}

// getSchedule makes the call, and names people as we do.
func (b *Backend) getSchedule(ctx context.Context, q query) (map[calendar.Address]schedule, error) {
	end := q.window.End
	if q.window.Length() < minQuery {
		end = q.window.Start.Add(minQuery)
	}
	answer, err := api.Read[struct {
		Value *[]schedule `json:"value"`
	}](ctx, b.api, api.Call{
		Name: "getSchedule", Method: http.MethodPost, Path: b.api.Path(nil, "calendar", "getSchedule"), Want: http.StatusOK,
		Body: map[string]any{
			"schedules": q.people, "startTime": api.UTC(q.window.Start), "endTime": api.UTC(end), "availabilityViewInterval": 60,
		},
	})
	if err != nil {
		return nil, err
	}
	out := map[calendar.Address]schedule{}
	if answer.Value != nil {
		for _, s := range *answer.Value {
			out[calendar.Address(strings.ToLower(s.ID))] = s
		}
	}
	return out, nil
}

// crowded reports whether there is more in the window than Exchange gives at a time.
func (s schedule) crowded() bool {
	return s.Error != nil && (s.Error.Code == "5006" || s.Error.Code == "ErrorResultSetTooBig")
}

// part reads a schedule. One with an error, or without items, does not say that the
// person is free.
func (s schedule) part() part {
	switch {
	case s.Error != nil:
		return part{reason: wordsOf(s.Error.Code)}
	case s.Items == nil:
		return part{reason: "Microsoft's answer for this address holds no times"}
	case len(*s.Items) == 0 && strings.Trim(s.View, "04") != "": // neither free nor elsewhere at work
		return part{reason: "Microsoft says when this address is busy, but not with what: it may be a list; name its members instead"}
	}
	p := part{items: make([]item, len(*s.Items))}
	for i, e := range *s.Items {
		start, ok := e.Start.Instant()
		end, ok2 := e.End.Instant()
		if !ok || !ok2 {
			return part{reason: "Microsoft's answer for this address cannot be read"}
		}
		p.items[i] = item{start.Unix(), end.Add(time.Second - 1).Unix(), statusOf(e.Status)}
	}
	return p
}

// wordsOf says what Exchange says of an address whose times it does not give.
func wordsOf(code string) string {
	switch code {
	case "5009", "ErrorMailRecipientNotFound":
		return "Exchange knows no such address: somebody outside of the organisation, or a typo (5009)"
	case "5006", "ErrorResultSetTooBig":
		return "the calendar holds more in one day than Exchange gives (5006)"
	case "ErrorNoFreeBusyAccess", "ErrorAccessDenied":
		return fmt.Sprintf("the calendar does not show when it is busy (%s)", code)
	case "ErrorFreeBusyDLLimitReached":
		return "it is a list of too many people; name its members instead"
	}
	if !api.IsWord(code) || code == "" {
		code = "no code"
	}
	return fmt.Sprintf("Exchange could not read this calendar (%s)", code)
}
