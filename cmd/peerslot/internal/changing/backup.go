package changing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// NewBackupCmd returns the command.
func NewBackupCmd(a *console.App) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the store, whole, while others may be at work",
		Long: `Writes all that the store holds, as it is at one moment, to FILE: a SQLite file that only
its owner can read, also of a PostgreSQL store. It may take the place of an earlier
backup, and of nothing else. The key of the members' answers is not in it.`,
		Example: `  peerslot backup peerslot-$(date +%F).db`,
		Args:    console.Exactly(1, "name the file"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runBackup(cmd.Context(), a, args[0]) },
	}
}

func runBackup(ctx context.Context, a *console.App, path string) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	if w.Missing != nil {
		return w.Missing
	}
	if isStore(w, path) {
		return console.Usagef("", "backup: %s is the store itself; name another file", path)
	}
	if err := w.Service.Store.Backup(ctx, path); err != nil {
		return err
	}
	if a.Json {
		return a.Answer(struct {
			File string `json:"file"`
		}{path})
	}
	a.Printer().Printf("The store is copied to %s.\n", path)
	return nil
}

// isStore reports whether the file at path is the workspace's store, by whatever name.
func isStore(w *workspace.Workspace, path string) bool {
	own, err := os.Stat(account.StoreURL(w.Config))
	named, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(own, named)
}

// NewRestoreCmd returns the command.
func NewRestoreCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make the store what it was at a backup",
		Long: `Puts what 'peerslot backup' wrote to FILE in the place of all that the store holds, or
nothing of it. A run that is going on is waited for. Calendars stay as they are: what
was changed since the backup is taken for changed by hand, and series that it does not
know are found by 'peerslot adopt'.`,
		Example: `  peerslot restore peerslot-2026-02-01.db`,
		Args:    console.Exactly(1, "name the file"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runRestore(cmd.Context(), a, args[0], flags) },
	}
	flags.Add(cmd)
	return cmd
}

// A restoring is what restore carries from its plan to its answer.
type restoring struct {
	bookings int
	last     time.Time // of the events in the backup; zero if there are none
}

func runRestore(ctx context.Context, a *console.App, path string, flags console.ChangeFlags) error {
	return change[restoring]{
		flags: flags,
		plan:  func(ctx context.Context, w *workspace.Workspace) (restoring, error) { return planRestore(ctx, w, path) },
		show: func(w *workspace.Workspace, p report.Printer, r restoring) {
			p.Printf("The backup knows %s; the last thing that it recorded was at %s.\n", report.Count(r.bookings, "series", "series"), w.When(r.last))
			p.Printf("All that the store holds now would be replaced.\n")
		},
		question: func(restoring) string { return "Replace it?" },
		apply: func(ctx context.Context, w *workspace.Workspace, _ *restoring) error {
			return w.Service.Store.Restore(ctx, path)
		},
		done: func(_ *workspace.Workspace, p report.Printer, _ restoring, applied bool) {
			if applied {
				p.Printf("The store is as it was; run 'peerslot adopt' and 'peerslot status' to see what it does not know.\n")
			}
		},
		answer: func(r restoring, planned bool) any {
			return struct {
				Series int       `json:"series"`
				Last   time.Time `json:"last"`
				Plan   bool      `json:"plan,omitempty"`
			}{r.bookings, r.last.UTC(), planned}
		},
	}.run(ctx, a)
}

// planRestore looks into the backup, which must be this workspace's.
func planRestore(ctx context.Context, w *workspace.Workspace, path string) (r restoring, err error) {
	if isStore(w, path) {
		return r, console.Usagef("", "restore: %s is the store itself; name a backup", path)
	}
	backup, err := store.Read(ctx, path)
	if errors.Is(err, scheduler.ErrNoStore) {
		return r, console.Usagef("", "there is no backup at %s", path)
	}
	if _, other := errors.AsType[*file.KindError](err); other || errors.Is(err, store.ErrDamaged) {
		return r, console.WithHint(err, "name a file that 'peerslot backup' wrote")
	}
	if err != nil {
		return r, err
	}
	defer backup.Close()
	mark, err := backup.Mark(ctx)
	if err != nil {
		return r, err
	}
	if here := w.Service.Workspace.Mark(); !mark.Of(here) {
		return r, fmt.Errorf("%s: %w", path, &scheduler.OtherWorkspaceError{Store: mark, Here: here})
	}
	bookings, err := backup.Bookings(ctx)
	if err != nil {
		return r, err
	}
	events, err := backup.History(ctx, "", time.Time{})
	if err == nil && len(events) > 0 {
		r.last = events[len(events)-1].At
	}
	r.bookings = len(bookings)
	return r, err
}
