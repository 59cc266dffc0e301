package workspace

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/undelivered"
)

// NoMail is the error of a command that needs mail where none is configured.
func NoMail() error {
	return console.Usagef("add a mail: section to the configuration; 'peerslot init' shows one", "no mail is configured")
}

// FetchMail reads the mailbox of the replies, if there is one.
func (w *Workspace) FetchMail(ctx context.Context, done *console.Mailed) error {
	if w.Mail.Replies == nil {
		return nil
	}
	server := account.MailServer(w.App, w.Config)
	server.URL = w.Mail.Replies
	taken, err := (&mail.Inbox{Server: server, Replies: w.Replies()}).Fetch(ctx)
	done.Take(taken)
	w.App.Mailed.Replies = done.Replies
	return err
}

// Replies returns who takes note of what members answered by mail.
func (w *Workspace) Replies() *mail.Replies {
	return &mail.Replies{Store: w.Service.Store, Backend: w.Service.Backend, Workspace: w.Workspace, Authserv: w.Mail.Authserv, Now: w.Service.Now, Log: w.App.Log()}
}

// SendMail sends what waits and is due.
func (w *Workspace) SendMail(ctx context.Context, done *console.Mailed) error {
	sent, err := w.Outbox().Send(ctx)
	done.Sent, done.Waiting = sent.Sent, sent.Waiting
	w.App.Mailed.Sent = done.Sent
	done.Findings = append(done.Findings, sent.Findings...)
	return err
}

// Outbox returns who sends the mail that waits.
func (w *Workspace) Outbox() *mail.Outbox {
	return &mail.Outbox{Store: w.Service.Store, Server: account.MailServer(w.App, w.Config), From: w.Mail.From.Address, Rate: rate.Limit(w.Mail.Rate), Now: w.Service.Now, Log: w.App.Log()}
}

// Ask writes to members who may answer what should follow, if mail is set up.
func (w *Workspace) Ask(ctx context.Context, asking []scheduler.Asking) error {
	letters, ok := w.Service.Notifier.(*mail.Notifier)
	if !ok {
		return nil
	}
	here := *letters
	here.Store = w.Service.Store
	return here.Ask(ctx, asking, w.Service.Now())
}

// Tell sends what the members are to hear of what was just done. What waits longer is
// told, and needs a person only if waiting does not help.
func (w *Workspace) Tell(ctx context.Context) error {
	if !w.Mail.Configured() {
		return nil
	}
	var done console.Mailed
	err := w.SendMail(ctx, &done)
	if done.Sent > 0 && !w.App.Quiet {
		fmt.Fprintf(w.App.Stderr, "%s sent\n", report.Count(done.Sent, "message", "messages"))
	}
	for _, f := range done.Findings {
		at := w.Attention(f)
		w.Findings = append(w.Findings, at)
		w.App.Warn("%s", strings.TrimPrefix(at.Group+": "+at.What, ": "))
	}
	return err
}

// MailNotifier returns who writes to members; nil if nobody does. Its store and
// backend are for the caller to fill in.
func MailNotifier(c *config.Config) (*mail.Notifier, error) {
	m := c.Mail
	if !m.Configured() {
		return nil, nil
	}
	composer := &mail.Composer{From: m.From, Workspace: c.Workspace, URL: c.Web.URL}
	if m.Templates != "" {
		var err error
		if composer.Templates, err = mail.ParseTemplates(os.DirFS(c.Path(m.Templates))); err != nil {
			return nil, console.WithHint(err, "mend the template, or take out templates: in mail:")
		}
	}
	return &mail.Notifier{Composer: composer, Invite: m.Invite}, nil
}

// Unsent returns what is to be said of mail that did not go out: how much waits, and
// whom nothing reaches.
func (w *Workspace) Unsent(ctx context.Context) (waiting int, findings []scheduler.Finding, err error) {
	if !w.Mail.Configured() {
		return 0, nil, nil
	}
	if waiting, err = w.Service.Store.Unsent(ctx); err == nil {
		findings, err = undelivered.Findings(ctx, w.Service.Store)
	}
	return waiting, findings, err
}
