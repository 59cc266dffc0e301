package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// Check implements calendar.Checker: the sign-in, whose mailbox it reaches, and
// whether free/busy times can be read through it. All is tried that can be.
func (b *Backend) Check(ctx context.Context) []calendar.Finding {
	out := []calendar.Finding{{What: "sign-in", Err: b.checkSignIn(ctx)}}
	if out[0].Err != nil {
		return out
	}
	return append(out,
		calendar.Finding{What: "organizer's mailbox", Err: b.checkMailbox(ctx)},
		calendar.Finding{What: "series", Err: b.checkSeries(ctx)},
		calendar.Finding{What: "free/busy times", Err: b.checkFreeBusy(ctx)},
	)
}

func (b *Backend) checkSignIn(ctx context.Context) error {
	_, err := calls.Read(ctx, b.api.Line, "token", func(ctx context.Context) (struct{}, error) { return struct{}{}, b.tokens.Check(ctx) })
	return err
}

// checkMailbox finds out whether the calendar that series are booked on is the
// organizer's, and may be written.
func (b *Backend) checkMailbox(ctx context.Context) error {
	c, err := api.Read[struct {
		CanEdit *bool         `json:"canEdit"`
		Owner   *emailAddress `json:"owner"`
	}](ctx, b.api, api.Call{
		Name: "calendar.get", Method: http.MethodGet, Want: http.StatusOK, Path: b.api.Path(url.Values{"$select": {"id,canEdit,owner"}}, "calendar"),
	})
	switch {
	case err != nil && !calendar.ConcernsAll(ctx, err) && b.checkSeries(ctx) == nil:
		return nil // whatever is wrong with that call, the organizer's events can be read
	case api.Answered(err, http.StatusNotFound):
		return fmt.Errorf("%w (%w)", b.notOrganizer("reaches no mailbox of that address: it may be another person's, on premises, or without a licence"), err)
	case api.Answered(err, http.StatusForbidden) && !b.cfg.asApplication():
		return fmt.Errorf("%w (%w)", b.notOrganizer("may not use that mailbox"), err)
	case err != nil:
		return err
	case c.Owner != nil && c.Owner.Address != "" && !strings.EqualFold(c.Owner.Address, string(b.cfg.Organizer)):
		return b.notOrganizer("reaches the calendar of " + c.Owner.Address)
	case c.CanEdit != nil && !*c.CanEdit:
		return b.notOrganizer("may not write to that calendar")
	}
	return nil
}

func (b *Backend) notOrganizer(what string) error {
	e := &oauth.Error{Service: "microsoft", Reason: fmt.Sprintf("organizer %s: the sign-in %s", b.cfg.Organizer, what)}
	e.Advice, e.Again = "sign in as the organizer, or name the signed-in account as organizer", true
	if b.cfg.asApplication() {
		e.Advice, e.Again = "name the mailbox's own address as organizer, and include it in the application's scope", false
	}
	return e
}

// checkSeries looks for a series that is not there, as every booking does first.
func (b *Backend) checkSeries(ctx context.Context) error {
	if _, err := b.find(ctx, "check"); err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return err
	}
	return nil
}

func (b *Backend) checkFreeBusy(ctx context.Context) error {
	now := b.cfg.Now()
	parts, err := b.schedules(ctx, []calendar.Address{b.cfg.Organizer}, availability.Interval{Start: now, End: now.Add(24 * time.Hour)})
	if err != nil {
		return err
	}
	for _, p := range parts[b.cfg.Organizer] {
		if p.reason != "" {
			return errors.New(p.reason)
		}
	}
	return nil
}
