package grouping

import (
	"sync"
	"sync/atomic"
	"time"
)

// A meter counts work, so that a search ends at the same place on every machine
// under any load, and watches the clock only as a safety net. The unit is a nanosecond of a slow
// core, nominally.
type meter struct {
	left     int
	used     int
	deadline time.Time
	hurried  *atomic.Bool // whether any deadline has passed; shared by all parts
}

// What the steps of the searches cost.
const (
	trialCost  = 220 // of annealing
	priceCost  = 150 // a group priced by a walk
	columnCost = 8   // a column looked at by a cover
	relateCost = 400 // a group looked at for a portion
)

// The net is for machines that stand still, not for slow ones: patience is how many
// times the budget may pass on the clock, after a grace that does not depend on it.
// Work for a second is done in 0.5 to 1.3 CPU s, in 20 under the race detector, and a
// machine may have several others to do.
const (
	patience = 20
	grace    = time.Minute
)

func newMeter(budget time.Duration) *meter {
	return &meter{left: int(budget), deadline: time.Now().Add(grace + patience*budget), hurried: new(atomic.Bool)}
}

// use counts work that was done.
func (m *meter) use(work int) {
	m.left -= work
	m.used += work
}

// over reports whether the search has to end.
func (m *meter) over() bool { return m.left <= 0 || m.stop() }

// stop reports whether the deadline has passed. It may be called by all workers.
func (m *meter) stop() bool {
	if time.Now().After(m.deadline) {
		m.hurried.Store(true)
		return true
	}
	return false
}

// part returns a meter for at most so much of the work that is left. The caller
// counts what the part has used in m.
func (m *meter) part(work int) *meter {
	return &meter{left: min(work, m.left), deadline: m.deadline, hurried: m.hurried}
}

// each calls f for 0 to n-1, in so many goroutines at once, and returns when all
// calls have.
func each(cores, n int, f func(i int)) {
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
