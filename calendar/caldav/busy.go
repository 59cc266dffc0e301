package caldav

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// parallel is how many calendars are read at once; the client keeps to its own
// number of requests.
const parallel = 8

// Busy implements calendar.Backend.
func (b *Backend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	s, err := b.look(ctx, people, iv)
	if err != nil {
		return nil, err
	}
	if s.asked {
		own, err := b.ours(ctx)
		if err != nil {
			return nil, fmt.Errorf("read our own series: %w", err)
		}
		s.know(own)
	}
	return s.Busy(ctx, people, iv, except...)
}

// Snapshot implements calendar.Syncer.
func (b *Backend) Snapshot(ctx context.Context, people []calendar.Address, window availability.Interval, own ...calendar.Series) (calendar.BusyReader, error) {
	s, err := b.look(ctx, people, window)
	if err != nil {
		return nil, err
	}
	s.know(own)
	return s, nil
}

// A snapshot answers who is busy from one reading of everybody's calendars. It does
// not see what is booked after it was made.
type snapshot struct {
	b      *Backend
	window availability.Interval
	people map[calendar.Address]*source
	asked  bool                                   // the server's free/busy times count
	known  map[calendar.UID]bool                  // the series in own
	own    map[calendar.Address][]calendar.Series // by who is in them
}

// know takes in series of ours, once for all questions.
func (s *snapshot) know(own []calendar.Series) {
	s.known, s.own = map[calendar.UID]bool{}, map[calendar.Address][]calendar.Series{}
	for _, series := range own {
		s.known[series.UID] = true
		for _, who := range series.People() {
			s.own[who] = append(s.own[who], series)
		}
	}
}

// A source is what there is to tell when one person is busy.
type source struct {
	full   []*collection // calendars that are read in full; if there are any, they alone count
	times  []*collection // calendars that show times only
	answer answer        // the server's, if there are none
}

// look reads what can be read of the people.
func (b *Backend) look(ctx context.Context, people []calendar.Address, window availability.Interval) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a, err := b.find(ctx)
	if err != nil {
		return nil, err
	}
	s := &snapshot{b: b, window: window, people: map[calendar.Address]*source{}}
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for _, who := range people {
		g.Go(func() error {
			src, err := b.source(gctx, a, who)
			mu.Lock()
			defer mu.Unlock()
			s.people[who] = src
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("read calendars: %w", cause(ctx, err))
	}
	b.mu.Lock()
	b.keep()
	b.mu.Unlock()
	return s, s.askServer(ctx, a, people)
}

// cause returns the error of ctx if it has ended, else err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// source reads the calendars of one person. The error is for what concerns
// everybody.
func (b *Backend) source(ctx context.Context, a *account, who calendar.Address) (*source, error) {
	full, times := (&colleague{Calendars: a.own()}).readable()
	if who != b.cfg.Organizer && !slices.Contains(a.Addresses, who) {
		c, err := b.colleague(ctx, a, who)
		if err != nil {
			return nil, err
		}
		full, times = c.readable()
	}
	src := &source{}
	for _, f := range slices.Concat(full, times) {
		c, err := b.refreshed(ctx, f, who)
		switch {
		case err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn)):
			return nil, err
		case err != nil:
			return &source{answer: answer{reason: fmt.Sprintf("a calendar of theirs could not be read: %v", err)}}, nil
		case f.Full:
			src.full = append(src.full, c)
		default:
			src.times = append(src.times, c)
		}
	}
	return src, nil
}

// refreshed returns a calendar as it is now on the server.
func (b *Backend) refreshed(ctx context.Context, f found, who calendar.Address) (*collection, error) {
	u, err := b.parse(f.URL)
	if err != nil {
		return nil, err
	}
	c := b.collection(u, who)
	if c.spend() {
		return c, nil
	}
	_, err = c.refresh(ctx)
	return c, err
}

