package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gcal "google.golang.org/api/calendar/v3"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

// home returns the id of the calendar that series are on: the organizer's own, by
// address, so that nothing is ever written to or read off somebody else's, whoever
// is signed in.
func (b *Backend) home() string {
	if b.cfg.Organizer == "" {
		return primary
	}
	return string(b.cfg.Organizer)
}

// owned reports, as an error, that the account does not own the calendar that
// series are on. Before that is certain nothing is written, and nothing that
// cannot be seen is taken for gone. It makes a call unless an answer has shown it.
func (b *Backend) owned(ctx context.Context) error {
	b.mu.Lock()
	known := b.isOwner
	b.mu.Unlock()
	if known {
		return nil
	}
	role, _, err := b.glance(ctx, b.home())
	switch {
	case hidden(err) || err == nil && role != "owner":
		return b.stranger(ctx)
	case err != nil:
		return fmt.Errorf("look whose calendar it is: %w", err)
	}
	b.confirm()
	return nil
}

// ifOwned returns err, with which a list of the organizer's calendar ended, unless the
// account does not own that: then it returns this instead.
func (b *Backend) ifOwned(ctx context.Context, err error) error {
	if err != nil && !hidden(err) {
		return err
	}
	return cmp.Or(b.owned(ctx), err)
}

// hidden reports whether err says that the account may not see, or not change, what
// it asked for, or that this is not there: Google often does not tell which.
func hidden(err error) bool {
	if e, ok := errors.AsType[*apiError](err); ok && e.page {
		return false
	}
	return answered(err, http.StatusNotFound, http.StatusForbidden) && !errors.Is(err, calendar.ErrSignIn) && !errors.Is(err, calendar.ErrQuota)
}

// saw notes the role in which a list of the organizer's calendar was answered.
func (b *Backend) saw(page *gcal.Events) {
	if page.AccessRole == "owner" {
		b.confirm()
	}
}

func (b *Backend) confirm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.isOwner = true
}

// glance returns what may be done on a calendar, and its title.
func (b *Backend) glance(ctx context.Context, id string) (role, title string, err error) {
	rq := api.Events(id, "list")
	rq.Query.Set("maxResults", "1")
	rq.Query.Set("fields", "kind,accessRole,summary")
	page, err := api.Read[gcal.Events](ctx, b.api, rq)
	if err != nil {
		return "", "", err
	}
	return page.AccessRole, page.Summary, nil
}

// stranger says that somebody else than the organizer is signed in, and who, if
// that can be seen: the title of one's own calendar is one's address, unless one
// has given it another.
func (b *Backend) stranger(ctx context.Context) error {
	if err := b.checkScopes(ctx); err != nil {
		return err // even one's own calendar looks like another's then
	}
	who := "the signed-in account"
	if _, title, err := b.glance(ctx, primary); err == nil {
		if a, err := calendar.ParseAddress(title); err == nil && a != b.cfg.Organizer {
			who = string(a)
		}
	}
	e := service(b.cfg).SignedOut(fmt.Sprintf("%s is not the organizer %s, and does not own that calendar", who, b.home()))
	e.Advice = "sign in as the organizer, or name the signed-in account as organizer"
	if b.creds.account != nil {
		e.Again = false
		e.Reason = fmt.Sprintf("the service account acts for %s, who is not the organizer %s", orNobody(b.cfg.Subject), b.home())
		e.Advice = "set calendar.google.subject to the organizer's address"
	}
	return e
}

func orNobody(subject string) string {
	if strings.TrimSpace(subject) == "" {
		return "nobody"
	}
	return subject
}
