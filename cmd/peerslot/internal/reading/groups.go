package reading

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewGroupsCmd returns the command.
func NewGroupsCmd(a *console.App) *cobra.Command {
	var markdown bool
	var intro string
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "List the groups and who is in them",
		Example: `  peerslot groups
  peerslot groups --markdown > groups.md
  peerslot groups --intro em-circles-1-amber`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if intro != "" {
				return introduce(cmd.Context(), a, intro)
			}
			return runGroups(cmd.Context(), a, markdown)
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "as a page for a wiki")
	cmd.Flags().StringVar(&intro, "intro", "", "the introduction of this `GROUP`, for its closed channel")
	cmd.MarkFlagsMutuallyExclusive("markdown", "intro")
	return cmd
}

// introduce writes the introduction of one group.
func introduce(ctx context.Context, a *console.App, name string) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	text, err := planning.Intro(ctx, w.Service, name)
	if err != nil {
		return err
	}
	if a.Json {
		return a.Answer(struct {
			Group string `json:"group"`
			Intro string `json:"intro"`
		}{name, text})
	}
	fmt.Fprintln(a.Stdout, text)
	return nil
}

func runGroups(ctx context.Context, a *console.App, markdown bool) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	broken, err := w.Broken(ctx, "")
	if err != nil {
		return err
	}
	groups, slots, err := readGroups(ctx, w)
	if err != nil {
		return err
	}
	list := []report.Group{}
	for _, g := range groups {
		j := report.Group{Name: g.Name, Program: g.Program, Members: report.Addresses(g.Members), Required: report.Addresses(g.Required), Zone: w.Workspace.Zone}
		if slot, booked := slots[g.Name]; booked {
			j.Slot, j.Zone = slot.String(), slot.Zone
		}
		list = append(list, j)
	}
	switch {
	case a.Json:
		err = a.Answer(struct {
			Groups    []report.Group     `json:"groups"`
			Attention []report.Attention `json:"attention,omitempty"`
		}{list, broken})
	case markdown:
		err = a.Out.Copy([]byte(report.Markdown(w.Workspace, list)))
	default:
		printGroups(a, w, list)
	}
	return cmp.Or(err, workspace.WarnBroken(a, broken))
}

// readGroups returns the groups, with those that were named for their series alone, and the
// slots of those that have one.
func readGroups(ctx context.Context, w *workspace.Workspace) ([]scheduler.Group, map[string]availability.Slot, error) {
	groups, known := slices.Clone(w.Workspace.Groups), w.Workspace.GroupsByName()
	loose, slots := map[string]bool{}, map[string]availability.Slot{}
	for page, err := range scheduler.Pages(ctx, w.Service.Store) {
		if err != nil {
			return nil, nil, err
		}
		for _, b := range page {
			if _, there := known.Find(b.Group); b.Loose && !there && !loose[b.Group] {
				loose[b.Group], groups = true, append(groups, scheduler.GroupIn(known, b))
			}
			if b.Reviewed {
				continue
			}
			if b, err := booking.Understood(ctx, w.Service, b); err == nil { // else named as broken
				slots[b.Group] = b.Series.Slot
			}
		}
	}
	return groups, slots, nil
}

func printGroups(a *console.App, w *workspace.Workspace, list []report.Group) {
	if len(list) == 0 {
		a.HintNoGroups()
		return
	}
	var rows [][]string
	for _, g := range list {
		rows = append(rows, []string{g.Name, console.Dash(g.Program), console.Dash(g.Slot), strings.Join(report.Names(w.Workspace, g.Members), ", ")})
	}
	a.Printer().Table([]string{"GROUP", "PROGRAM", "SLOT", "MEMBERS"}, rows)
}
