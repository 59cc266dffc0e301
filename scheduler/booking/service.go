package booking

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// RankSlots ranks the slots of a group. Its own series, if it has one, does not
// stand in the way. Unless allStarts, of slots less than an hour apart on one day only
// the best is among them. Who ends ctx is not kept waiting.
func RankSlots(ctx context.Context, s planning.Snapshot, g scheduler.Group, search availability.Search, allStarts bool) (planning.Ranking, error) {
	r := planning.Ranking{Group: g, Search: search, Unknown: s.Unknown(g)}
	p, err := planning.New(s)
	if err != nil {
		return r, err
	}
	own, _ := s.Bookings.Current(g.Name)
	if r.Members, err = p.Members(g, own.Series.UID); err != nil {
		return r, fmt.Errorf("group %q: %w", g.Name, err)
	}
	top := cmp.Or(search.Top, 5)
	if !allStarts {
		search.Top = allSlots(search.Cadence)
	}
	candidates, err := availability.RankUntil(search, r.Members, func() bool { return ctx.Err() != nil })
	if err != nil {
		return r, cmp.Or(ctx.Err(), err)
	}
	if !allStarts {
		candidates = planning.Spread(candidates, top)
	}
	for _, c := range candidates {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		sessions, err := c.Slot.Occurrences(c.First, search.Cadence, c.Count)
		if err != nil {
			return r, err
		}
		r.Candidates = append(r.Candidates, planning.Ranked{Candidate: c, Sessions: sessions, Verdicts: availability.Judge(r.Members, sessions)})
	}
	return r, nil
}

// Slots ranks the weekly slots of one group, as RankSlots does.
func Slots(ctx context.Context, s *scheduler.Service, g scheduler.Group, search availability.Search, allStarts bool) (planning.Ranking, error) {
	window, err := SearchWindow(search)
	if err != nil {
		return planning.Ranking{}, err
	}
	bookings, err := s.Store.Bookings(ctx)
	if err != nil {
		return planning.Ranking{}, fmt.Errorf("read the bookings: %w", err)
	}
	var except []calendar.UID
	if own, ok := bookings.Current(g.Name); ok {
		except = append(except, own.Series.UID)
	}
	snapshot, err := planning.Read(ctx, s, g.Members, window, except...)
	if err != nil {
		return planning.Ranking{}, err
	}
	return RankSlots(ctx, snapshot, g, search, allStarts)
}

// SearchWindow returns the time over which the calendars must be known: whole ISO
// weeks of the series' zone, so that sessions can be moved within theirs.
func SearchWindow(search availability.Search) (availability.Interval, error) {
	loc, err := availability.LoadZone(search.Zone)
	if err != nil {
		return availability.Interval{}, err
	}
	if !search.Cadence.Valid() || search.Count < 0 || search.Count > search.Cadence.MaxCount() {
		return availability.Interval{}, fmt.Errorf("%d %s sessions: a series has at most %d", search.Count, search.Cadence, search.Cadence.MaxCount())
	}
	count := search.Count
	if count == 0 {
		count = search.Cadence.MaxCount()
	}
	first := search.Start.Monday()
	last := search.Start.AddDays(count * search.Cadence.Days()).Monday().AddDays(7)
	return availability.Interval{Start: first.In(loc).Start, End: last.In(loc).Start}, nil
}

// Plan plans a booking for each request, as PlanEach does.
func Plan(ctx context.Context, s *scheduler.Service, requests []scheduler.Request) ([]scheduler.BookingPlan, error) {
	return planParts(ctx, s, requests, planning.PeopleAtOnce)
}

func planParts(ctx context.Context, s *scheduler.Service, requests []scheduler.Request, people int) ([]scheduler.BookingPlan, error) {
	plans := make([]scheduler.BookingPlan, len(requests))
	of := func(i int) scheduler.Request { return requests[i] }
	return plans, planEach(ctx, s, len(requests), of, people, func(number int, p scheduler.BookingPlan) error {
		plans[number] = p
		return nil
	})
}

// PlanEach plans a booking for each of n requests, from calendars read now: those of who is
// in groups that have no series yet. Groups that share nobody are planned in parts, of which
// there is one in memory at a time. Each plan is handed to use, with the number of its
// request, once its part is planned; in the order of the requests within a part. A request
// is asked for more than once, and is the same each time.
func PlanEach(ctx context.Context, s *scheduler.Service, n int, request func(number int) scheduler.Request, use func(number int, p scheduler.BookingPlan) error) error {
	return planEach(ctx, s, n, request, planning.PeopleAtOnce, use)
}

