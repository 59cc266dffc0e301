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

func NoMail() error {
	return console.Usagef("add a mail: section to the configuration; 'peerslot init' shows one", "no mail is configured")
}

// FetchMail reads the mailbox of the replies, if there is one.
func FetchMail(ctx context.Context, a *console.App, w *Workspace, done *console.Mailed) error {
	if w.Mail.Replies == nil {
		return nil
	}
	server := account.MailServer(a, w.Config)
	server.URL = w.Mail.Replies
	taken, err := (&mail.Inbox{Server: server, Replies: Replies(a, w)}).Fetch(ctx)
	done.Take(taken)
	a.Mailed.Replies = done.Replies
	return err
}

func Replies(a *console.App, w *Workspace) *mail.Replies {
	return &mail.Replies{Store: w.Service.Store, Backend: w.Service.Backend, Workspace: w.Workspace, Authserv: w.Mail.Authserv, Now: w.Service.Now, Log: a.Log()}
}

// SendMail sends what waits and is due.
func SendMail(ctx context.Context, a *console.App, w *Workspace, done *console.Mailed) error {
	sent, err := Outbox(a, w).Send(ctx)
	done.Sent, done.Waiting = sent.Sent, sent.Waiting
	a.Mailed.Sent = done.Sent
	done.Findings = append(done.Findings, sent.Findings...)
	return err
}

func Outbox(a *console.App, w *Workspace) *mail.Outbox {
	return &mail.Outbox{Store: w.Service.Store, Server: account.MailServer(a, w.Config), From: w.Mail.From.Address, Rate: rate.Limit(w.Mail.Rate), Now: w.Service.Now, Log: a.Log()}
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
func Tell(ctx context.Context, a *console.App, w *Workspace) error {
	if !w.Mail.Configured() {
		return nil
	}
	var done console.Mailed
	err := SendMail(ctx, a, w, &done)
	if done.Sent > 0 && !a.Quiet {
		fmt.Fprintf(a.Stderr, "%s sent\n", report.Count(done.Sent, "message", "messages"))
	}
	for _, f := range done.Findings {
		at := w.Attention(f)
		w.Findings = append(w.Findings, at)
		a.Warn("%s", strings.TrimPrefix(at.Group+": "+at.What, ": "))
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
	list, err := w.Service.Store.Notices(ctx)
	if err != nil {
		return 0, nil, err
	}
	findings, err = undelivered.Findings(ctx, w.Service.Store)
	return len(list), findings, err
}
