package calendar

import (
	"cmp"
	"context"
	"maps"

	"github.com/peerslot/peerslot/availability"
)

// A Split is a Backend that reads some people's busy times elsewhere, such as
// from a feed. The Backend and the readers must be comparable, as pointers are:
// each is asked once for all its people.
type Split struct {
	Backend
	Reader func(Address) BusyReader // of who is read elsewhere, nil for others; nil if nobody is
}

// AsSyncer returns b as a Syncer if it is one, or a Split around one.
func AsSyncer(b Backend) (Syncer, bool) {
	if split, ok := b.(Split); ok {
		inner, ok := AsSyncer(split.Backend)
		return splitSyncer{split, inner}, ok
	}
	s, ok := b.(Syncer)
	return s, ok
}

// AsLister returns b as a Lister if it is one, or a Split around one.
func AsLister(b Backend) (Lister, bool) {
	l, ok := unsplit(b).(Lister)
	return l, ok
}

// AsTeller returns b as a Teller if it is one, or a Split around one.
func AsTeller(b Backend) (Teller, bool) {
	t, ok := unsplit(b).(Teller)
	return t, ok
}

// unsplit returns what b is a Split around, or b.
func unsplit(b Backend) Backend {
	if split, ok := b.(Split); ok {
		return unsplit(split.Backend)
	}
	return b
}

// A splitSyncer is a Split around a Syncer.
type splitSyncer struct {
	Split
	inner Syncer
}

// Sync implements Syncer.
func (s splitSyncer) Sync(ctx context.Context, token string, ours []UID) (Changes, error) {
	return s.inner.Sync(ctx, token, ours)
}

// Snapshot implements Syncer. People who are read elsewhere are, when they are
// asked about.
func (s splitSyncer) Snapshot(ctx context.Context, people []Address, window availability.Interval, own ...Series) (BusyReader, error) {
	var here []Address
	for _, a := range people {
		if s.reader(a) == nil {
			here = append(here, a)
		}
	}
	inner, err := s.inner.Snapshot(ctx, here, window, own...)
	if err != nil {
		return nil, err
	}
	return busySplit{inner, s.reader}, nil
}

// Busy implements BusyReader.
func (s Split) Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error) {
	return busySplit{s.Backend, s.reader}.Busy(ctx, people, iv, except...)
}

// Elsewhere returns a reader of those who are read elsewhere. It has no answer for
// others.
func (s Split) Elsewhere() BusyReader { return busySplit{silent{}, s.reader} }

func (s Split) reader(a Address) BusyReader {
	if s.Reader == nil {
		return nil
	}
	return s.Reader(a)
}

// silent is a BusyReader that has no answers.
type silent struct{}

func (silent) Busy(context.Context, []Address, availability.Interval, ...UID) (map[Address]availability.Busy, error) {
	return nil, nil
}

// A busySplit asks here about all who are not read elsewhere.
type busySplit struct {
	here      BusyReader
	elsewhere func(Address) BusyReader
}

// Busy implements BusyReader.
func (s busySplit) Busy(ctx context.Context, people []Address, iv availability.Interval, except ...UID) (map[Address]availability.Busy, error) {
	parts := map[BusyReader][]Address{}
	var order []BusyReader // the first error must not depend on map order
	for _, a := range people {
		r := s.elsewhere(a)
		if r == nil {
			r = s.here
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

// Nothing is the BusyReader of people without a calendar that can be read.
type Nothing struct {
	Why string // default: there is none
}

// Busy implements BusyReader: nothing is known of anybody.
func (n Nothing) Busy(_ context.Context, people []Address, _ availability.Interval, _ ...UID) (map[Address]availability.Busy, error) {
	out := map[Address]availability.Busy{}
	for _, a := range people {
		out[a] = availability.Unreadable(cmp.Or(n.Why, "no calendar to read"))
	}
	return out, nil
}
