package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

func newStatusCmd(a *app) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show groups, series, next sessions, and what needs attention",
		Long: `Shows how every group stands: its slot, how many sessions were held and are left,
the next one, attendance so far, and all that needs a person: what repair and review
would say.

Exit status 3 if something needs a person.`,
		Example: `  peerslot status
  peerslot status --json | jq '.groups[] | select(.attention != [])'
  peerslot -c /etc/peerslot status --all-workspaces`,
		Args: exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				return a.statusOfAll(cmd.Context())
			}
			return a.status(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&all, "all-workspaces", false, "show each workspace of the folder that -c names")
	return cmd
}

// A standing is how a workspace stands.
type standing struct {
	Groups    []report.Status    `json:"groups"`
	Attention []report.Attention `json:"attention"` // what is about none of the groups
	Asking    []report.Asking    `json:"asking,omitempty"`
	Load      []report.Load      `json:"load"`
	Waiting   int                `json:"mail_waiting"`

	person bool // something needs one
}

func (a *app) status(ctx context.Context) error {
	s, print, err := a.standing(ctx)
	if err != nil {
		return err
	}
	if a.json {
		err = a.answer(s)
	} else {
		print()
	}
	if err == nil && s.person {
		return &needsPerson{}
	}
	return err
}

// statusOfAll shows how each workspace of a folder stands. One that cannot be read is
// named, and hinders no other.
func (a *app) statusOfAll(ctx context.Context) error {
	f, err := a.openFleet(1, 0)
	if err != nil {
		return err
	}
	defer f.close()
	paths, err := f.paths()
	if err != nil {
		return err
	}
	type one struct {
		Workspace string `json:"workspace"`
		Error     string `json:"error,omitempty"`
		standing
	}
	list, person := []one{}, false
	for _, path := range paths {
		b := *a
		b.configPath = path
		s, print, err := b.standing(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		here := one{Workspace: workspaceName(path), standing: s}
		if !a.json {
			a.printer().Printf("== %s\n", here.Workspace)
		}
		if err != nil {
			here.Error = err.Error()
			a.warn("workspace %s: %v", here.Workspace, err)
			if hint := hintFor(err); hint != "" {
				a.hint("%s", hint)
			}
		} else if !a.json {
			print()
		}
		person = person || s.person || err != nil
		list = append(list, here)
	}
	if a.json {
		err = a.answer(struct {
			Workspaces []one `json:"workspaces"`
		}{list})
	}
	if err == nil && person {
		return &needsPerson{}
	}
	return err
}

// standing returns how the workspace stands, and how to print that.
func (a *app) standing(ctx context.Context) (s standing, print func(), err error) {
	w, err := a.openToRead(ctx)
	if err != nil {
		return s, nil, err
	}
	defer w.close()
	turn, err := w.service.Rehearse(ctx, scheduler.TurnOptions{AcceptClock: true})
	if err != nil {
		return s, nil, err
	}
	defer turn.End()
	w = w.in(turn)
	all, err := planning.Status(ctx, w.service)
	if err != nil {
		return s, nil, err
	}
	waiting, lost, err := w.unsent(ctx)
	if err != nil {
		return s, nil, err
	}
	for _, f := range lost {
		w.findings = append(w.findings, report.NewAttention(w.Workspace, f))
	}
	known, err := w.service.Store.Unattended(ctx)
	if err != nil {
		return s, nil, err
	}
	for _, f := range known.Findings() {
		w.findings = append(w.findings, report.NewAttention(w.Workspace, f))
	}
	attention, asking, err := w.attention(ctx)
	if err != nil {
		return s, nil, err
	}
	of := map[string][]string{}
	for _, at := range attention {
		of[at.Group] = append(of[at.Group], at.What)
	}
	list := []report.Status{}
	for _, st := range all {
		list = append(list, report.NewStatus(st, of[st.Group.Name]))
		delete(of, st.Group.Name)
	}
	rest := slices.DeleteFunc(slices.Clone(attention), func(at report.Attention) bool { return of[at.Group] == nil })
	load, err := w.load(ctx)
	if err != nil {
		return s, nil, err
	}
	s = standing{Groups: list, Attention: append([]report.Attention{}, rest...), Asking: asking, Load: load, Waiting: waiting, person: len(attention) > 0}
	return s, func() {
		a.printStatus(w, list)
		a.printer().Attention(rest)
		a.printer().Asking(w.Workspace, asking)
		printLoad(w, a.printer(), tooMuch(load))
		if waiting > 0 {
			a.printer().Printf("%s to be sent; 'peerslot mail --dry-run' lists them\n", report.Count(waiting, "message waits", "messages wait"))
		}
	}, nil
}

// attention returns the findings of repair and review, and whose members may still
// answer.
func (w *workspace) attention(ctx context.Context) ([]report.Attention, []report.Asking, error) {
	night, err := repair.PlanNight(ctx, w.service)
	if err != nil {
		return nil, nil, err
	}
	reviews, err := review.Plan(ctx, w.service, scheduler.ReviewOptions{})
	if err != nil {
		return nil, nil, err
	}
	out := slices.Concat(w.takeFindings(), report.NewRepair(w.Workspace, night).Attention)
	for _, f := range reviews.Findings {
		if at := report.NewAttention(w.Workspace, f); !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	var asking []report.Asking
	for _, q := range reviews.Asking {
		asking = append(asking, report.NewAsking(q))
	}
	return out, asking, nil
}

// load returns how many peer sessions a week everybody has.
func (w *workspace) load(ctx context.Context) ([]report.Load, error) {
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return nil, err
	}
	out := []report.Load{}
	for _, l := range planning.Loads(bookings, w.Workspace.Roster.Aliases(), zoneOf(w.Workspace)(""), w.service.Now()) {
		out = append(out, report.Load{Person: string(l.Person), Sessions: l.Sessions, Week: l.Week.String(), Average: l.Average, TooMuch: l.Sessions > w.MaxSessionsPerWeek})
	}
	return out, nil
}

// overloaded returns those with more sessions a week than is good for them.
func (w *workspace) overloaded(ctx context.Context) ([]report.Load, error) {
	all, err := w.load(ctx)
	return tooMuch(all), err
}

func tooMuch(all []report.Load) []report.Load {
	out := []report.Load{}
	for _, l := range all {
		if l.TooMuch {
			out = append(out, l)
		}
	}
	return out
}

func printLoad(w *workspace, p report.Printer, load []report.Load) {
	for _, l := range load {
		p.Printf("! %s has %d peer sessions in the week of %s, more than %d\n", w.Workspace.Name(calendar.Address(l.Person)), l.Sessions, l.Week, w.MaxSessionsPerWeek)
	}
}

func (a *app) printStatus(w *workspace, all []report.Status) {
	var rows [][]string
	for _, st := range all {
		row := []string{st.Group, "not booked", "-", "-", "-", strings.Join(st.Attention, "; ")}
		if st.UID != "" {
			row[1], row[2] = st.Slot+" "+st.Cadence, fmt.Sprintf("%d of %d", st.Held, st.Held+st.Left)
			if st.Next != nil {
				row[3] = a.when(*st.Next, w)
			}
			if st.Attendance != nil {
				row[4] = fmt.Sprintf("%.0f%%", 100**st.Attendance)
			}
			if st.Unknown > 0 {
				row[4] += fmt.Sprintf(" of %d known", st.Known)
			}
		}
		rows = append(rows, row)
	}
	a.printer().Table([]string{"GROUP", "SLOT", "HELD", "NEXT", "ATTENDANCE", "ATTENTION"}, rows)
}

// when returns a time as people read it on a terminal, in the workspace's zone,
// and in full elsewhere.
func (a *app) when(t time.Time, w *workspace) string {
	if !a.terminal {
		return t.UTC().Format(time.RFC3339)
	}
	return t.In(zoneOf(w.Workspace)(w.Workspace.Organizer.Address)).Format("Mon 2 Jan 15:04")
}