// askServer asks the server about all who have no calendar that can be read.
func (s *snapshot) askServer(ctx context.Context, a *account, people []calendar.Address) error {
	var without []calendar.Address
	for _, who := range people {
		if src := s.people[who]; len(src.full) == 0 {
			without = append(without, who)
			if src.answer.reason == "" {
				src.answer.reason = "no calendar of theirs may be read, and the server does not tell when people are busy"
			}
		}
	}
	if a.Outbox == "" || len(without) == 0 {
		return nil
	}
	answers, err := s.b.ask(ctx, a, without, s.window)
	if err != nil {
		return fmt.Errorf("ask when people are busy: %w", err)
	}
	for who, ans := range answers {
		s.asked = s.asked || len(ans.periods) > 0
		s.people[who].answer = ans
	}
	return nil
}

// Busy implements calendar.BusyReader. Of people whom the snapshot does not cover
// nothing is known, nor of time outside its window.
func (s *snapshot) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	out := make(map[calendar.Address]availability.Busy, len(people))
	ours := ical.NewUIDs(except)
	for _, who := range people {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		src := s.people[who]
		if src == nil {
			out[who] = availability.Unreadable("this calendar was not asked for")
			continue
		}
		busy, err := s.of(ctx, src, ical.ReadOptions{Window: iv.Clip(s.window), Owner: who, Organizer: s.b.cfg.Inviter, Zone: s.b.zone(who), Except: ours}, except)
		if err != nil {
			return nil, err
		}
		out[who] = busy
	}
	return out, nil
}

// of returns when one person is busy.
func (s *snapshot) of(ctx context.Context, src *source, o ical.ReadOptions, except []calendar.UID) (availability.Busy, error) {
	if len(src.full) > 0 {
		return together(src.full, o), nil
	}
	if src.answer.reason != "" {
		return availability.Unreadable(src.answer.reason), nil
	}
	sessions, err := s.sessions(ctx, o.Owner, except)
	if err != nil {
		return availability.Busy{}, err
	}
	var others *availability.Busy
	if len(src.times) > 0 {
		var names []string
		for _, uid := range except {
			names = append(names, nameOf(uid))
		}
		busy := together(src.times, o, names...)
		others = &busy
	}
	return apart(inZone(src.answer.periods, o.Zone), sessions, others, o.Window), nil
}

// together returns what several calendars of one person say: busy in one is busy.
func together(list []*collection, o ical.ReadOptions, hidden ...string) availability.Busy {
	out := availability.Busy{Window: o.Window}
	for _, c := range list {
		busy, err := c.busy(o, hidden...)
		if err != nil {
			busy = busy.Merge(unknownIn(o.Window, fmt.Sprintf("a calendar cannot be read: %v", err)))
		}
		out = out.Merge(busy)
	}
	if len(out.UnknownParts(o.Window)) > 0 && slices.ContainsFunc(out.Spans, func(s availability.Span) bool { return s.Interval == o.Window && s.Kind == availability.Unknown }) && len(out.Spans) == 1 {
		return availability.Unreadable(out.Reason)
	}
	return out
}

// sessions returns those of a person that need not be what the server counts:
// sessions of the series in except, and those of any series of ours that they
// declined, which some servers count as busy all the same.
func (s *snapshot) sessions(ctx context.Context, who calendar.Address, except []calendar.UID) ([]session, error) {
	var out []session
	addresses := append([]calendar.Address{who}, s.b.aliases(who)...)
	for _, a := range addresses {
		for _, series := range s.own[a] {
			out = append(out, slices.DeleteFunc(sessionsOf(series, a), func(one session) bool { return !one.declined && !slices.Contains(except, series.UID) })...)
		}
	}
	for _, uid := range except {
		if s.known[uid] {
			continue
		}
		series, err := s.b.Get(ctx, uid)
		switch {
		case errors.Is(err, calendar.ErrNotFound), errors.Is(err, calendar.ErrChanged):
			continue
		case err != nil:
			return nil, err
		}
		for _, a := range addresses {
			out = append(out, sessionsOf(series, a)...)
		}
	}
	return out, nil
}
