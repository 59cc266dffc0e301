package grouping

import (
	"sync"
	"sync/atomic"
	"time"
)

// A meter counts work, so that a search ends at the same place on every machine,
// and watches the clock only as a last resort. The unit is a nanosecond of a slow
// core, nominally.
type meter struct {
	left     int
	deadline time.Time
	late     atomic.Bool
}

// What the steps of the searches cost.
const (
	trialCost  = 220 // of annealing
	priceCost  = 150 // a group priced by a walk
	columnCost = 14  // a column looked at by a cover
)

func newMeter(budget time.Duration) *meter {
	return &meter{left: int(budget), deadline: time.Now().Add(budget)}
}

// use counts work that was done.
func (m *meter) use(work int) { m.left -= work }

// over reports whether the search has to end.
func (m *meter) over() bool { return m.left <= 0 || m.stop() }

// stop reports whether the deadline has passed. It may be called by all workers.
func (m *meter) stop() bool {
	if !m.late.Load() && time.Now().After(m.deadline) {
		m.late.Store(true)
	}
	return m.late.Load()
}

// part returns a meter for a share of the work, which the caller has to use up in m.
func (m *meter) part(work int) *meter {
	return &meter{left: min(work, m.left), deadline: m.deadline}
}

// settle counts what was used of a part.
func (m *meter) settle(part *meter, given int) {
	m.use(min(given, m.left) - part.left)
	if part.late.Load() {
		m.late.Store(true)
	}
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
