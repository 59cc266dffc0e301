package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newStatusCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show groups, series, next sessions, and what needs attention",
		Long: `Shows how every group stands: its slot, how many sessions were held and are left,
the next one, and attendance so far by the members' replies.

Exit status 3 if something needs a person.`,
		Example: `  peerslot status
  peerslot status --json | jq '.groups[] | select(.attention != [])'`,
		Args: exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	}
}

func (a *app) status(ctx context.Context) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	all, err := w.service.Status(ctx)
	if err != nil {
		return err
	}
	list := []report.Status{}
	needs := false
	for _, st := range all {
		list = append(list, report.NewStatus(st))
		needs = needs || len(st.Attention) > 0
	}
	load, err := w.load(ctx)
	if err != nil {
		return err
	}
	if a.json {
		err = a.answer(struct {
			Groups []report.Status `json:"groups"`
			Load   []report.Load   `json:"load"`
		}{list, load})
	} else {
		a.printStatus(w, all)
		printLoad(w, a.printer(), tooMuch(load))
	}
	if err == nil && needs {
		return &needsPerson{}
	}
	return err
}

// load returns how many peer sessions a week everybody has.
func (w *workspace) load(ctx context.Context) ([]report.Load, error) {
	bookings, err := w.service.Store.Bookings(ctx)
	if err != nil {
		return nil, err
	}
	out := []report.Load{}
	for _, l := range scheduler.Loads(bookings, zoneOf(w.Workspace)(""), w.service.Now()) {
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

func (a *app) printStatus(w *workspace, all []scheduler.Status) {
	var rows [][]string
	for _, st := range all {
		row := []string{st.Group.Name, "not booked", "-", "-", "-", strings.Join(st.Attention, "; ")}
		if st.Booking != nil {
			row[1] = st.Series.Slot.String() + " " + st.Series.Cadence.String()
			row[2] = fmt.Sprintf("%d of %d", st.Held, st.Held+st.Left)
			if !st.Next.Empty() {
				row[3] = a.when(st.Next.Start, w)
			}
			if st.Invited > 0 {
				row[4] = fmt.Sprintf("%d%%", 100*st.Attended/st.Invited)
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
