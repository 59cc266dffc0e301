// Package console is one run of the program as its user meets it: the surroundings and
// global flags, answers and errors, hints, questions and progress.
package console

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// Exit statuses, as the help of the root command explains them.
const (
	ExitDone   = 0
	ExitError  = 1
	exitUsage  = 2
	ExitPerson = 3
)

// An App is one run of the program: its surroundings and the global flags.
type App struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer // on which nothing can steer a terminal, once main has begun
	Out            *Output   // what stdout is then
	TerminalErr    io.Writer // stderr for what draws on a terminal
	Getenv         func(string) string
	Now            func() time.Time
	Interactive    bool // somebody can answer a question
	Terminal       bool // stdout is one
	Width          int  // its columns; 0 if that is not known

	ConfigPath string
	Json       bool
	NowFlag    string
	Verbose    bool
	Quiet      bool // nothing is told that needs no person

	AcceptClock bool // nights go on although the clock is behind the history

	LogFormat string

	Databases *store.Databases                         // whose connections stores use; nil for their own
	Budget    func(account string, perMinute int) Pace // calls of accounts that other processes use too; nil for none
	Folders   func(path string) *folder.Known          // what is known of a folder of calendars already; nil for nothing

	By calendar.Address // who asks for what is done, on a page of admins; "" for a command

	Mailed   Mailed // what was sent and read
	Inherits bool   // the store may be an earlier organizer's
	OldPath  string // the configuration with which that one signed in; "" for the present one

	Loading func() (done func()) // is told of each configuration that is read; nil for nobody

	Finally []func() // what is still to be told when the command is done
}

// SetNow has the clock stand where --now says.
func (a *App) SetNow() error {
	if a.NowFlag == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, a.NowFlag)
	if err != nil {
		return Usagef("", "--now %q: want a time such as 2026-03-03T14:00:00Z", a.NowFlag)
	}
	a.Now = func() time.Time { return t }
	return nil
}

// Log returns the log for operators: warnings, and with --verbose what is done.
func (a *App) Log() *slog.Logger {
	if a.Verbose {
		return a.LogFrom(slog.LevelInfo)
	}
	return a.LogFrom(slog.LevelWarn)
}

// LogFrom returns the log from a level on.
func (a *App) LogFrom(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if a.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.Stderr, options))
}

// CheckLogFormat is an error if --log-format names none.
func (a *App) CheckLogFormat() error {
	if a.LogFormat != "text" && a.LogFormat != "json" {
		return Usagef("", "--log-format %q: want text or json", a.LogFormat)
	}
	return nil
}

