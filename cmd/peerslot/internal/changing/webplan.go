package changing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// A WebPlanner makes the plans of the admins' pages by the commands' own changes: what a
// page shows is what the command would print.
type WebPlanner struct{ App *console.App }

// A planned is a change, whatever it carries.
type planned interface {
	foresee(ctx context.Context, a *console.App) (foreseen, error)
	carryOut(ctx context.Context, a *console.App, agreed agreement) error
}

// change returns what the command of that name does.
func (p WebPlanner) change(a *console.App, ask plans.Ask) (planned, error) {
	beat := &heartbeat{UnknownSince: map[string]time.Time{}}
	search := workspace.SearchFlags{Step: 15 * time.Minute, Weeks: workspace.AllWeeks}
	switch ask.Do {
	case "repair":
		return repairChange(a, console.ChangeFlags{}, beat), nil
	case "review":
		return reviewChange(a, scheduler.ReviewOptions{}, console.ChangeFlags{}, beat), nil
	case "form":
		o := workspace.FormOptions{Program: ask.Program, Seed: ask.Seed, Budget: workspace.FormBudget, Keep: ask.Keep, Rounds: 1}
		if ask.Swap[0] != "" {
			o.Swaps = []string{string(ask.Swap[0]) + "," + string(ask.Swap[1])}
		}
		return formChange(o, a), nil
	case "book":
		o := BookOptions{Selection: workspace.Selection{Names: ask.Groups, All: len(ask.Groups) == 0}, SearchFlags: search}
		return o.change(a), nil
	}
	return nil, fmt.Errorf("there is no plan called %q", ask.Do)
}

// asked returns the app as it is for one request: it asks nobody, and prints nothing.
func (p WebPlanner) asked(by calendar.Address) *console.App {
	a := *p.App
	a.By, a.Json, a.Interactive, a.Terminal, a.Width, a.Finally = by, false, false, false, 0, nil
	a.Out = &console.Output{W: io.Discard}
	a.Stdout = a.Out
	return &a
}

// Plan implements plans.Planner.
func (p WebPlanner) Plan(ctx context.Context, ask plans.Ask) (plans.Plan, error) {
	a := p.asked("")
	c, err := p.change(a, ask)
	if err != nil {
		return plans.Plan{}, err
	}
	f, err := c.foresee(ctx, a)
	if err != nil {
		return plans.Plan{}, explained(err)
	}
	plan := plans.Plan{Hash: hashOf(f.view), Mails: f.mails, Text: string(report.Harmless(f.text))}
	if plan.Changes, plan.Attention, err = p.lines(ask.Do, f.json); err != nil {
		return plans.Plan{}, err
	}
	if f.todo {
		plan.Steps = max(1, len(plan.Changes))
	}
	return plan, nil
}

// Apply implements plans.Planner.
func (p WebPlanner) Apply(ctx context.Context, ask plans.Ask, hash string, by calendar.Address) error {
	a := p.asked(by)
	c, err := p.change(a, ask)
	if err != nil {
		return err
	}
	err = c.carryOut(ctx, a, func(v view) bool { return hashOf(v) == hash })
	if errors.Is(err, errOther) {
		now, err := p.Plan(ctx, ask)
		if err != nil {
			return err
		}
		return &plans.OtherError{Now: now}
	}
	if err == nil || console.IsPerson(err) {
		return nil // what needs a person stands on the page
	}
	return explained(err)
}

// explained gives an error the hint that a command would print.
func explained(err error) error {
	if hint := console.HintFor(err); hint != "" {
		return &hintedPlan{err, hint}
	}
	return err
}

type hintedPlan struct {
	error
	hint string
}

func (e *hintedPlan) Hint() string  { return e.hint }
func (e *hintedPlan) Unwrap() error { return e.error }

func hashOf(v view) string {
	sum := sha256.Sum256(bytes.Join([][]byte{v.text, v.json}, []byte{0}))
	return hex.EncodeToString(sum[:])
}

