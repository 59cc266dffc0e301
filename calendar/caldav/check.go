package caldav

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Check implements calendar.Checker: the sign-in, what the server is and can do,
// whose account it is, and where series would live. It looks for all of that anew.
func (b *Backend) Check(ctx context.Context) []calendar.Finding {
	b.forget()
	a, err := b.find(ctx)
	out := []calendar.Finding{{What: "account", Err: err}}
	if err != nil {
		return out
	}
	out = append(out,
		calendar.Finding{What: "server is " + a.String()},
		calendar.Finding{What: "address", Err: b.checkAddress(a)},
		calendar.Finding{What: "calendar for series", Err: b.checkBooking(ctx, a)},
	)
	if note := limits[a.Server]; note != "" {
		out = append(out, calendar.Finding{What: "known limits: " + note})
	}
	if a.Outbox != "" {
		out = append(out, calendar.Finding{What: "free/busy times", Err: b.checkOutbox(ctx, a)})
	}
	return out
}

// String says what the server is and can do.
func (a *account) String() string {
	name := cmp.Or(string(a.Server), a.Product, "of no known kind")
	yes := func(can bool, what string) string {
		if can {
			return what
		}
		return "does not (" + what + ")"
	}
	var can []string
	if a.Schedules && a.Server != davical {
		can = append(can, "it invites by itself")
	} else {
		can = append(can, "it invites nobody")
	}
	can = append(can, yes(a.Outbox != "", "answers free/busy"))
	return name + ": " + strings.Join(can, ", ")
}

// checkAddress reports an organizer for whom the server tells nobody: it stores
// such a series, and no more.
func (b *Backend) checkAddress(a *account) error {
	if len(a.Addresses) == 0 || slices.Contains(a.Addresses, b.cfg.Organizer) {
		return nil
	}
	return &ConfigError{
		fmt.Sprintf("the organizer %s is none of the account's addresses: %s", b.cfg.Organizer, joined(a.Addresses)),
		"name one of these as organizer, or sign in as the organizer",
	}
}

func joined(list []calendar.Address) string {
	var words []string
	for _, a := range list {
		words = append(words, string(a))
	}
	return strings.Join(words, ", ")
}

func (b *Backend) checkBooking(ctx context.Context, a *account) error {
	u, err := b.bookingURL(ctx)
	if err != nil {
		return err
	}
	m, _, err := b.client.Propfind(ctx, u, "0", "D:getetag")
	if err == nil && len(m.Items) == 0 {
		err = errors.New("the server says nothing of it")
	}
	if err != nil {
		return fmt.Errorf("the calendar %q: %w", path.Base(u.Path), err)
	}
	return nil
}

func (b *Backend) checkOutbox(ctx context.Context, a *account) error {
	me, now := b.organizer(a), b.cfg.Now()
	answers, err := b.ask(ctx, a, []calendar.Address{me}, availability.Interval{Start: now, End: now.Add(time.Hour)})
	if err != nil {
		return err
	}
	if reason := answers[me].reason; reason != "" {
		return errors.New(reason)
	}
	return nil
}
