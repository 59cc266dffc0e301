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
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
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
	if what := b.gives(ctx, a); what != "" {
		out = append(out, calendar.Finding{What: what})
	}
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
	invites, busy := "it invites nobody", "answers no free/busy"
	if a.Schedules && a.Server != davical {
		invites = "it invites by itself"
	}
	if a.Outbox != "" {
		busy = "answers free/busy"
	}
	return fmt.Sprintf("%s: %s, and %s", name, invites, busy)
}

// checkAddress reports an organizer for whom the server tells nobody: it stores
// such a series, and no more.
func (b *Backend) checkAddress(a *account) error {
	if len(a.Addresses) == 0 || slices.Contains(a.Addresses, b.cfg.Organizer) {
		return nil
	}
	return &configError{
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

// gives says what the calendar for series has that makes nights cheap and
// writes safe; "" if it could not be asked.
func (b *Backend) gives(ctx context.Context, a *account) string {
	u, err := b.bookingURL(ctx)
	if err != nil {
		return ""
	}
	m, _, err := b.client.Propfind(ctx, u, "1", "D:getetag", "D:resourcetype", "D:sync-token")
	if err != nil {
		return ""
	}
	changes, writes := "no sync tokens, so that it is listed whole", "conditional writes if its events have strong ETags; it holds none yet"
	for _, item := range m.Items {
		if strings.Trim(item.URL.Path, "/") == strings.Trim(u.Path, "/") {
			if item.Property(dav.Name("sync-token")) != nil && a.syncs() {
				changes = "sync tokens"
			}
			continue
		}
		if tag := item.Property(dav.Name("getetag")); !item.Property(dav.Name("resourcetype")).Has(dav.Name("collection")) {
			writes = "conditional writes"
			if tag == nil || !strong(tag.Text) {
				writes = "no conditional writes (weak ETags, or none): what a write did is read again"
			}
		}
	}
	return "calendar for series: " + changes + "; " + writes
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