func planEach(ctx context.Context, s *scheduler.Service, n int, request func(int) scheduler.Request, people int, use func(int, scheduler.BookingPlan) error) error {
	a, err := ask(ctx, s, n, request)
	if err != nil {
		return err
	}
	for _, part := range planning.Parts(n, s.Workspace.Roster, a.concerns, people) {
		planned, err := a.plan(ctx, s, part)
		if err != nil {
			return err
		}
		for i, number := range part {
			if err := use(number, planned[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// An asking is requests with what their plans are made from.
type asking struct {
	request func(number int) scheduler.Request
	people  [][]calendar.Address // whose calendars are read for each
	whole   planning.Snapshot    // without bookings and busy times; its window is that of all requests
	groups  []string             // that have bookings
	about   []int32              // the last mentions of members of requests, by their number in the roster
	others  map[string]*int32    // the same of members who are not in it
	mention []mention            // in bookings; the first two are none
}

// A mention is that somebody is concerned by a booking.
type mention struct{ group, before int32 }

func ask(ctx context.Context, s *scheduler.Service, n int, request func(int) scheduler.Request) (*asking, error) {
	a := &asking{request: request, people: make([][]calendar.Address, n), about: make([]int32, s.Workspace.Roster.Len()), others: map[string]*int32{}, mention: make([]mention, 2)}
	a.whole = planning.Snapshot{Workspace: s.Workspace, Now: s.Now(), Aliases: s.Workspace.Roster.Aliases(), Groups: s.Workspace.GroupsByName()}
	of := make(map[string][]int32, n) // the requests of each group
	for i := range n {
		r := request(i)
		if _, err := programFor(a.whole, r); err != nil {
			continue // the plan says so
		}
		w, err := SearchWindow(r.Search)
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", r.Group.Name, err)
		}
		a.whole.Window = a.whole.Window.With(w)
		a.people[i], of[r.Group.Name] = r.Group.Members, append(of[r.Group.Name], int32(i))
		for _, who := range r.Group.Members {
			if last := a.last(string(who)); last != nil {
				*last = 1
			} else {
				a.others[string(who)] = new(int32(1))
			}
		}
	}
	for page, err := range scheduler.Pages(ctx, s.Store) {
		if err != nil {
			return nil, err
		}
		a.note(page, of)
	}
	return a, nil
}

// note notes whom of the requests bookings mention, and which requests, by their groups, need
// no calendars: of who has a series already.
func (a *asking) note(page scheduler.Bookings, of map[string][]int32) {
	current := page.ByGroup()
	for _, b := range page {
		for _, i := range of[b.Group] {
			if standing(a.whole, a.request(int(i)), current) != nil {
				a.people[i] = nil
			}
		}
		for _, who := range a.whole.Concerns(b) {
			if last := a.last(who); last != nil && *last > 0 {
				a.mention = append(a.mention, mention{int32(len(a.groups)), *last})
				*last = int32(len(a.mention) - 1)
			}
		}
		a.groups = append(a.groups, b.Group)
	}
}

// last returns the last mention of somebody: 1 if they are not mentioned, and 0 or nil if
// they are in no request.
func (a *asking) last(who string) *int32 {
	if n, known := a.whole.Workspace.Roster.Number(calendar.Address(who)); known && n < len(a.about) {
		return &a.about[n]
	}
	return a.others[who]
}

// concerns returns who is concerned by the plan of a request, and which group.
func (a *asking) concerns(number int) []string {
	out := []string{"group " + a.request(number).Group.Name}
	for _, who := range a.people[number] {
		out = append(out, string(who))
	}
	return out
}

// plan plans a part of the requests, which shares nobody with the others.
func (a *asking) plan(ctx context.Context, s *scheduler.Service, part []int) ([]scheduler.BookingPlan, error) {
	var requests []scheduler.Request
	var people []calendar.Address
	var groups []string
	for k, i := range part {
		requests, people = append(requests, a.request(i)), append(people, a.people[i]...)
		groups = append(groups, requests[k].Group.Name)
		for _, who := range a.people[i] {
			for at := *a.last(string(who)); at > 1; at = a.mention[at].before {
				groups = append(groups, a.groups[a.mention[at].group])
			}
		}
	}
	snapshot := a.whole
	var err error
	if snapshot.Bookings, err = s.Store.Bookings(ctx, slices.Compact(slices.Sorted(slices.Values(groups)))...); err != nil {
		return nil, fmt.Errorf("read the bookings: %w", err)
	}
	if err := snapshot.Fill(ctx, s, people); err != nil {
		return nil, err
	}
	if snapshot.Led, err = led(ctx, s, requests); err != nil {
		return nil, err
	}
	return PlanFrom(ctx, snapshot, requests)
}

// led counts who led the sessions of the groups' earlier series.
func led(ctx context.Context, s *scheduler.Service, requests []scheduler.Request) (map[string]map[calendar.Address]int, error) {
	out := map[string]map[calendar.Address]int{}
	for _, r := range requests {
		past, err := s.Store.BookingsOf(ctx, r.Group.Name)
		if err != nil {
			return nil, fmt.Errorf("read the bookings of group %q: %w", r.Group.Name, err)
		}
		out[r.Group.Name] = planning.LedBy(past)
	}
	return out, nil
}
