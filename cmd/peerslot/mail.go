package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newMailCmd(a *console.App) *cobra.Command {
	var o mailOptions
	cmd := &cobra.Command{
		Use:   "mail",
		Short: "Send the mail that waits, and read the replies that came",
		Long: `Sends what members are to hear of changes, and takes note of what they answered. repair
and review do both by themselves; in between, run this as often as you like.

The mailbox is only read: no message in it is changed, marked or removed. With --read
one message is taken from a file or, for procmail and Sieve, from standard input.

Exit status 3 if something needs a person.`,
		Example: `  peerslot mail                     # send and read
  peerslot mail --dry-run           # what waits, and for whom
  peerslot mail --read -            # take one message from standard input`,
		Args: console.Exactly(0, "takes no arguments; --read names a file"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "show what waits, and send and read nothing")
	cmd.Flags().StringVar(&o.read, "read", "", "take the message in `FILE`, or '-' for standard input, and send nothing")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "read")
	return cmd
}

type mailOptions struct {
	dryRun bool
	read   string
}

func (o mailOptions) run(ctx context.Context, a *console.App) error {
	if o.dryRun {
		return showWaiting(ctx, a)
	}
	w, err := workspace.OpenToChange(ctx, a, false)
	if err != nil {
		return err
	}
	defer w.Close()
	if !w.Mail.Configured() {
		return workspace.NoMail()
	}
	unlock, err := w.Service.Store.Lock(ctx, changing.Patience)
	if err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	defer unlock()
	var done console.Mailed
	if o.read != "" {
		err = takeMessage(ctx, a, w, o.read, &done)
	} else if err = w.FetchMail(ctx, &done); err == nil {
		err = w.SendMail(ctx, &done)
	}
	if err != nil {
		return err
	}
	return answerMail(a, w, done)
}

type jsonMail struct {
	Sent      int                `json:"sent"`
	Waiting   int                `json:"waiting"`
	Read      int                `json:"read"`
	Replies   int                `json:"replies"`
	Attention []report.Attention `json:"attention"`
}

func answerMail(a *console.App, w *workspace.Workspace, m console.Mailed) error {
	attention := w.Attentions(m.Findings)
	if a.Json {
		if err := a.Answer(jsonMail{m.Sent, m.Waiting, m.Read, m.Replies, attention}); err != nil {
			return err
		}
	} else {
		p := a.Printer()
		p.Printf("%s sent, %s waiting; %s read, %s noted\n", report.Count(m.Sent, "message", "messages"), number(m.Waiting), report.Count(m.Read, "message", "messages"), report.Count(m.Replies, "reply", "replies"))
		p.Attention(attention)
	}
	return console.PersonIf(len(attention) > 0)
}

func number(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// showWaiting lists what waits to be sent.
func showWaiting(ctx context.Context, a *console.App) error {
	w, err := workspace.OpenToRead(ctx, a)
	if err != nil {
		return err
	}
	defer w.Close()
	if !w.Mail.Configured() {
		return workspace.NoMail()
	}
	waiting, err := w.Service.Store.Notices(ctx)
	if err != nil {
		return err
	}
	if a.Json {
		return a.Answer(jsonMail{Waiting: len(waiting), Attention: []report.Attention{}})
	}
	var rows [][]string
	for _, n := range waiting {
		due := "now"
		if n.Due.After(w.Service.Now()) {
			due = w.When(n.Due)
		}
		rows = append(rows, []string{w.Workspace.Name(n.To), n.Group, string(n.Kind), due, n.Fault})
	}
	a.Printer().Table([]string{"TO", "GROUP", "WHAT", "DUE", "FAULT"}, rows)
	return nil
}

// takeMessage takes one message from a file.
func takeMessage(ctx context.Context, a *console.App, w *workspace.Workspace, path string, done *console.Mailed) error {
	in := a.Stdin
	if path != "-" {
		f, err := file.Open(path, 1<<30)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	taken, err := w.Replies().Take(ctx, in, a.Now())
	done.Take(taken)
	return err
}
