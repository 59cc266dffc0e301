package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

// A Reader is the [calendar.BusyReader] of people whose calendar is a feed or a
// file. Its fields must not change after the first Busy.
type Reader struct {
	Fetcher   *Fetcher                        // may be nil if every source is a file
	Sources   func(calendar.Address) []Source // a person's
	Organizer calendar.Address                // of our series: what they invite to may be a copy of one
	Limit     int                             // how many calendars are read at a time; 0 means 8

	// Zone returns the zone of a person whose sources name none; nil if all do.
	Zone func(calendar.Address) *time.Location
}

// A Source says where one person's calendar is: at URL or in File.
type Source struct {
	URL     string             // a secret; see [IsURL]
	File    string             // a regular file, which is only read
	Aliases []calendar.Address // other addresses of the person
	Zone    *time.Location     // of the person: floating and all-day times; nil for the reader's
}

// String returns the source without what is secret.
func (s Source) String() string {
	if s.URL != "" {
		return "feed " + Redact(s.URL)
	}
	return "file " + s.File
}

// GoString returns what String does: a source must not tell its URL to %#v.
func (s Source) GoString() string { return s.String() }

// Busy implements [calendar.BusyReader]. A calendar that cannot be read makes
// only its own person unreadable. A copy that had to stand in for a feed is told,
// with its age, among the warnings.
func (r *Reader) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	var mu sync.Mutex
	ours := ical.NewUIDs(except)
	out := map[calendar.Address]availability.Busy{}
	var g errgroup.Group
	g.SetLimit(r.limit())
	for _, a := range people {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := r.busy(ctx, r.Sources(a), ical.ReadOptions{Window: iv, Owner: a, Organizer: r.Organizer, Except: ours})
			mu.Lock()
			defer mu.Unlock()
			out[a] = b
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("read feeds: %w", err)
	}
	return out, nil
}

func (r *Reader) limit() int {
	if r.Limit > 0 {
		return r.Limit
	}
	return 8
}

// busy reads all of one person's sources.
func (r *Reader) busy(ctx context.Context, sources []Source, o ical.ReadOptions) availability.Busy {
	if len(sources) == 0 {
		return r.one(ctx, Source{}, o)
	}
	busy := r.one(ctx, sources[0], o)
	for _, s := range sources[1:] {
		busy = busy.Merge(r.one(ctx, s, o))
	}
	return busy
}

// one reads one source.
func (r *Reader) one(ctx context.Context, s Source, o ical.ReadOptions) availability.Busy {
	if s.Zone == nil && r.Zone != nil {
		s.Zone = r.Zone(o.Owner)
	}
	if s.Zone == nil || (s.URL == "") == (s.File == "") || s.URL != "" && r.Fetcher == nil {
		return availability.Unreadable("no feed or file is set: give an .ics URL or file")
	}
	o.Zone, o.Aliases = s.Zone, s.Aliases
	body, info, err := r.open(ctx, s, o.Owner)
	if err != nil {
		return availability.Unreadable(reason(s, err))
	}
	defer body.Close()
	b, err := ical.ReadBusy(file.Until(ctx, body), o)
	if err != nil {
		return availability.Unreadable(reason(s, fmt.Errorf("%s: %w", s, err)))
	}
	if info.Problem != nil {
		b.Warnings = append(b.Warnings, fmt.Sprintf("%v; a copy of %s ago stands in", info.Problem, formatAge(info.Age)))
	}
	return b
}

func (r *Reader) open(ctx context.Context, s Source, owner calendar.Address) (io.ReadCloser, Info, error) {
	if s.URL != "" {
		return r.Fetcher.Open(ctx, s.URL, append([]calendar.Address{owner}, s.Aliases...)...)
	}
	f, err := file.Open(s.File, defaultMaxSize)
	if err != nil {
		return nil, Info{}, fmt.Errorf("%s: %w", s, file.Reason(err))
	}
	return f, Info{}, nil
}

// reason says why a source could not be read and what to do about it.
func reason(s Source, err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason()
	}
	// What is no file may be a secret address without its https://, so it is not named.
	if _, missing := os.Stat(s.File); s.URL == "" && missing != nil && !errors.Is(missing, fs.ErrPermission) {
		return "the file that calendar: names does not exist: check its name (an address begins with https://), or export the calendar again"
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Sprintf("%s may not be read: change its permissions", s)
	}
	if s.URL != "" {
		return fmt.Sprintf("%v: ask its owner for a link that gives an .ics file", err)
	}
	return fmt.Sprintf("%v: export the calendar again as .ics", err)
}
