package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/reading"
)

// execute runs the program and returns its exit status.
func execute(ctx context.Context, a *console.App, args []string) int {
	a.TerminalErr = a.Stderr
	a.Out = &console.Output{W: a.Stdout, Interrupted: ctx.Done()}
	a.Stdout, a.Stderr = a.Out, &console.Output{W: a.Stderr, Interrupted: ctx.Done()}
	root := newRootCmd(a)
	root.SetArgs(args)
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	err := root.ExecuteContext(ctx)
	for _, f := range a.Finally {
		f()
	}
	// A flag that is wrong may stand before this one.
	a.Json = a.Json || slices.Contains(args, "--json")
	person := console.IsPerson(err)
	if failed := a.Out.Error(); failed != nil && (err == nil || person) {
		err, person = failed, false
	}
	switch {
	case err == nil:
		return console.ExitDone
	case person:
		return console.ExitPerson
	}
	a.Report(err)
	return console.ExitStatus(err)
}

func newRootCmd(a *console.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "peerslot",
		Short: "Find, book and keep the weekly hour at which peers can meet",
		Long: `peerslot finds the weekly hour that most members of a group can attend over the
next three months, books it as one recurring invite that ends by itself, and
writes it as an .ics file for any calendar program.

Exit status: 0 done, or nothing to do; 1 error; 2 wrong usage or configuration;
3 done, and something needs a person.`,
		Example: `  peerslot demo                     # a worked example, no account needed
  peerslot init                     # a commented peerslot.yaml to start from
  peerslot check                    # is everything readable?
  peerslot form em-circles          # who meets whom in a program's next round
  peerslot slots first-circle       # the best weekly slots, and who is missing when
  peerslot book first-circle        # book the best one
  peerslot export first-circle      # the series as an .ics file`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
	}
	showVersion := cmd.Flags().Bool("version", false, "version for peerslot") // cobra's own would link text/template, see .ci/size
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !*showVersion {
			return cmd.Help()
		}
		a.Printer().Printf("peerslot %s %s\n", version(), runtime.Version())
		return a.Out.Error()
	}
	cmd.SetFlagErrorFunc(flagError)
	flags := cmd.PersistentFlags()
	flags.StringVarP(&a.ConfigPath, "config", "c", "", "the workspace's `FILE` (default $PEERSLOT_CONFIG or peerslot.yaml)")
	flags.BoolVar(&a.Json, "json", false, "answer with JSON")
	flags.StringVar(&a.NowFlag, "now", "", "take `TIME` (RFC 3339) for the present, to rehearse")
	flags.BoolVarP(&a.Verbose, "verbose", "v", false, "log what is done, on stderr")
	flags.StringVar(&a.LogFormat, "log-format", "text", "`FORMAT` of the log: text or json")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return cmp.Or(together(cmd), console.NoEmptyFlags(cmd), errors.Join(a.SetNow(), a.CheckLogFormat()))
	}
	cmd.AddCommand(
		newDemoCmd(a), newInitCmd(a), account.NewAuthCmd(a), reading.NewCheckCmd(a), reading.NewFreebusyCmd(a), reading.NewSlotsCmd(a),
		changing.NewFormCmd(a), reading.NewGroupsCmd(a), changing.NewBookCmd(a), reading.NewExportCmd(a), changing.NewRepairCmd(a), changing.NewReviewCmd(a), newMailCmd(a), changing.NewAnswerCmd(a), changing.NewCancelCmd(a), changing.NewSlackCmd(a), newServeCmd(a), newLinkCmd(a), reading.NewStatusCmd(a), newWorkCmd(a), changing.NewAdoptCmd(a), changing.NewBackupCmd(a), changing.NewRestoreCmd(a), reading.NewHistoryCmd(a), reading.NewReportCmd(a),
		changing.NewHandoverCmd(a), newVersionCmd(a), newManCmd(a),
	)
	strictly(cmd)
	completion{a}.complete(cmd)
	return cmd
}

// strictly has the commands that cobra brings refuse what they do not know, where by
// themselves they show their help and are content, and gives them examples.
func strictly(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Example = "  peerslot help book"
			cmd.Args = func(_ *cobra.Command, args []string) error {
				found, rest, err := root.Find(args)
				switch {
				case err != nil || found == root:
					return unknownCommand(root, rest)
				case found.HasSubCommands():
					return found.ValidateArgs(rest)
				}
				return nil
			}
		case "completion":
			cmd.Example = "  source <(peerslot completion bash)   # for this shell, until it ends"
			cmd.Args = console.Subcommand("name the shell: bash, zsh, fish or powershell")
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}

func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return console.Usagef("see 'peerslot --help' for the commands", "unknown command %q%s", args[0], console.Suggestion(root, args[0]))
}

// together refuses flags that exclude each other.
func together(cmd *cobra.Command) error {
	if cmd.ValidateFlagGroups() == nil {
		return nil
	}
	var given []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Annotations["cobra_annotation_mutually_exclusive"] != nil {
			given = append(given, "--"+f.Name)
		}
	})
	return console.Usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%s do not go together", strings.Join(given, " and "))
}

// flagError says of an error about flags what was meant or wanted, and where to look.
func flagError(cmd *cobra.Command, err error) error {
	before := cmd.Flags().Args() // what stands before the flag
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if !cmd.HasParent() && len(before) > 0 {
			return unknownCommand(cmd, before) // so that its flags cannot be known
		}
		err = fmt.Errorf("%w%s", err, meant(cmd, unknown.GetSpecifiedName()))
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		if want := wanted[bad.GetFlag().Value.Type()]; want != "" {
			err = fmt.Errorf("--%s %q: want %s", bad.GetFlag().Name, bad.GetValue(), want)
		}
	}
	return console.Usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%w", err)
}

// wanted says what the values of flags are, by their types.
var wanted = map[string]string{
	"bool": "true, false or nothing", "int": "a whole number", "uint64": "a whole number that is not negative", "duration": "a time such as 15m or 1h30m",
}

// meant suggests a flag for one that there is not.
func meant(cmd *cobra.Command, name string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: max(1, min(2, len(name)/2))}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	if list := names.SuggestionsFor(name); len(list) > 0 {
		return fmt.Sprintf(", did you mean --%s?", list[0])
	}
	return ""
}
