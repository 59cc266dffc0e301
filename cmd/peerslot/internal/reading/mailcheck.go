package reading

import (
	"context"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
)

// mailFindings says whether mail can be sent and read.
func mailFindings(ctx context.Context, a *console.App, w *workspace.Workspace) []finding {
	if !w.Mail.Configured() {
		return nil
	}
	server := account.MailServer(a, w.Config)
	out := []finding{mailFinding("mail: "+server.URL.String(), server.Check(ctx, string(w.Mail.From.Address)))}
	switch {
	case w.Mail.Replies != nil:
		server.URL = w.Mail.Replies
		out = append(out, mailFinding("replies: "+server.URL.String(), (&mail.Inbox{Server: server}).Check(ctx)))
	default:
		out = append(out, finding{"replies", true, "note: nobody reads the members' replies; replies: in mail: names the organizer's mailbox, or 'peerslot mail --read' takes single messages", ""})
	}
	return out
}

func mailFinding(what string, err error) finding {
	if err != nil {
		return finding{what, false, err.Error(), "look at mail: in the configuration: address, username, auth, and where the password or token comes from"}
	}
	return finding{what, true, "in order", ""}
}

// sendSample sends a sample invitation and its cancellation.
func sendSample(ctx context.Context, a *console.App, w *workspace.Workspace, to calendar.Address) finding {
	what := "sample to " + string(to)
	if !w.Mail.Configured() {
		return finding{what, false, "no mail is configured", "add a mail: section to the configuration"}
	}
	letters, err := workspace.MailNotifier(w.Config)
	if err != nil {
		return mailFinding(what, err)
	}
	messages, err := sample(letters.Composer, to, w.Service.Now())
	if err == nil {
		err = account.MailServer(a, w.Config).SendAll(ctx, string(w.Mail.From.Address), string(to), messages...)
	}
	return mailFinding(what, err)
}

// sample composes an invitation to one session next week, and takes it back.
func sample(c *mail.Composer, to calendar.Address, now time.Time) ([][]byte, error) {
	first := availability.DateOf(now).AddDays(7)
	invited := calendar.Series{
		UID: calendar.UID(fmt.Sprintf("sample%d", now.Unix())), Title: "A sample of peerslot", Organizer: c.From,
		Description: "This is a sample. Its cancellation follows at once.",
		Attendees:   []calendar.Attendee{{Address: to}},
		Slot:        availability.Slot{Day: first.Weekday(), Start: 12 * time.Hour, Length: 15 * time.Minute, Zone: c.Workspace.Zone},
		First:       first, Cadence: availability.Weekly, Count: 1, Updated: now.UTC().Truncate(time.Second),
	}
	off := invited
	off.Cancelled, off.Sequence = true, 1
	var messages [][]byte
	var root string
	for _, step := range []struct {
		kind          scheduler.NoticeKind
		before, after calendar.Series
	}{{scheduler.NoticeInvited, calendar.Series{}, invited}, {scheduler.NoticeCancelled, invited, off}} {
		n, err := c.Compose(scheduler.Notice{Kind: step.kind, To: to, UID: invited.UID, Sequence: step.after.Sequence, Made: now.UTC().Truncate(time.Second)}, step.before, step.after, root)
		if err != nil {
			return nil, err
		}
		if root == "" {
			root = n.ID
		}
		messages = append(messages, n.Message)
	}
	return messages, nil
}
