package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/scheduler"
)

// completeGroups lets the shell complete the names of groups, and the addresses
// after --with.
func completeGroups(a *app, cmd *cobra.Command) {
	cmd.ValidArgsFunction = a.completeGroup
	if cmd.Flags().Lookup("with") == nil {
		return
	}
	_ = cmd.RegisterFlagCompletionFunc("with", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		c, err := a.loadConfig()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var people []string
		for address := range c.Workspace.Roster {
			people = append(people, string(address))
		}
		return people, cobra.ShellCompDirectiveNoFileComp
	})
}

func (a *app) completeGroup(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, g := range a.groupsToComplete(cmd.Context()) {
		names = append(names, g.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// groupsToComplete returns all groups, or those named by hand if the store cannot
// be opened.
func (a *app) groupsToComplete(ctx context.Context) []scheduler.Group {
	w, err := a.openToRead(ctx)
	if err == nil {
		defer w.close()
		return w.Workspace.Groups
	}
	if c, err := a.loadConfig(); err == nil {
		return c.Workspace.Groups
	}
	return nil
}

// stopped returns the error of a context that ended, if it did.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}
