package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

func newAnswerCmd(a *app) *cobra.Command {
	var as string
	var flags changeFlags
	cmd := &cobra.Command{
		Use:   "answer GROUP (keep | rarer | oftener | stop) --as ADDRESS",
		Short: "Record a member's answer to the review",
		Long: `Keeps what a member would like to follow the series. A second answer of the same member
replaces the first. Answers are used and shown only from three on, with the decision,
and are deleted with it; only the tallies stay.

In the store and its backups stands a keyed hash of member and answer, without time or
order: neither can be read from it. The key lies elsewhere, in the file that answer_key
names (default .peerslot/answer.key, made on first use) or in the environment variable
that answer_key_env names; keep it out of the backups of the store. Who runs the machine
has both, and could find out by trying until the decision is made.`,
		Example: `  peerslot answer first-circle rarer --as ana@acme.example`,
		Args:    exactly(2, "name the group and the answer"),
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
			return who, review.MayAnswer(ctx, w.service, group, who)
		},
		show: func(w *workspace, p report.Printer, who calendar.Address) {
			p.Printf("%s about %s: %s\n", w.Workspace.Name(who), group, given)
		},
		question: func(calendar.Address) string { return "Record this answer?" },
		apply: func(ctx context.Context, w *workspace, who *calendar.Address) error {
			return review.Answer(ctx, w.service, group, *who, given)
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

// keyLength is the fewest bytes that a key must have: a shorter one could be guessed.
const keyLength = 16

// answerKey returns the key that hides whose answer is whose. create makes the file
// if there is none.
func (a *app) answerKey(c *config.Config, create bool) ([]byte, error) {
	if c.AnswerKeyEnv == "" {
		path := inDir(c.Dir, c.AnswerKey)
		key, err := keyFile(path)
		if create && errors.Is(err, fs.ErrNotExist) {
			return newKeyFile(path)
		}
		return key, err
	}
	key := a.getenv(c.AnswerKeyEnv)
	if len(key) < keyLength {
		return nil, withHint(fmt.Errorf("the environment variable %s has %d bytes, want %d or more", c.AnswerKeyEnv, len(key), keyLength),
			"set it to the same random text in every run, such as the output of 'openssl rand -base64 32'")
	}
	return []byte(key), nil
}

// keyFile returns the key in the file. It is kept apart from the store, so that
// neither tells anything without the other.
func keyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, withHint(fmt.Errorf("%s can be read by others (mode %04o)", path, info.Mode().Perm()), "chmod 600 "+path)
	}
	key, err := file.Read(path, 1<<10)
	if err == nil && len(key) < keyLength {
		err = fmt.Errorf("%s has %d bytes, want %d or more; restore it from a backup", path, len(key), keyLength)
	}
	return key, err
}

func newKeyFile(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := file.Create(path, key, 0o600); errors.Is(err, fs.ErrExist) {
		return keyFile(path) // another run was faster
	} else if err != nil {
		return nil, err
	}
	return key, nil
}
