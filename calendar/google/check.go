package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// Check implements calendar.Checker: the sign-in, its permissions, whether it may
// invite, and whether the organizer's calendar can be read. It ends early when the
// rest could not work.
func (b *Backend) Check(ctx context.Context) []calendar.Finding {
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"sign-in", b.checkSignIn},
		{"permissions", func(context.Context) error { return b.checkScopes() }},
		{"invitations", func(context.Context) error { return b.checkInvites() }},
		{"organizer's calendar", b.checkOrganizer},
		{"free/busy times", b.checkFreeBusy},
	}
	var out []calendar.Finding
	for i, s := range steps {
		f := calendar.Finding{What: s.what, Err: s.do(ctx)}
		out = append(out, f)
		if i == 0 && f.Err != nil {
			break
		}
	}
	return out
}

func (b *Backend) checkSignIn(ctx context.Context) error {
	_, err := read(ctx, b, "token", func(ctx context.Context) (string, error) { return b.tokens.Token(ctx, "") })
	return err
}

func (b *Backend) checkScopes() error {
	if scopes := b.tokens.Scope(); scopes != "" {
		if e := granted(scopes); e != nil {
			return e
		}
	}
	return nil
}

func (b *Backend) checkInvites() error {
	if !b.creds.canInvite() {
		return errCannotInvite
	}
	return nil
}

// checkOrganizer reads one event of the calendar that series are booked on, which
// must be the organizer's own.
func (b *Backend) checkOrganizer(ctx context.Context) error {
	id := primary
	if b.cfg.Organizer != "" {
		id = string(b.cfg.Organizer)
	}
	page, err := read(ctx, b, "events.list", func(ctx context.Context) (*gcal.Events, error) {
		return b.svc.Events.List(id).MaxResults(1).Fields("accessRole").Context(ctx).Do()
	})
	if answered(err, http.StatusNotFound, http.StatusForbidden) || err == nil && page.AccessRole != "owner" {
		return &oauth.Error{
			Service: "google", Reason: fmt.Sprintf("the signed-in account is not the organizer %s", id),
			Advice: "sign in as the organizer, or name the signed-in account as organizer", Again: true,
		}
	}
	return err
}

func (b *Backend) checkFreeBusy(ctx context.Context) error {
	id := calendar.Address(primary)
	if b.cfg.Organizer != "" {
		id = b.cfg.Organizer
	}
	now := time.Now()
	busy, err := b.busy(ctx, []calendar.Address{id}, availability.Interval{Start: now, End: now.Add(time.Hour)})
	if err == nil && !busy[id].Readable() {
		return errors.New(busy[id].Reason)
	}
	return err
}
