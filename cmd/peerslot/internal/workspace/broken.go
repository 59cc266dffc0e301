package workspace

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Broken returns what is broken of the workspace: of all of it, or of one group. That
// the calendar could not be asked for the series is told, and hinders nothing.
func (w *Workspace) Broken(ctx context.Context, group string) ([]report.Attention, error) {
	if group != "" {
		return w.tellBroken(planning.FaultsOf(ctx, w.Service, group))
	}
	return w.tellBroken(planning.Faults(ctx, w.Service))
}

// BrokenHere is Broken without the series on the calendar.
func (w *Workspace) BrokenHere(ctx context.Context) ([]report.Attention, error) {
	return w.tellBroken(planning.FaultsHere(ctx, w.Service))
}

func (w *Workspace) tellBroken(found []scheduler.Finding, err error) ([]report.Attention, error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, scheduler.ErrStore) {
		return nil, err
	}
	if err != nil {
		w.App.Warn("whether all series can be used is not known: %v", err)
	}
	return w.Attentions(found), nil
}

// NoteBroken adds what is broken to the findings of a change of all groups.
func (w *Workspace) NoteBroken(ctx context.Context) error {
	broken, err := w.Broken(ctx, "")
	for _, at := range broken {
		if !slices.Contains(w.Findings, at) {
			w.Findings = append(w.Findings, at)
		}
	}
	return err
}

// WarnBroken tells beside an answer what is broken; the error says that it needs a
// person.
func WarnBroken(a *console.App, broken []report.Attention) error {
	for _, at := range broken {
		a.Warn("%s", strings.TrimPrefix(at.Group+": "+at.What, ": "))
	}
	return console.PersonIf(len(broken) > 0)
}
