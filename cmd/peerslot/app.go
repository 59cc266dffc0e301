package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Exit statuses, as the help of the root command explains them.
const (
	exitDone   = 0
	exitError  = 1
	exitUsage  = 2
	exitPerson = 3
)

// An app is one run of the program: its surroundings and the global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer // on which nothing can steer a terminal, once main has begun
	out            *output   // what stdout is then
	terminalErr    io.Writer // stderr for what draws on a terminal
	getenv         func(string) string
	now            func() time.Time
	interactive    bool // somebody can answer a question
	terminal       bool // stdout is one
	width          int  // its columns; 0 if that is not known

	configPath string
	json       bool
	nowFlag    string
	verbose    bool
	logFormat  string

	databases *store.Databases                         // whose connections stores use; nil for their own
	budget    func(account string, perMinute int) pace // calls of accounts that other processes use too; nil for none

	by calendar.Address // who asks for what is done, on a page of admins; "" for a command

	mailed   mailed // what was sent and read
	inherits bool   // the store may be an earlier organizer's
	oldPath  string // the configuration with which that one signed in; "" for the present one

	finally []func() // what is still to be told when the command is done
}

// main runs the program and returns its exit status.
func (a *app) main(ctx context.Context, args []string) int {
	a.terminalErr = a.stderr
	a.out = &output{w: a.stdout}
	a.stdout, a.stderr = a.out, &output{w: a.stderr}
	root := newRootCmd(a)
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	for _, f := range a.finally {
		f()
	}
	// A flag that is wrong may stand before this one.
	a.json = a.json || slices.Contains(args, "--json")
	person := isPerson(err)
	if failed := a.out.error(); failed != nil && (err == nil || person) {
		err, person = failed, false
	}
	switch {
	case err == nil:
		return exitDone
	case person:
		return exitPerson
	}
	a.report(err)
	return exitStatus(err)
}

func newRootCmd(a *app) *cobra.Command {
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
		Version:       version() + " " + runtime.Version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("see 'peerslot --help' for the commands", "unknown command %q%s", args[0], suggestion(cmd, args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetVersionTemplate("peerslot {{.Version}}\n")
	cmd.SetFlagErrorFunc(flagError)
	flags := cmd.PersistentFlags()
	flags.StringVarP(&a.configPath, "config", "c", "", "the workspace's `FILE` (default $PEERSLOT_CONFIG or peerslot.yaml)")
	flags.BoolVar(&a.json, "json", false, "answer with JSON")
	flags.StringVar(&a.nowFlag, "now", "", "take `TIME` (RFC 3339) for the present, to rehearse")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log what is done, on stderr")
	flags.StringVar(&a.logFormat, "log-format", "text", "`FORMAT` of the log: text or json")
	cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return errors.Join(a.setNow(), a.checkLogFormat()) }
	cmd.AddCommand(
		newDemoCmd(a), newInitCmd(a), newAuthCmd(a), newCheckCmd(a), newFreebusyCmd(a), newSlotsCmd(a),
		newFormCmd(a), newGroupsCmd(a), newBookCmd(a), newExportCmd(a), newRepairCmd(a), newReviewCmd(a), newMailCmd(a), newAnswerCmd(a), newCancelCmd(a), newSlackCmd(a), newServeCmd(a), newLinkCmd(a), newStatusCmd(a), newWorkCmd(a), newAdoptCmd(a), newBackupCmd(a), newRestoreCmd(a), newHistoryCmd(a), newReportCmd(a),
		newHandoverCmd(a), newVersionCmd(a), newManCmd(a),
	)
	a.complete(cmd)
	return cmd
}

// flagError adds to an error about flags what was meant, and where to look.
func flagError(cmd *cobra.Command, err error) error {
	meant := ""
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		names := &cobra.Command{SuggestionsMinimumDistance: 2}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
		})
		if list := names.SuggestionsFor(unknown.GetSpecifiedName()); len(list) > 0 {
			meant = fmt.Sprintf(", did you mean --%s?", list[0])
		}
	}
	return usagef(fmt.Sprintf("see '%s --help'", cmd.CommandPath()), "%w%s", err, meant)
}

func suggestion(cmd *cobra.Command, arg string) string {
	if cmd.SuggestionsMinimumDistance == 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if s := cmd.SuggestionsFor(arg); len(s) > 0 {
		return fmt.Sprintf(", did you mean %q?", s[0])
	}
	return ""
}

func (a *app) setNow() error {
	if a.nowFlag == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, a.nowFlag)
	if err != nil {
		return usagef("", "--now %q: want a time such as 2026-03-03T14:00:00Z", a.nowFlag)
	}
	a.now = func() time.Time { return t }
	return nil
}

func (a *app) log() *slog.Logger {
	if a.verbose {
		return a.logFrom(slog.LevelInfo)
	}
	return a.logFrom(slog.LevelWarn)
}

