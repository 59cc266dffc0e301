package caldav

import (
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// oneByOne returns the states that lead from have to want with one change each:
// first what concerns the series, then one session after the other.
func oneByOne(have, want calendar.Series) []calendar.Series {
	step := want
	step.Overrides = nil
	if have.Slot != want.Slot || have.First != want.First || have.Cadence != want.Cadence {
		return []calendar.Series{want} // no session stays what it was
	}
	last, err := want.Occurrences()
	if err != nil {
		return []calendar.Series{want}
	}
	for _, o := range have.Overrides {
		if !o.Original.After(last[len(last)-1].Original) {
			step.Overrides = append(step.Overrides, o)
		}
	}
	steps := []calendar.Series{step}
	var originals []time.Time
	for _, o := range slices.Concat(have.Overrides, want.Overrides) {
		originals = append(originals, o.Original)
	}
	slices.SortFunc(originals, time.Time.Compare)
	for _, t := range slices.CompactFunc(originals, time.Time.Equal) {
		was, will := step.Override(t), want.Override(t)
		if was.Original, will.Original = t, t; was.Same(will) {
			continue
		}
		step = step.WithOverride(will)
		steps = append(steps, step)
	}
	if len(steps) > 1 && step.WithoutReplies().Same(have) {
		return steps[1:]
	}
	return steps
}

// A change of several steps is noted before its second write, so that the same Put
// finishes it if the run dies in between, rather than take its own first half for a
// change by hand.

func (b *Backend) begunName(uid calendar.UID) string {
	return keyOf("begun", b.client.Root().String(), string(uid))
}

// begin notes that the series is on its way to want. i is the step that is next.
func (b *Backend) begin(have, want calendar.Series, i int) error {
	if i == 0 {
		return b.copies.put(b.begunName(want.UID), []byte(want.Mark()))
	}
	return nil
}

// end notes that it has arrived.
func (b *Backend) end(uid calendar.UID) { b.copies.remove(b.begunName(uid)) }

// begun reports whether a Put of want has written a part of itself.
func (b *Backend) begun(have, want calendar.Series) bool {
	mark, ok := b.copies.read(b.begunName(want.UID))
	return ok && want.Version != "" && string(mark) == want.Mark() && have.Fingerprint() != want.Version
}
