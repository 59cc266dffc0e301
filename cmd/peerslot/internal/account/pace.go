package account

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/store"
)

// paceOf returns how the calls of an account are counted together with those of other
// processes; nil if this one is alone.
func paceOf(a *console.App, service string, c *config.Config, perMinute, usual int) console.Pace {
	account := fmt.Sprintf("%s of %s", service, cmp.Or(c.Calendar.Google.Subject, string(c.Workspace.Organizer.Address)))
	perMinute = cmp.Or(perMinute, usual)
	switch {
	case a.Budget != nil:
		return a.Budget(account, perMinute)
	case OnDatabase(c):
		return besideWorkers(a, c, account, perMinute)
	}
	return nil
}

// A commandsPace is that of a command on a database where workers may call, too.
type commandsPace struct {
	jobs      func() (*store.Jobs, error) // nil where nobody counts
	account   string
	perMinute int
}

// besideWorkers returns the pace of a command, which asks for no database before its
// first call.
func besideWorkers(a *console.App, c *config.Config, account string, perMinute int) commandsPace {
	databases := a.Databases
	if databases == nil {
		databases = &store.Databases{Connections: 2}
		a.Finally = append(a.Finally, func() { _ = databases.Close() })
	}
	return commandsPace{account: account, perMinute: perMinute, jobs: sync.OnceValues(func() (*store.Jobs, error) {
		return databases.JobsIfThere(context.Background(), StoreURL(c)) // for all later calls, whichever began it
	})}
}

// Wait implements console.Pace.
func (p commandsPace) Wait(ctx context.Context) error {
	jobs, err := p.jobs()
	if err != nil || jobs == nil {
		return err
	}
	return store.Budget{Jobs: jobs, Account: p.account, PerMinute: p.perMinute}.Wait(ctx)
}
