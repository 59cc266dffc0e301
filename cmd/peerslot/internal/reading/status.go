package reading

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

// NewStatusCmd returns the command.
func NewStatusCmd(a *console.App) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show groups, series, next sessions, and what needs attention",
		Long: `Shows how every group stands: its slot, how many sessions were held and are left,
the next one, attendance so far, whose calendars cannot be read, and all that needs a
person: what repair and review would say.

Exit status 3 if something needs a person.`,
		Example: `  peerslot status
  peerslot status --json | jq '.groups[] | select(.attention != [])'
  peerslot -c /etc/peerslot status --all-workspaces`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				return statusOfAll(cmd.Context(), a)
			}
			return runStatus(cmd.Context(), a)
		},
	}
	cmd.Flags().BoolVar(&all, "all-workspaces", false, "show each workspace of the folder that -c names")
	return cmd
}

// A standing is how a workspace stands.
type standing struct {
	Groups    []report.Status    `json:"groups"`
	Attention []report.Attention `json:"attention"` // what is about none of the groups
	Unknown   []report.Unknown   `json:"unknown"`   // members of series whose calendars cannot be read
	Asking    []report.Asking    `json:"asking,omitempty"`
	Load      []report.Load      `json:"load"`
	Waiting   int                `json:"mail_waiting"`

	here   *workspace.Workspace // closed, for its words
	rows   [][]string           // of the groups, for people, who are shown no Groups
	person bool                 // something needs one
}

func runStatus(ctx context.Context, a *console.App) error {
	s, err := readStanding(ctx, a)
	if err != nil {
		return err
	}
	if a.Json {
		err = a.Answer(s)
	} else {
		s.print()
	}
	return cmp.Or(err, console.PersonIf(s.person))
}

// statusOfAll shows how each workspace of a folder stands. One that cannot be read is
// named, and hinders no other.
func statusOfAll(ctx context.Context, a *console.App) error {
	f, err := fleet.OpenFleet(a, 1, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	paths, err := f.Paths()
	if err != nil {
		return err
	}
	type one struct {
		Workspace string `json:"workspace"`
		Error     string `json:"error,omitempty"`
		standing
	}
	list, person, stores := []one{}, false, account.Stores{}
	for _, path := range paths {
		b := *a
		b.ConfigPath = path
		c, err := f.Config(path)
		if err == nil {
			err = stores.Take(c, fleet.WorkspaceName(path))
		}
		var s standing
		if err == nil {
			s, err = readStanding(ctx, &b)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		here := one{Workspace: fleet.WorkspaceName(path), standing: s}
		if !a.Json {
			a.Printer().Printf("== %s\n", here.Workspace)
		}
		if err != nil {
			here.Error = err.Error()
			a.Warn("workspace %s: %v", here.Workspace, err)
			if hint := console.HintFor(err); hint != "" {
				a.Hint("%s", hint)
			}
		} else if !a.Json {
			s.print()
		}
		person = person || s.person || err != nil
		list = append(list, here)
	}
	if a.Json {
		err = a.Answer(struct {
			Workspaces []one `json:"workspaces"`
		}{list})
	}
	return cmp.Or(err, console.PersonIf(person))
}

// readStanding returns how the workspace stands.
func readStanding(ctx context.Context, a *console.App) (standing, error) {
	s := standing{Groups: []report.Status{}, Attention: []report.Attention{}, Unknown: []report.Unknown{}, Load: []report.Load{}}
	c, err := a.LoadConfig()
	if err != nil {
		return s, err
	}
	w, err := workspace.OpenToRehearse(ctx, a, c, workspace.NoOther)
	if err != nil {
		return s, err
	}
	defer w.Close()
	w.HintMissing()
	turn, err := w.Service.Rehearse(ctx, scheduler.TurnOptions{AcceptClock: true})
	if err != nil {
		return s, err
	}
	defer turn.End()
	w = w.In(turn)
	s.here = w
	most := w.MaxSessionsPerWeek
	if a.Json { // which has everybody's load
		most = 0
	}
	standings, plan, err := repair.Status(ctx, w.Service, most)
	if err != nil {
		return s, err
	}
	waiting, err := findUnwatched(ctx, w)
	if err != nil {
		return s, err
	}
	reviews, err := review.ForeseeOf(ctx, w.Service, standings.Due)
	if err != nil {
		return s, err
	}
	attention, asking := attention(w, plan, reviews)
	s.Asking, s.Unknown, s.Load, s.Waiting, s.person = asking, report.Unknowns(plan.Unknown), w.Load(standings.Loads()), waiting, len(attention) > 0
	of := map[string][]string{}
	for _, at := range attention {
		of[at.Group] = append(of[at.Group], at.What)
	}
	for st := range standings.Status() {
		one := report.NewStatus(st, of[st.Group])
		if delete(of, st.Group); a.Json {
			s.Groups = append(s.Groups, one)
		} else {
			s.rows = append(s.rows, statusRow(w, one)) // which takes less room
		}
	}
	for _, at := range attention {
		if of[at.Group] != nil {
			s.Attention = append(s.Attention, at)
		}
	}
	return s, nil
}

// findUnwatched adds to the findings what came of mail, and of work that nobody watched, and
// returns how many messages wait.
func findUnwatched(ctx context.Context, w *workspace.Workspace) (waiting int, err error) {
	waiting, lost, err := w.Unsent(ctx)
	if err != nil {
		return 0, err
	}
	known, err := w.Service.Store.Unattended(ctx)
	w.Findings = append(w.Findings, w.Attentions(slices.Concat(lost, known.Findings()))...)
	return waiting, err
}

// print shows how the workspace stands.
func (s standing) print() {
	p, w := s.here.App.Printer(), s.here
	p.Table([]string{"GROUP", "SLOT", "HELD", "NEXT", "ATTENDANCE", "ATTENTION"}, s.rows)
	p.Attention(s.Attention)
	p.Unreadable(w.Workspace, s.Unknown)
	p.Asking(w.Workspace, s.Asking...)
	w.PrintLoad(p, workspace.TooMuch(s.Load))
	if s.Waiting > 0 {
		p.Printf("%s to be sent; 'peerslot mail --dry-run' lists them\n", report.Count(s.Waiting, "message waits", "messages wait"))
	}
}

// attention returns the findings of the night and of review, and whose members may
// still answer.
func attention(w *workspace.Workspace, plan scheduler.RepairPlan, reviews scheduler.ReviewsPlan) ([]report.Attention, []report.Asking) {
	out := slices.Concat(w.TakeFindings(), report.NewRepair(w.Workspace, plan, console.Command).Attention)
	for _, f := range reviews.Findings {
		if at := w.Attention(f); !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	var asking []report.Asking
	for _, q := range reviews.Asking {
		asking = append(asking, report.NewAsking(q))
	}
	return out, asking
}

func statusRow(w *workspace.Workspace, st report.Status) []string {
	row := []string{st.Group, "not booked", "-", "-", "-", strings.Join(st.Attention, "; ")}
	if st.UID != "" {
		row[1], row[2] = st.Slot+" "+st.Cadence, fmt.Sprintf("%d of %d", st.Held, st.Held+st.Left)
		if st.Next != nil {
			row[3] = w.When(*st.Next)
		}
		if st.Attendance != nil {
			row[4] = fmt.Sprintf("%.0f%%", 100**st.Attendance)
		}
		switch {
		case st.Unknown > 0 && st.Known == 0:
			row[4] = "no evidence"
		case st.Unknown > 0:
			row[4] += fmt.Sprintf(" of %d known", st.Known)
		}
	}
	return row
}
