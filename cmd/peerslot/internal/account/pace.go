package account

import (
	"cmp"
	"fmt"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// paceOf returns how the calls of an account are counted together with those of other
// processes; nil if this one is alone.
func paceOf(a *console.App, service string, c *config.Config, perMinute, usual int) console.Pace {
	if a.Budget == nil {
		return nil
	}
	return a.Budget(fmt.Sprintf("%s of %s", service, cmp.Or(c.Calendar.Google.Subject, string(c.Workspace.Organizer.Address))), cmp.Or(perMinute, usual))
}
