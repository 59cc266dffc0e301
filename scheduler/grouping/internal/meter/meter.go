// Package meter counts the work of a search, so that it ends at the same place on every
// machine under any load, and shares it between cores.
package meter

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Meter counts work, so that a search ends at the same place on every machine
// under any load, and watches the clock only as a safety net. The unit is a nanosecond of a slow
// core, nominally.
type Meter struct {
	Left     int
	Used     int
	Deadline time.Time
	stop     func() bool  // whether nobody waits for the answer any more; nil if somebody does to the end
	hurried  *atomic.Bool // whether any deadline has passed; shared by all parts
}

// What the steps of the searches cost.
const (
	TrialCost  = 220 // of annealing
	PriceCost  = 150 // a group priced by a walk
	ColumnCost = 8   // a column looked at by a cover
	RelateCost = 400 // a group looked at for a portion
)

// The net is for machines that stand still, not for slow ones: patience is how many
// times the budget may pass on the clock, after a grace that does not depend on it.
// Work for a second is done in 0.5 to 3.4 CPU s (the most where covers climb), in 20 under the race detector, and a
// machine may have several others to do.
const (
	patience = 20
	grace    = time.Minute
)

// New returns a meter for so much work, which is over, too, when stop says so. All
// workers ask it, some thousand times a second. Once true it must stay so. Nil
// never says so.
func New(budget time.Duration, stop func() bool) *Meter {
	return &Meter{Left: int(budget), Deadline: time.Now().Add(grace + patience*budget), stop: stop, hurried: new(atomic.Bool)}
}

// Use counts work that was done.
func (m *Meter) Use(work int) {
	m.Left -= work
	m.Used += work
}

// Over reports whether the search has to end.
func (m *Meter) Over() bool { return m.Left <= 0 || m.Stop() }

// Stop reports whether the search was stopped or the deadline has passed. It may be
// called by all workers.
func (m *Meter) Stop() bool {
	if m.Stopped() {
		return true
	}
	if time.Now().After(m.Deadline) {
		m.hurried.Store(true)
		return true
	}
	return false
}

// Stopped reports whether nobody waits for the answer any more.
func (m *Meter) Stopped() bool { return m.stop != nil && m.stop() }

// Part returns a meter for at most so much of the work that is left. The caller
// counts what the part has used in m.
func (m *Meter) Part(work int) *Meter {
	return &Meter{Left: min(work, m.Left), Deadline: m.Deadline, stop: m.stop, hurried: m.hurried}
}

// Each calls f for 0 to n-1, in so many goroutines at once, and returns when all
// calls have.
func Each(cores, n int, f func(i int)) {
	if cores <= 1 || n <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(cores, n) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	wg.Wait()
}

// Late reports whether the deadline ended anything.
func (m *Meter) Late() bool { return m.hurried.Load() }
