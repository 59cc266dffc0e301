package calendar

import (
	"context"
	"maps"

	"github.com/peerslot/peerslot/availability"
)

// A Split is a Backend that reads some people's busy times elsewhere, such as
// from a feed.
type Split struct {
	Backend
	Readers map[Address]BusyReader // who is read elsewhere, and where
}

// Busy implements BusyReader.
func (s Split) Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error) {
	var here []Address
	elsewhere := map[BusyReader][]Address{}
	var order []BusyReader // the first error must not depend on map order
	for _, a := range people {
		r, ok := s.Readers[a]
		if !ok {
			here = append(here, a)
			continue
		}
		if elsewhere[r] == nil {
			order = append(order, r)
		}
		elsewhere[r] = append(elsewhere[r], a)
	}
	out := map[Address]availability.Busy{}
	if len(here) > 0 {
		order = append(order, s.Backend)
		elsewhere[s.Backend] = here
	}
	for _, r := range order {
		busy, err := r.Busy(ctx, elsewhere[r], iv, except...)
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
