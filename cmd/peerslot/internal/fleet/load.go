package fleet

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A Load is how the jobs of a fleet stand, of all processes.
type Load struct {
	worker.Counts
	CallsLeft int // fewest that one of the accounts could make at once now
	Accounts  int // that this process made calls with
}

// Load counts the jobs. What cannot be counted is left out, and logged.
func (f *Fleet) Load(ctx context.Context) (l Load) {
	f.mu.Lock()
	budgets := slices.Collect(maps.Values(f.budgets))
	f.mu.Unlock()
	for _, c := range f.working() {
		n, err := c.worker.Counts(ctx)
		if err != nil {
			f.App.Log().Error("the jobs cannot be counted", "err", err)
			continue
		}
		l.Waiting, l.Running, l.Failed, l.Dead, l.Lag = l.Waiting+n.Waiting, l.Running+n.Running, l.Failed+n.Failed, l.Dead+n.Dead, max(l.Lag, n.Lag)
	}
	for _, b := range budgets {
		left, err := b.Left(ctx)
		if err != nil {
			f.App.Log().Error("the calls cannot be counted", "err", err)
			continue
		}
		if l.Accounts == 0 || left < l.CallsLeft {
			l.CallsLeft = left
		}
		l.Accounts++
	}
	return l
}

// mailAccount begins the name under which messages are counted.
const mailAccount = "mail of "

// budget returns the budget of an account, and remembers it.
func (c *crew) budget(account string, perMinute int) store.Budget {
	b := store.Budget{Jobs: c.jobs, Account: account, PerMinute: perMinute}
	if strings.HasPrefix(account, mailAccount) {
		return b // messages are no calls
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budgets[account] = b
	return b
}
