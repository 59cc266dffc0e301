package main

import (
	"context"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/spf13/cobra"
)

func newHistoryCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history [GROUP]",
		Short: "Show what was decided about a group, when and why",
		Example: `  peerslot history first-circle
  peerslot history --json`,
		Args: atMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			group := ""
			if len(args) > 0 {
				group = args[0]
			}
			return a.history(cmd.Context(), group)
		},
	}
	return cmd
}

func (a *app) history(ctx context.Context, group string) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	events, err := w.service.Store.History(ctx, group, time.Time{})
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	if len(events) == 0 && group != "" {
		if _, err := w.service.Group(group); err != nil {
			return err
		}
	}
	list := []report.Event{}
	var rows [][]string
	for _, e := range events {
		list = append(list, report.Event{At: e.At, Group: e.Group, UID: string(e.UID), What: e.What, Why: e.Why, By: string(e.By)})
		why := e.Why
		if e.By != "" {
			why = fmt.Sprintf("by %s: %s", w.Workspace.Name(e.By), why)
		}
		rows = append(rows, []string{a.when(e.At, w), e.Group, e.What, why})
	}
	if a.json {
		return a.answer(struct {
			Events []report.Event `json:"events"`
		}{list})
	}
	a.printer().Table([]string{"AT", "GROUP", "WHAT", "WHY"}, rows)
	return nil
}
