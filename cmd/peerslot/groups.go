package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newGroupsCmd(a *app) *cobra.Command {
	var markdown bool
	var intro string
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "List the groups and who is in them",
		Example: `  peerslot groups
  peerslot groups --markdown > groups.md
  peerslot groups --intro em-circles-1-amber`,
		Args: exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if intro != "" {
				return a.introduce(cmd.Context(), intro)
			}
			return a.groups(cmd.Context(), markdown)
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "as a page for a wiki")
	cmd.Flags().StringVar(&intro, "intro", "", "the introduction of this `GROUP`, for its closed channel")
	cmd.MarkFlagsMutuallyExclusive("markdown", "intro")
	return cmd
}

// introduce writes the introduction of one group.
func (a *app) introduce(ctx context.Context, name string) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	text, err := planning.Intro(ctx, w.service, name)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(struct {
			Group string `json:"group"`
			Intro string `json:"intro"`
		}{name, text})
	}
	fmt.Fprintln(a.stdout, text)
	return nil
}

func (a *app) groups(ctx context.Context, markdown bool) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	booked, err := w.bookedByGroup(ctx)
	if err != nil {
		return err
	}
	list := []report.Group{}
	for _, g := range w.Workspace.Groups {
		j := report.Group{Name: g.Name, Program: g.Program, Members: report.Addresses(g.Members), Required: report.Addresses(g.Required), Zone: w.Workspace.Zone}
		if b, ok := booked[g.Name]; ok {
			j.Slot, j.Zone = b.Series.Slot.String(), b.Series.Slot.Zone
		}
		list = append(list, j)
	}
	switch {
	case a.json:
		return a.answer(struct {
			Groups []report.Group `json:"groups"`
		}{list})
	case markdown:
		return a.out.copy([]byte(report.Markdown(w.Workspace, list)))
	default:
		a.printGroups(w, list)
	}
	return nil
}

func (w *workspace) bookedByGroup(ctx context.Context) (map[string]scheduler.Booking, error) {
	bookings, err := w.service.Store.Bookings(ctx)
	out := map[string]scheduler.Booking{}
	for _, b := range bookings {
		out[b.Group] = b
	}
	return out, err
}

func (a *app) printGroups(w *workspace, list []report.Group) {
	if len(list) == 0 {
		a.hint("there are no groups; 'peerslot form PROGRAM' makes some, or name them under groups: in the configuration")
		return
	}
	var rows [][]string
	for _, g := range list {
		rows = append(rows, []string{g.Name, dash(g.Program), dash(g.Slot), strings.Join(w.names(g.Members), ", ")})
	}
	a.printer().Table([]string{"GROUP", "PROGRAM", "SLOT", "MEMBERS"}, rows)
}

func (w *workspace) names(addresses []string) []string {
	out := make([]string, len(addresses))
	for i, s := range addresses {
		out[i] = w.Workspace.Name(calendar.Address(s))
	}
	return out
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
