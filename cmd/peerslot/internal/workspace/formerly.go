package workspace

import (
	"context"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// formerly opens the calendars of an earlier organizer, on which series are only ended
// for others to take their place: with the present settings, or those of --old.
func formerly(a *console.App, c *config.Config) func(context.Context, calendar.Address) (calendar.Backend, error) {
	type opened struct {
		backend calendar.Backend
		err     error
	}
	known := map[calendar.Address]opened{}
	return func(ctx context.Context, organizer calendar.Address) (calendar.Backend, error) {
		o, ok := known[organizer]
		if !ok {
			o.backend, o.err = openFormerly(ctx, a, c, organizer)
			known[organizer] = o
		}
		return o.backend, o.err
	}
}

func openFormerly(ctx context.Context, a *console.App, c *config.Config, organizer calendar.Address) (calendar.Backend, error) {
	old, err := ConfigOf(a, c, organizer)
	if err != nil {
		return nil, err
	}
	if g := &old.Calendar.Google; g.Subject == string(c.Workspace.Organizer.Address) {
		g.Subject = string(organizer)
	}
	old.Workspace.Organizer.Address, old.Calendar.Successor = organizer, c.Workspace.Organizer.Address
	return backend(ctx, a, &Workspace{Config: old})
}

// ConfigOf returns a copy of the configuration with which an earlier organizer signs in.
func ConfigOf(a *console.App, c *config.Config, organizer calendar.Address) (*config.Config, error) {
	if a.OldPath == "" {
		old := *c
		return &old, nil
	}
	old, err := config.Load(a.OldPath)
	if err != nil {
		return nil, console.Usagef("name the configuration as it was before the organizer changed", "--old: %w", err)
	}
	if o := old.Workspace.Organizer.Address; o != organizer {
		return nil, console.Usagef("name the configuration as it was before the organizer changed", "--old: the organizer of %s is %s, not %s", a.OldPath, o, organizer)
	}
	return old, nil
}
