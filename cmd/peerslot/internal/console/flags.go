package console

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ChangeFlags are the flags of commands that change calendars or the store.
type ChangeFlags struct{ Yes, DryRun bool }

// Add adds them to a command.
func (f *ChangeFlags) Add(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.Yes, "yes", "y", false, "do it without asking")
	cmd.Flags().BoolVar(&f.DryRun, "dry-run", false, "stop after showing the plan")
	cmd.MarkFlagsMutuallyExclusive("yes", "dry-run")
}

// AddAcceptClock adds the flag of what does nights.
func (a *App) AddAcceptClock(flags *pflag.FlagSet) {
	flags.BoolVar(&a.AcceptClock, "accept-clock", false, "go on although the clock is behind the history")
}
