package reading

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewHistoryCmd returns the command.
func NewHistoryCmd(a *console.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history [GROUP]",
		Short: "Show what was decided about a group, when and why",
		Example: `  peerslot history first-circle
  peerslot history --json`,
		Args: console.AtMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			group := ""
			if len(args) > 0 {
				group = args[0]
			}
			return runHistory(cmd.Context(), a, group)
		},
	}
	return cmd
}

func runHistory(ctx context.Context, a *console.App, group string) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	w.HintMissing()
	events, err := w.Service.Store.History(ctx, group, time.Time{})
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	if len(events) == 0 && group != "" {
		if _, err := w.Service.Group(ctx, group); err != nil {
			return err
		}
	}
	broken, err := w.Broken(ctx, group)
	if err != nil {
		return err
	}
	list := []report.Event{}
	var rows [][]string
	for _, e := range events {
		list = append(list, report.Event{At: e.At, Group: e.Group, UID: string(e.UID), What: e.What, Why: e.Why, By: string(e.By)})
		why := e.Why
		if e.By != "" {
			why = fmt.Sprintf("by %s: %s", w.Workspace.Name(e.By), why)
		}
		rows = append(rows, []string{w.When(e.At), e.Group, e.What, why})
	}
	if a.Json {
		err = a.Answer(struct {
			Events    []report.Event     `json:"events"`
			Attention []report.Attention `json:"attention,omitempty"`
		}{list, broken})
	} else {
		a.Printer().Table([]string{"AT", "GROUP", "WHAT", "WHY"}, rows)
	}
	return cmp.Or(err, workspace.WarnBroken(a, broken))
}
