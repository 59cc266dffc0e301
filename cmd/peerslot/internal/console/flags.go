package console

import "github.com/spf13/cobra"

// ChangeFlags are the flags of commands that change calendars or the store.
type ChangeFlags struct{ Yes, DryRun bool }

func (f *ChangeFlags) Add(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.Yes, "yes", "y", false, "do it without asking")
	cmd.Flags().BoolVar(&f.DryRun, "dry-run", false, "stop after showing the plan")
	cmd.MarkFlagsMutuallyExclusive("yes", "dry-run")
}