func (a *app) logFrom(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if a.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

func (a *app) checkLogFormat() error {
	if a.logFormat != "text" && a.logFormat != "json" {
		return usagef("", "--log-format %q: want text or json", a.logFormat)
	}
	return nil
}

// warn tells the user something that does not belong to the answer.
func (a *app) warn(format string, args ...any) {
	if a.logFormat == "json" {
		a.log().Warn(fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintf(a.stderr, "warning: "+format+"\n", args...)
}

func (a *app) hint(format string, args ...any) {
	if a.logFormat == "json" {
		a.log().Warn("hint", "hint", fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintf(a.stderr, "hint: "+format+"\n", args...)
}

// A hinted error carries the next step for the user.
type hinted struct {
	error
	hint   string
	status int
}

func (e *hinted) Unwrap() error { return e.error }

// usagef returns an error in how the program was called, with exit status 2.
func usagef(hint, format string, args ...any) error {
	return &hinted{fmt.Errorf(format, args...), hint, exitUsage}
}

// withHint adds the next step to err.
func withHint(err error, hint string) error { return &hinted{err, hint, exitError} }

// needsPerson says that the command did its work, wrote its answer, and left
// something to a person.
type needsPerson struct{}

func (*needsPerson) Error() string { return "something needs a person" }

func isPerson(err error) bool {
	_, ok := errors.AsType[*needsPerson](err)
	return ok
}

func exitStatus(err error) int {
	var h *hinted
	var problems config.Errors
	var group *scheduler.UnknownGroupError
	switch {
	case errors.As(err, &h):
		return h.status
	case errors.As(err, &problems), errors.As(err, &group):
		return exitUsage
	}
	return exitError
}

// report tells the user what failed and what to do next.
func (a *app) report(err error) {
	message, hint := err.Error(), hintFor(err)
	if a.json && !isOutput(err) {
		_ = a.answer(struct {
			Error string `json:"error"`
			Hint  string `json:"hint"`
		}{message, hint})
		return
	}
	if a.logFormat == "json" {
		a.log().Error(message, "hint", hint)
		return
	}
	fmt.Fprintf(a.stderr, "peerslot: %s\n", message)
	if hint != "" {
		a.hint("%s", hint)
	}
}

func hintFor(err error) string {
	var h *hinted
	var problems config.Errors
	var group *scheduler.UnknownGroupError
	var signIn *oauth.Error
	var fetch *feed.Error
	var clock *scheduler.ClockError
	var other *scheduler.OtherWorkspaceError
	var hinting interface{ Hint() string }
	switch {
	case errors.As(err, &h) && h.hint != "":
		return h.hint
	case errors.As(err, &signIn):
		return signInHint(signIn)
	case errors.As(err, &fetch):
		return fetch.Next
	case errors.As(err, &problems):
		return "mend the lines named above; 'peerslot init' writes a commented example"
	case errors.As(err, &group):
		return knownGroups(group.Known)
	case errors.As(err, &clock):
		return "set the clock; if it is right and a rehearsal with --now left the later record, add --accept-clock"
	case errors.Is(err, calendar.ErrQuota):
		return "run the same command again after some hours: it goes on where this run stopped"
	case errors.Is(err, scheduler.ErrBusy):
		return "it holds the store; this run did nothing, and the next one finds what is left"
	case errors.Is(err, scheduler.ErrStore):
		return "look for a full disk or a store that is read-only, then run the same command again: it finishes what was begun"
	case errors.As(err, &other) && other.Store.Workspace == other.Here.Workspace:
		return "if the organizer has changed, 'peerslot handover' gives the series to the new one; else look at organizer: and store: in the configuration"
	case errors.As(err, &hinting):
		return hinting.Hint()
	case errors.Is(err, context.Canceled), isOutput(err):
		return "stopped at a clean point; run the same command again to go on"
	}
	return ""
}

// signInHint names the command that signs in anew, if that is what helps.
func signInHint(e *oauth.Error) string {
	if !e.Again {
		return e.Hint()
	}
	return fmt.Sprintf("%s: run 'peerslot auth %s'", e.Hint(), e.Service)
}

func knownGroups(groups []scheduler.Group) string {
	if len(groups) == 0 {
		return "make groups with 'peerslot form PROGRAM', name them in peerslot.yaml, or use --with ADDRESS,ADDRESS"
	}
	names := make([]string, 0, len(groups))
	for _, g := range groups {
		names = append(names, g.Name)
	}
	const most = 12
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("and %d more, see 'peerslot groups'", len(groups)-most))
	}
	return "the groups are: " + strings.Join(names, ", ")
}

// confirm asks a question to be answered with yes. Without a terminal the answer
// is no, and the hint says how to go on. It does not outlast ctx.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	if !a.interactive {
		a.hint("nothing was changed; add --yes to do it")
		return false, nil
	}
	fmt.Fprintf(a.stderr, "%s [y/N] ", question)
	line, err := bufio.NewReader(interruptible(ctx, a.stdin)).ReadString('\n')
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr)
		return false, context.Cause(ctx)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	fmt.Fprintln(a.stderr, "Nothing was changed.")
	return false, nil
}
