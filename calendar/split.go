package calendar

import (
	"context"
	"maps"

	"github.com/peerslot/peerslot/availability"
)

// A Split is a Backend that reads some people's busy times elsewhere, such as
// from a feed. The Backend and the Readers must be comparable, as pointers are:
// each is asked once for all its people.
type Split struct {
	Backend
	Readers map[Address]BusyReader // who is read elsewhere, and where
}

// Busy implements BusyReader.
func (s Split) Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error) {
	parts := map[BusyReader][]Address{}
	var order []BusyReader // the first error must not depend on map order
	for _, a := range people {
		r, ok := s.Readers[a]
		if !ok {
			r = s.Backend
		}
		if parts[r] == nil {
			order = append(order, r)
		}
		parts[r] = append(parts[r], a)
	}
	out := map[Address]availability.Busy{}
	for _, r := range order {
		busy, err := r.Busy(ctx, parts[r], iv, except...)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, busy)
	}
	return out, nil
}

// Nothing is the BusyReader of people without a calendar to read.
type Nothing struct{}

// Busy implements BusyReader: nothing is known of anybody.
func (Nothing) Busy(_ context.Context, people []Address, _ availability.Interval, _ ...UID) (map[Address]availability.Busy, error) {
	out := map[Address]availability.Busy{}
	for _, a := range people {
		out[a] = availability.Unreadable("no calendar to read")
	}
	return out, nil
}
