package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// subcommand is for commands that only hold others: what is not one is named, with
// what was meant.
func subcommand(missing string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef(missing, "%s: there is no %q%s", cmd.Name(), args[0], suggestion(cmd, args[0]))
		}
		return nil
	}
}

// exactly is cobra.ExactArgs with an error that says what is missing.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s: %s", cmd.Name(), what)
		}
		return nil
	}
}

// atMost is cobra.MaximumNArgs with an error of wrong usage.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s: %s, not %q", cmd.Name(), what, args)
		}
		return nil
	}
}

// noEmptyFlags reports flags that were given without a value, as an unset variable
// of a shell script does: taken for not given, they would do something else.
func noEmptyFlags(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f.Changed && f.Value.String() == "" {
			return usagef("", "--%s is empty", name)
		}
	}
	return nil
}
