package google

import (
	"context"
	"fmt"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Further returns a reader of other calendars that people have on Google, such as a
// second account's or a shared one: ids are a person's. Busy in one is busy. Our own
// series are on none of them.
func (b *Backend) Further(ids func(calendar.Address) []string) calendar.BusyReader {
	return &further{b, ids}
}

type further struct {
	b   *Backend
	ids func(calendar.Address) []string
}

// Busy implements calendar.BusyReader.
func (f *further) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, _ ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	var all []calendar.Address // of calendars
	for _, a := range people {
		for _, id := range f.ids(a) {
			all = append(all, lower(id))
		}
	}
	found, err := f.b.busy(ctx, all, iv)
	if err != nil {
		return nil, err
	}
	out := make(map[calendar.Address]availability.Busy, len(people))
	for _, a := range people {
		merged := availability.Unreadable("no calendar to read")
		for i, id := range f.ids(a) {
			busy := found[lower(id)]
			if busy.Reason != "" {
				busy.Reason = fmt.Sprintf("calendar %s: %s", id, busy.Reason)
			}
			if merged = merged.Merge(busy); i == 0 {
				merged = busy
			}
		}
		out[a] = merged
	}
	return out, nil
}
