package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Subcommand is for commands that only hold others: what is not one is named, with
// what was meant.
func Subcommand(missing string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return Usagef(missing, "%s: there is no %q%s", cmd.Name(), args[0], Suggestion(cmd, args[0]))
		}
		return nil
	}
}

// Exactly is cobra.ExactArgs with an error that says what is missing.
func Exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			hint := fmt.Sprintf("see '%s --help'", cmd.CommandPath())
			if n > 0 && strings.Contains(cmd.Use, "GROUP") {
				hint = "'peerslot groups' lists the groups; " + hint
			}
			return Usagef(hint, "%s: %s", cmd.Name(), what)
		}
		return nil
	}
}

// AtMost is cobra.MaximumNArgs with an error of wrong usage.
func AtMost(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return Usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s: %s, not %q", cmd.Name(), what, args)
		}
		return nil
	}
}

// NoEmptyFlags reports flags that were given without a value, as an unset variable
// of a shell script does: taken for not given, they would do something else.
func NoEmptyFlags(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if err == nil && !slices.ContainsFunc(values, func(s string) bool { return s != "" }) {
			err = Usagef("", "--%s is empty", f.Name)
		}
	})
	return err
}

// Suggestion names the command below cmd that may be meant by arg, "" if none is.
func Suggestion(cmd *cobra.Command, arg string) string {
	if cmd.SuggestionsMinimumDistance == 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if s := cmd.SuggestionsFor(arg); len(s) > 0 {
		return fmt.Sprintf(", did you mean %q?", s[0])
	}
	return ""
}
