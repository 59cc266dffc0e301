package caldav

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
)

// A colleague is what was found of another person on the server.
type colleague struct {
	Found     time.Time
	Calendars []found // of theirs that may be seen in any way
}

// readable returns the calendars that may be read in full, and those that show but times.
func (c *colleague) readable() (full, times []found) {
	for _, f := range c.Calendars {
		switch {
		case !f.Events || f.Transparent:
		case f.Full:
			full = append(full, f)
		case f.Times:
			times = append(times, f)
		}
	}
	return full, times
}

// colleague looks for a person by their address. The error is for what concerns
// everybody; who is not found has no calendars.
func (b *Backend) colleague(ctx context.Context, a *account, who calendar.Address) (*colleague, error) {
	b.mu.Lock()
	c := b.people[who]
	b.mu.Unlock()
	if c != nil {
		if age := b.cfg.Now().Sub(c.Found); age >= 0 && age < foundFor {
			return c, nil
		}
	}
	c = &colleague{Found: b.cfg.Now()}
	list, err := b.lookFor(ctx, a, who)
	if err != nil {
		return nil, err
	}
	c.Calendars = list
	b.mu.Lock()
	defer b.mu.Unlock()
	b.people[who] = c
	return c, nil
}

// lookFor finds a person's calendars: those that are shared into the account's own
// home, or else their home, which is where the account's would be under their
// name. Searching for a principal by address is no way: two servers of six find
// nobody, and two find everybody if they do not know the property.
func (b *Backend) lookFor(ctx context.Context, a *account, who calendar.Address) ([]found, error) {
	principal, err := b.sibling(a, a.Principal, who)
	if err != nil || principal == nil {
		return nil, err
	}
	var shared []found
	for _, c := range a.Calendars {
		if u, err := url.Parse(c.Owner); err == nil && c.Owner != "" && c.Owner != a.Principal && strings.Trim(u.Path, "/") == strings.Trim(principal.Path, "/") {
			shared = append(shared, c)
		}
	}
	if len(shared) > 0 {
		return shared, nil
	}
	// Some servers show a colleague's home to nobody else, but a calendar in it that
	// is shared: it has the name of the account's own.
	places := map[string]string{}
	for _, home := range a.Homes {
		places[home] = "1"
	}
	for _, place := range append(slices.Clone(a.Homes), a.Booking) {
		list, err := b.theirs(ctx, a, place, cmp.Or(places[place], "0"), who)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 && !b.isOf(ctx, principal, who) {
			return nil, nil
		}
		if shared = append(shared, list...); len(shared) > 0 {
			break
		}
	}
	return shared, nil
}

// theirs lists the calendars where a resource of the account's would be if it were
// another's. What is not there, or not for this account, has none.
func (b *Backend) theirs(ctx context.Context, a *account, place, depth string, who calendar.Address) ([]found, error) {
	u, err := b.sibling(a, place, who)
	if err != nil || u == nil {
		return nil, err
	}
	list, err := b.calendars(ctx, u, depth)
	if err == nil || errors.Is(err, calendar.ErrSignIn) || ctx.Err() != nil {
		return list, err
	}
	if _, answered := errors.AsType[*dav.Error](err); !answered {
		return nil, err
	}
	return nil, nil
}

// sibling returns where a resource of the account's would be if it were another's:
// the part of the path that names the account is replaced by their address, or by
// what stands before the @ if the account is named so and they are of one domain.
// It is nil if that cannot be told.
func (b *Backend) sibling(a *account, resource string, who calendar.Address) (*url.URL, error) {
	u, err := b.parse(resource)
	if err != nil || resource == "" {
		return nil, err
	}
	parts := strings.Split(u.Path, "/")
	for _, self := range append(slices.Clone(a.Addresses), b.cfg.Organizer) {
		for i := len(parts) - 1; i >= 0; i-- {
			name := string(who)
			switch {
			case strings.EqualFold(parts[i], string(self)):
			case strings.EqualFold(parts[i], self.Local()) && self.Domain() == who.Domain():
				name = who.Local()
			default:
				continue
			}
			parts[i] = name
			u.Path, u.RawPath = strings.Join(parts, "/"), ""
			return u, nil
		}
	}
	return nil, nil
}

// isOf reports whether a principal may be a person's: it has their address, or the
// server does not tell its addresses.
func (b *Backend) isOf(ctx context.Context, principal *url.URL, who calendar.Address) bool {
	m, _, err := b.client.Propfind(ctx, principal, "0", "C:calendar-user-address-set")
	if err != nil || len(m.Items) == 0 {
		return true
	}
	addresses := addressesIn(m.Items[0].Property(dav.CalName("calendar-user-address-set")))
	return len(addresses) == 0 || slices.Contains(addresses, who)
}