// lines returns the steps of a plan, from the answer of its command.
func (p WebPlanner) lines(do string, answer []byte) ([]plans.Change, []report.Attention, error) {
	c, err := p.App.LoadConfig()
	if err != nil {
		return nil, nil, err
	}
	w := c.Workspace
	zone, err := availability.LoadZone(w.Zone)
	if err != nil {
		return nil, nil, err
	}
	l := planLines{w, zone}
	switch do {
	case "repair":
		var r report.Repair
		err = json.Unmarshal(answer, &r)
		return l.repair(r), r.Attention, err
	case "review":
		var r report.Reviews
		err = json.Unmarshal(answer, &r)
		return l.review(r), r.Attention, err
	case "form":
		var f report.Form
		err = json.Unmarshal(answer, &f)
		return l.form(f), nil, err
	}
	var b report.Book
	err = json.Unmarshal(answer, &b)
	return l.book(b), failures(b.Failed), err
}

func failures(list []report.Problem) []report.Attention {
	var out []report.Attention
	for _, f := range list {
		out = append(out, report.Attention{Group: f.Group, What: f.Error})
	}
	return out
}

// planLines says the steps of plans in the workspace's words and zone.
type planLines struct {
	scheduler.Workspace
	zone *time.Location
}

func (l planLines) when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(l.zone).Format("Mon 2 Jan 15:04")
}

func (l planLines) repair(r report.Repair) []plans.Change {
	var out []plans.Change
	for _, c := range r.Changes {
		line := plans.Change{Group: c.Group, What: c.Action, Before: l.when(c.From), After: l.when(c.To), Why: c.Why}
		if c.Person != "" {
			line.What += " " + l.Name(calendar.Address(c.Person))
		}
		if c.Before+c.After > 0 {
			line.Before = strings.TrimSpace(fmt.Sprintf("%s (%d can)", line.Before, c.Before))
			line.After = strings.TrimSpace(fmt.Sprintf("%s (%d can)", line.After, c.After))
		}
		out = append(out, line)
	}
	return out
}

func (l planLines) review(r report.Reviews) []plans.Change {
	var out []plans.Change
	for _, one := range r.Reviews {
		line := plans.Change{Group: one.Group, What: one.Decision, Before: report.Count(one.Held, "session held", "sessions held"), Why: strings.Join(one.Reasons, "; ")}
		if one.Next != nil {
			line.After = fmt.Sprintf("%s %s, %s", one.Next.Slot, one.Next.Cadence, report.Count(one.Next.Count, "session", "sessions"))
		}
		out = append(out, line)
	}
	for _, f := range r.Formed {
		out = append(out, l.form(f)...)
	}
	return out
}

func (l planLines) form(f report.Form) []plans.Change {
	var out []plans.Change
	for _, g := range f.Groups {
		line := plans.Change{Group: g.Name, What: "form", After: strings.Join(report.Names(l.Workspace, g.Members), ", "), Why: fmt.Sprintf("all can come to %d of %d sessions, best at %s", g.Common, g.Sessions, g.Slot)}
		if g.Kept {
			line.What = "keep"
		}
		if g.Problem != "" {
			line.Why = g.Problem
		}
		out = append(out, line)
	}
	for _, name := range f.Replaced {
		out = append(out, plans.Change{Group: name, What: "replace", Why: "its series runs out, and no next one follows"})
	}
	return out
}

func (l planLines) book(b report.Book) []plans.Change {
	var out []plans.Change
	for _, s := range b.Series {
		if s.UID == "" {
			out = append(out, plans.Change{Group: s.Group, What: "book", After: fmt.Sprintf("%s, %s from %s", s.Slot, report.Count(s.Count, s.Cadence+" session", s.Cadence+" sessions"), l.when(&s.First)), Why: fmt.Sprintf("%d of %d attendances expected, %s moved", s.Attendance, s.Possible, report.Count(len(s.Moves), "session", "sessions"))})
		}
	}
	return out
}
