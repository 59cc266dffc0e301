package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/spf13/cobra"
)

func newAnswerCmd(a *app) *cobra.Command {
	var as string
	var flags changeFlags
	cmd := &cobra.Command{
		Use:   "answer GROUP (keep | rarer | oftener | stop) --as ADDRESS",
		Short: "Record a member's answer to the review",
		Long: `Keeps what a member would like to follow the series. Answers are kept under a keyed
hash: a second one replaces the first, and nobody can read whose it is. They are
shown and used only from three on.`,
		Example:   `  peerslot answer leads rarer --as ana@acme.example`,
		ValidArgs: []string{"keep", "rarer", "oftener", "stop"},
		Args:      exactly(2, "name the group and the answer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.recordAnswer(cmd.Context(), args[0], args[1], as, flags)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&as, "as", "", "`ADDRESS` of the member")
	return cmd
}

func (a *app) recordAnswer(ctx context.Context, group, text, as string, flags changeFlags) error {
	given, err := scheduler.ParseAnswer(text)
	if err != nil {
		return usagef("", "%w", err)
	}
	if as == "" {
		return usagef("", "answer: name the member with --as ADDRESS")
	}
	return change[calendar.Address]{
		flags: flags, night: true, outside: true, // the key of the answers is a file
		plan: func(ctx context.Context, w *workspace) (calendar.Address, error) {
			who, err := w.person(as)
			if err != nil {
				return "", err
			}
			return who, w.service.MayAnswer(ctx, group, who)
		},
		show: func(w *workspace, p report.Printer, who calendar.Address) {
			p.Printf("%s about %s: %s\n", w.Workspace.Name(who), group, given)
		},
		question: func(calendar.Address) string { return "Record this answer?" },
		apply: func(ctx context.Context, w *workspace, who *calendar.Address) error {
			return w.service.Answer(ctx, group, *who, given)
		},
		done: func(_ *workspace, p report.Printer, _ calendar.Address, applied bool) {
			if applied {
				p.Println("Recorded.")
			}
		},
		answer: func(_ calendar.Address, planned bool) any {
			return struct {
				Group    string `json:"group"`
				Recorded bool   `json:"recorded"`
			}{group, !planned}
		},
	}.run(ctx, a)
}

// answerKey returns the key that hides whose answer is whose, made on first use.
// It is kept apart from the store, so that neither tells anything without the
// other.
func answerKey(path string) ([]byte, error) {
	key, err := file.Read(path, 1<<10)
	if err == nil && len(key) == 32 {
		return key, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s has %d bytes, want 32; restore it from a backup", path, len(key))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := file.Create(path, key, 0o600); errors.Is(err, fs.ErrExist) {
		return answerKey(path) // another run was faster
	} else if err != nil {
		return nil, err
	}
	return key, nil
}
