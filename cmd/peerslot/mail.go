package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newMailCmd(a *app) *cobra.Command {
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
		Args: exactly(0, "takes no arguments; --read names a file"),
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

func (o mailOptions) run(ctx context.Context, a *app) error {
	if o.dryRun {
		return a.showWaiting(ctx)
	}
	w, err := a.openToChange(ctx, false)
	if err != nil {
		return err
	}
	defer w.close()
	if !w.Mail.Configured() {
		return noMail()
	}
	unlock, err := w.service.Store.Lock(ctx, patience)
	if err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	defer unlock()
	var done mailed
	if o.read != "" {
		err = a.takeMessage(ctx, w, o.read, &done)
	} else if err = a.fetchMail(ctx, w, &done); err == nil {
		err = a.sendMail(ctx, w, &done)
	}
	if err != nil {
		return err
	}
	return a.answerMail(w, done)
}

func noMail() error {
	return usagef("add a mail: section to the configuration; 'peerslot init' shows one", "no mail is configured")
}

// mailed is what a run did by mail.
type mailed struct {
	Sent    int
	Waiting int
	Read    int
	Replies int

	findings []scheduler.Finding
}

func (m *mailed) take(t mail.Taken) {
	m.Read += t.Read
	m.Replies += t.Replies
	m.findings = append(m.findings, t.Findings...)
}

type jsonMail struct {
	Sent      int                `json:"sent"`
	Waiting   int                `json:"waiting"`
	Read      int                `json:"read"`
	Replies   int                `json:"replies"`
	Attention []report.Attention `json:"attention"`
}

func (a *app) answerMail(w *workspace, m mailed) error {
	attention := []report.Attention{}
	for _, f := range m.findings {
		attention = append(attention, report.NewAttention(w.Workspace, f))
	}
	if a.json {
		if err := a.answer(jsonMail{m.Sent, m.Waiting, m.Read, m.Replies, attention}); err != nil {
			return err
		}
	} else {
		p := a.printer()
		p.Printf("%s sent, %s waiting; %s read, %s noted\n", report.Count(m.Sent, "message", "messages"), number(m.Waiting), report.Count(m.Read, "message", "messages"), report.Count(m.Replies, "reply", "replies"))
		p.Attention(attention)
	}
	if len(attention) > 0 {
		return &needsPerson{}
	}
	return nil
}

func number(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// showWaiting lists what waits to be sent.
func (a *app) showWaiting(ctx context.Context) error {
	w, err := a.openToRead(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if !w.Mail.Configured() {
		return noMail()
	}
	waiting, err := w.service.Store.Notices(ctx)
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(jsonMail{Waiting: len(waiting), Attention: []report.Attention{}})
	}
	var rows [][]string
	for _, n := range waiting {
		due := "now"
		if n.Due.After(w.service.Now()) {
			due = a.when(n.Due, w)
		}
		rows = append(rows, []string{w.Workspace.Name(n.To), n.Group, string(n.Kind), due, n.Fault})
	}
	a.printer().Table([]string{"TO", "GROUP", "WHAT", "DUE", "FAULT"}, rows)
	return nil
}

// takeMessage takes one message from a file.
func (a *app) takeMessage(ctx context.Context, w *workspace, path string, done *mailed) error {
	in := a.stdin
	if path != "-" {
		f, err := file.Open(path, 1<<30)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	taken, err := a.replies(w).Take(ctx, in, a.now())
	done.take(taken)
	return err
}

// fetchMail reads the mailbox of the replies, if there is one.
func (a *app) fetchMail(ctx context.Context, w *workspace, done *mailed) error {
	if w.Mail.Replies == nil {
		return nil
	}
	server := a.mailServer(w.Config)
	server.URL = w.Mail.Replies
	taken, err := (&mail.Inbox{Server: server, Replies: a.replies(w)}).Fetch(ctx)
	done.take(taken)
	a.mailed.Replies = done.Replies
	return err
}

func (a *app) replies(w *workspace) *mail.Replies {
	return &mail.Replies{Store: w.service.Store, Backend: w.service.Backend, Workspace: w.Workspace, Authserv: w.Mail.Authserv, Now: w.service.Now, Log: a.log()}
}

// sendMail sends what waits and is due.
func (a *app) sendMail(ctx context.Context, w *workspace, done *mailed) error {
	sent, err := a.outbox(w).Send(ctx)
	done.Sent, done.Waiting = sent.Sent, sent.Waiting
	a.mailed.Sent = done.Sent
	done.findings = append(done.findings, sent.Findings...)
	return err
}

func (a *app) outbox(w *workspace) *mail.Outbox {
	return &mail.Outbox{Store: w.service.Store, Server: a.mailServer(w.Config), From: w.Mail.From.Address, Rate: rate.Limit(w.Mail.Rate), Now: w.service.Now, Log: a.log()}
}

// ask writes to members who may answer what should follow, if mail is set up.
func (w *workspace) ask(ctx context.Context, asking []scheduler.Asking) error {
	letters, ok := w.service.Notifier.(*mail.Notifier)
	if !ok {
		return nil
	}
	here := *letters
	here.Store = w.service.Store
	return here.Ask(ctx, asking, w.service.Now())
}

// tell sends what the members are to hear of what was just done. What waits longer is
// told, and needs a person only if waiting does not help.
func (a *app) tell(ctx context.Context, w *workspace) error {
	if !w.Mail.Configured() {
		return nil
	}
	var done mailed
	err := a.sendMail(ctx, w, &done)
	if done.Sent > 0 {
		fmt.Fprintf(a.stderr, "%s sent\n", report.Count(done.Sent, "message", "messages"))
	}
	for _, f := range done.findings {
		at := report.NewAttention(w.Workspace, f)
		w.findings = append(w.findings, at)
		a.warn("%s", strings.TrimPrefix(at.Group+": "+at.What, ": "))
	}
	return err
}

// mailServer returns where mail goes out.
func (a *app) mailServer(c *config.Config) mail.Server {
	m := c.Mail
	s := mail.Server{URL: m.Server, Username: m.Username, Auth: m.Auth}
	if m.PasswordEnv != "" {
		s.Password = a.getenv(m.PasswordEnv)
	}
	switch {
	case len(m.TokenCommand) > 0:
		s.Token = func(ctx context.Context) (string, error) { return tokenOf(ctx, c.Dir, m.TokenCommand) }
	case m.OAuth.Provider != "":
		s.Token = func(ctx context.Context) (string, error) { return a.mailToken(ctx, c) }
	}
	return s
}

// tokenOf runs a command and returns the access token that it prints.
func tokenOf(ctx context.Context, dir string, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, os.Stderr, time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", fmt.Errorf("run %s: %w", words[0], err)
	}
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(out, most))
	if err = cmp.Or(err, cmd.Wait()); err != nil {
		return "", fmt.Errorf("run %s: %w", words[0], err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \r\n") {
		return "", fmt.Errorf("%s prints no access token", words[0])
	}
	return token, nil
}

// mailNotifier returns who writes to members; nil if nobody does. Its store and
// backend are for the caller to fill in.
func mailNotifier(c *config.Config) (*mail.Notifier, error) {
	m := c.Mail
	if !m.Configured() {
		return nil, nil
	}
	composer := &mail.Composer{From: m.From, Workspace: c.Workspace, URL: c.Web.URL}
	if m.Templates != "" {
		var err error
		if composer.Templates, err = mail.ParseTemplates(os.DirFS(inDir(c.Dir, m.Templates))); err != nil {
			return nil, withHint(err, "mend the template, or take out templates: in mail:")
		}
	}
	return &mail.Notifier{Composer: composer, Invite: m.Invite}, nil
}