// Warn tells the user something that does not belong to the answer.
func (a *App) Warn(format string, args ...any) {
	if a.LogFormat == "json" {
		a.Log().Warn(fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintf(a.Stderr, "warning: "+format+"\n", args...)
}

// Hint tells the user what to do next.
func (a *App) Hint(format string, args ...any) {
	if a.LogFormat == "json" {
		a.Log().Warn("hint", "hint", fmt.Sprintf(format, args...))
		return
	}
	fmt.Fprintf(a.Stderr, "hint: "+format+"\n", args...)
}

// HintNoGroups says how a workspace comes to have groups.
func (a *App) HintNoGroups() {
	a.Hint("there are no groups; 'peerslot form PROGRAM' makes some, or name them under groups: in the configuration")
}

// A hinted error carries the next step for the user.
type hinted struct {
	error
	hint   string
	status int
}

func (e *hinted) Unwrap() error { return e.error }

// Usagef returns an error in how the program was called, with exit status 2.
func Usagef(hint, format string, args ...any) error {
	return &hinted{fmt.Errorf(format, args...), hint, exitUsage}
}

// WithHint adds the next step to err.
func WithHint(err error, hint string) error { return &hinted{err, hint, ExitError} }

// NeedsPerson says that the command did its work, wrote its answer, and left
// something to a person.
type NeedsPerson struct{}

func (*NeedsPerson) Error() string { return "something needs a person" }

// PersonIf is NeedsPerson if something does, and nil otherwise.
func PersonIf(needed bool) error {
	if needed {
		return &NeedsPerson{}
	}
	return nil
}

// IsPerson reports whether err is NeedsPerson.
func IsPerson(err error) bool {
	_, ok := errors.AsType[*NeedsPerson](err)
	return ok
}

// ExitStatus returns the status with which a run ends that failed with err.
func ExitStatus(err error) int {
	var h *hinted
	var problems config.Errors
	var group *scheduler.UnknownGroupError
	switch {
	case errors.As(err, &h):
		return h.status
	case errors.As(err, &problems), errors.As(err, &group):
		return exitUsage
	}
	return ExitError
}

// Report tells the user what failed and what to do next. After a JSON answer it is
// told beside it: there is one object a call.
func (a *App) Report(err error) {
	message, hint := err.Error(), HintFor(err)
	if a.Json && !a.Out.whole && !isOutput(err) {
		_ = a.Answer(struct {
			Error string `json:"error"`
			Hint  string `json:"hint"`
		}{message, hint})
		return
	}
	if a.LogFormat == "json" {
		a.Log().Error(message, "hint", hint)
		return
	}
	fmt.Fprintf(a.Stderr, "peerslot: %s\n", message)
	if hint != "" {
		a.Hint("%s", hint)
	}
}

// HintFor returns what the user can do about err, "" where nothing is known.
func HintFor(err error) string {
	var h *hinted
	var problems config.Errors
	var group *scheduler.UnknownGroupError
	var signIn *oauth.Error
	var fetch *feed.Error
	var clock *scheduler.ClockError
	var other *scheduler.OtherWorkspaceError
	var hinting interface{ Hint() string }
	var halfway *scheduler.HalfwayError
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
		return KnownGroups(group.Known)
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
	case errors.Is(err, store.ErrDamaged):
		return "move it away; then bring it back from a backup ('peerslot restore'), or have 'peerslot adopt' rebuild it from the organizer's calendar"
	case errors.Is(err, store.ErrUntrusted):
		return "renew it on the server if it has expired; else name the host in store: as it does and, with sslrootcert=, the file of the authority that signed it; nothing was changed"
	case errors.Is(err, store.ErrAddress):
		return "look at store: in the configuration: at the options after the ?, and at the files that they name"
	case errors.Is(err, store.ErrUnreachable):
		return "look whether the database runs, at the address in store:, and at PGPASSWORD; nothing was changed, and the next run finds what is left"
	case errors.As(err, &halfway):
		return "finish that first with " + Command(halfway.Next())
	case errors.As(err, &hinting):
		return hinting.Hint()
	case errors.Is(err, context.Canceled), isOutput(err) && !errors.Is(err, syscall.ENOSPC):
		return "stopped at a clean point; run the same command again to go on"
	}
	return placeHint(err)
}

// placeHint says what to do about a file that cannot be read or written.
func placeHint(err error) string {
	var kind *file.KindError
	switch {
	case errors.As(err, &kind):
		return "move it away, or name another path: a plain file is wanted there"
	case errors.Is(err, fs.ErrPermission):
		return "look whose it is and what its mode allows, or run peerslot as the user whom it belongs to"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full: make room, then run the same command again"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return "look at the path; the folder above must be there, and must be one in which files can be made"
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

// KnownGroups says which groups there are, for who named none of them.
func KnownGroups(groups []scheduler.Group) string {
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

// Confirm asks a question to be answered with yes. Without a terminal the answer
// is no, and the hint says how to go on. It does not outlast ctx.
func (a *App) Confirm(ctx context.Context, question string) (bool, error) {
	if !a.Interactive {
		a.Hint("nothing was changed; add --yes to do it")
		return false, nil
	}
	fmt.Fprintf(a.Stderr, "%s [y/N] ", question)
	line, err := bufio.NewReader(Interruptible(ctx, a.Stdin)).ReadString('\n')
	if ctx.Err() != nil {
		fmt.Fprintln(a.Stderr)
		return false, context.Cause(ctx)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	fmt.Fprintln(a.Stderr, "Nothing was changed.")
	return false, nil
}

// WarnUnknown tells of whose time something is not known: first those of whom nothing is.
func (a *App) WarnUnknown(list []scheduler.Unknown) {
	for _, all := range []bool{true, false} {
		what := "not everything is known"
		if all {
			what = "nothing is known"
		}
		var said []report.Said
		for _, u := range list {
			if u.All == all {
				said = append(said, report.Said{Who: string(u.Person), What: what + ": " + u.Reason})
			}
		}
		a.WarnEach(what, said)
	}
}

// WarnEach tells what is the matter with each person, or, where they are many, that it
// is with so many.
func (a *App) WarnEach(what string, list []report.Said) {
	for _, line := range report.Lines(list, what, a.Verbose) {
		a.Warn("%s", line)
	}
}

// Stopped returns the error of a context that ended, if it did.
func Stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}

// ConfigFile returns where the configuration is.
func (a *App) ConfigFile() string {
	return cmp.Or(a.ConfigPath, a.Getenv("PEERSLOT_CONFIG"), "peerslot.yaml")
}

// LoadConfig reads the workspace's configuration.
func (a *App) LoadConfig() (*config.Config, error) {
	if a.Loading != nil {
		defer a.Loading()()
	}
	path := a.ConfigFile()
	c, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Usagef("'peerslot init' writes one, 'peerslot demo' shows a worked example, -c FILE names another", "there is no %s here", path)
	}
	if kind, ok := errors.AsType[*file.KindError](err); ok {
		return nil, Usagef("name one workspace's file; of 'status --all-workspaces', 'serve' and 'work' it may be a folder of them", "-c %s %w", path, kind)
	}
	return c, err
}
