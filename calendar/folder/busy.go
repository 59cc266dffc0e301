package folder

import (
	"context"
	"hash/maphash"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// Busy implements calendar.BusyReader. It reads every file of each person. An
// event that cannot be read could be at any time, so that such a file leaves its
// owner's whole time unknown but for what others say is busy; Reason names it. A UID
// that is in several files of a person counts as in one.
func (b *Backend) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	ours, listing, void := ical.NewUIDs(except), b.list(), voidTexts{seed: maphash.MakeSeed()}
	answers := make([]availability.Busy, len(people))
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) { // not one for each person, whose stack would grow anew
		g.Go(func() (err error) {
			for err == nil {
				i := int(next.Add(1)) - 1
				if i >= len(people) {
					break
				}
				a := people[i]
				o := ical.ReadOptions{Window: iv, Owner: a, Organizer: b.Organizer, Except: ours}
				if b.Aliases != nil {
					o.Aliases = b.Aliases(a)
				}
				answers[i], err = b.person(ctx, a, listing, &void, o)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := make(map[calendar.Address]availability.Busy, len(people))
	for i, a := range people {
		out[a] = answers[i]
	}
	return out, nil
}
