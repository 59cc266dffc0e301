package calendar

import (
	"context"

	"github.com/peerslot/peerslot/availability"
)

// Together is the BusyReader of people who have several calendars: who is busy in
// one is busy, and what is unknown in one is unknown unless another says busy. A
// pointer to it is comparable, as Split wants it.
type Together struct{ Readers []BusyReader }

// Busy implements BusyReader.
func (t *Together) Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error) {
	var out map[Address]availability.Busy
	for _, r := range t.Readers {
		answers, err := r.Busy(ctx, people, iv, except...)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = answers
			continue
		}
		for a, busy := range answers {
			out[a] = out[a].Merge(busy)
		}
	}
	return out, nil
}
