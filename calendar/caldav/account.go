package caldav

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
)

// foundFor is how long what was found of a server is relied on.
const foundFor = 7 * 24 * time.Hour

// An account is what was found of a server and of who is signed in. It is kept, so
// that a night does not look for it again.
type account struct {
	Found     time.Time
	Server    server
	Product   string // as the server names itself
	Principal string
	Homes     []string // that hold calendars
	Outbox    string   // where free/busy times are asked for; "" if nowhere
	Schedules bool     // the server tells attendees of what is put on a calendar
	Addresses []calendar.Address
	Calendars []found
	Booking   string // the calendar where series live; "" if there is none
}

// A found is a calendar.
type found struct {
	URL, Name, Owner string
	Events           bool // it may hold events
	Writable         bool
	Full             bool // what stands in it is shown as it is
	Times            bool // it is shown, but times only
	Transparent      bool // it does not count as busy
}

// A configError is for settings with which the server can never work.
type configError struct{ What, Next string }

func (e *configError) Error() string { return "caldav: " + e.What }

// Hint says what to do about it.
func (e *configError) Hint() string { return e.Next }

// find returns the account, and looks for it if that was not done lately.
func (b *Backend) find(ctx context.Context) (*account, error) {
	b.mu.Lock()
	a := b.account
	b.mu.Unlock()
	if a != nil {
		return a, nil
	}
	a, err := b.discover(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for the account on the CalDAV server: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.account = a
	b.keep()
	return a, nil
}

// forget has the account looked for anew: something is not where it was.
func (b *Backend) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.account, b.people = nil, map[calendar.Address]*colleague{}
}

// A memory is what is kept of an account and its colleagues.
type memory struct {
	Account *account
	People  map[calendar.Address]*colleague
}

func (b *Backend) memoryName() string {
	return keyOf("account", b.client.Root().String(), b.cfg.Username, b.cfg.Calendar)
}

// recall returns the account as it was kept, or nil. It also recalls colleagues.
func (b *Backend) recall() *account {
	var m memory
	if text, ok := b.copies.read(b.memoryName()); !ok || json.Unmarshal(text, &m) != nil || m.Account == nil {
		return nil
	}
	if age := b.cfg.Now().Sub(m.Account.Found); age < 0 || age > foundFor || b.check(m.Account) != nil {
		return nil
	}
	if m.People != nil {
		b.people = m.People
	}
	return m.Account
}

// keep writes what was found. b.mu is held.
func (b *Backend) keep() {
	text, err := json.Marshal(memory{b.account, b.people})
	if err == nil {
		b.copies.write(b.memoryName(), text)
	}
}

// discover finds the account by RFC 6764, section 6, and RFC 4791, section 6.2.1.
func (b *Backend) discover(ctx context.Context) (*account, error) {
	a := &account{Found: b.cfg.Now()}
	principal, err := b.principal(ctx, a)
	if err != nil {
		return nil, err
	}
	if principal != nil {
		if err := b.homes(ctx, a, principal); err != nil {
			return nil, err
		}
	}
	if err := b.abilities(ctx, a); err != nil {
		return nil, err
	}
	a.Booking, err = b.booking(ctx, a)
	return a, err
}

// principal finds who is signed in: by the well-known address or, if an address
// within the server is given, there first. It is nil if that is a calendar alone,
// which is then all that there is.
func (b *Backend) principal(ctx context.Context, a *account) (*url.URL, error) {
	root := b.client.Root()
	wellKnown, err := root.Parse("/.well-known/caldav")
	if err != nil {
		return nil, err
	}
	starts := []*url.URL{wellKnown, root}
	if strings.Trim(root.Path, "/") != "" {
		starts = []*url.URL{root, wellKnown}
	}
	var faults []error
	for _, start := range starts {
		// No more than that: Cyrus breaks off when the folder of all homes is asked for rights.
		m, resp, err := b.client.Propfind(ctx, start, "0", "D:current-user-principal", "D:resourcetype")
		dial, ok := errors.AsType[*net.OpError](err)
		if err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn) || ok && dial.Op == "dial") {
			return nil, err // at another address of the same host it would be the same
		}
		if err != nil || len(m.Items) == 0 {
			faults = append(faults, err)
			continue
		}
		a.see(resp)
		item := m.Items[0]
		if _, ok := calendarIn(item); ok && start == root {
			a.Calendars, err = b.calendars(ctx, root, "0")
			return nil, err
		}
		who := item.Property(dav.Name("current-user-principal"))
		if who.Has(dav.Name("unauthenticated")) {
			return nil, fmt.Errorf("%w: the server takes this account for nobody", calendar.ErrSignIn)
		}
		for _, href := range who.Hrefs() {
			return b.client.Resolve(resp.URL, href)
		}
		faults = append(faults, errors.New("the server does not say who is signed in"))
	}
	return nil, fmt.Errorf("no CalDAV account is found at the address that is given: %w", errors.Join(faults...))
}

// homes finds what the principal has.
func (b *Backend) homes(ctx context.Context, a *account, principal *url.URL) error {
	m, resp, err := b.client.Propfind(ctx, principal, "0", "C:calendar-home-set", "C:schedule-outbox-URL", "C:schedule-inbox-URL", "C:calendar-user-address-set")
	if err != nil {
		return err
	}
	if len(m.Items) == 0 {
		return errors.New("the server says nothing of the account")
	}
	a.see(resp)
	a.Principal = principal.String()
	item := m.Items[0]
	a.Addresses = addressesIn(item.Property(dav.CalName("calendar-user-address-set")))
	if a.Outbox, err = b.first(resp.URL, item.Property(dav.CalName("schedule-outbox-URL"))); err != nil {
		return err
	}
	for _, href := range item.Property(dav.CalName("calendar-home-set")).Hrefs() {
		home, err := b.client.Resolve(resp.URL, href)
		if err != nil {
			return err
		}
		a.Homes = append(a.Homes, home.String())
		list, err := b.calendars(ctx, home, "1")
		if err != nil {
			return err
		}
		a.Calendars = append(a.Calendars, list...)
	}
	if len(a.Homes) == 0 {
		return errors.New("the account has no calendars")
	}
	inbox, err := b.first(resp.URL, item.Property(dav.CalName("schedule-inbox-URL")))
	if err == nil && inbox != "" && a.Outbox != "" {
		a.Booking = b.scheduleDefault(ctx, inbox)
	}
	return err
}

// first returns the first href of a property, "" if there is none.
func (b *Backend) first(base *url.URL, n *dav.Node) (string, error) {
	list := n.Hrefs()
	if len(list) == 0 {
		return "", nil
	}
	u, err := b.client.Resolve(base, list[0])
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// scheduleDefault returns the calendar that the server puts invitations on (RFC
// 6638, section 9.2), "" if it does not say.
func (b *Backend) scheduleDefault(ctx context.Context, inbox string) string {
	u, err := b.parse(inbox)
	if err != nil {
		return ""
	}
	m, resp, err := b.client.Propfind(ctx, u, "0", "C:schedule-default-calendar-URL")
	if err != nil || len(m.Items) == 0 {
		return ""
	}
	to, _ := b.first(resp.URL, m.Items[0].Property(dav.CalName("schedule-default-calendar-URL")))
	return to
}

// abilities asks what the server can do. Cyrus tells that in answers to OPTIONS
// alone.
func (b *Backend) abilities(ctx context.Context, a *account) error {
	at := b.client.Root()
	if len(a.Homes) > 0 {
		home, err := b.parse(a.Homes[0])
		if err != nil {
			return err
		}
		at = home
	}
	resp, err := b.client.Read(ctx, dav.Request{Method: "OPTIONS", URL: at})
	if err != nil {
		return err
	}
	a.see(resp)
	a.Schedules = a.Outbox != "" && slices.Contains(tokensOf(resp.Header), "calendar-auto-schedule")
	return b.check(a)
}

// check reports settings that this server cannot do.
func (b *Backend) check(a *account) error {
	if b.cfg.InviteByMail && a.Server == sogo {
		return &configError{"SOGo tells the attendees whatever a series says, so that 'invite: mail' would tell them twice", "set 'invite: server', or leave it out"}
	}
	return nil
}

// see takes in what an answer says of the server.
func (a *account) see(resp *dav.Response) {
	if kind := serverOf(resp.URL, resp.Header, tokensOf(resp.Header)); kind != "" {
		a.Server = kind
	}
	if product := resp.Header.Get("Server"); product != "" && a.Product == "" {
		a.Product, _, _ = strings.Cut(product, " ")
	}
}

var calendarProps = []string{"D:resourcetype", "D:displayname", "D:current-user-privilege-set", "C:supported-calendar-component-set", "C:schedule-calendar-transp"}

// calendars lists the calendars in a home or, with depth "0", reads one.
func (b *Backend) calendars(ctx context.Context, home *url.URL, depth string) ([]found, error) {
	m, resp, err := b.client.Propfind(ctx, home, depth, append([]string{"D:owner"}, calendarProps...)...)
	if err != nil {
		return nil, err
	}
	if !samePlace(home, resp.URL) {
		return nil, &dav.Error{Method: "PROPFIND", Status: http.StatusForbidden, Cond: "the server leads elsewhere"}
	}
	var list []found
	for _, item := range m.Items {
		c, ok := calendarIn(item)
		if !ok {
			continue
		}
		if c.Owner, err = b.first(resp.URL, item.Property(dav.Name("owner"))); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// samePlace reports whether what answered is what was asked for. Cyrus leads from
// a colleague's calendar (…/ana/Default/) to where it is for the account
// (…/robot/ana.Default/), and from their home to something that is not there.
func samePlace(asked, got *url.URL) bool {
	a, b := strings.Trim(asked.Path, "/"), strings.Trim(got.Path, "/")
	return a == b || path.Base(b) == path.Base(path.Dir(a))+"."+path.Base(a)
}

// calendarIn reads a calendar, if the resource is one.
func calendarIn(item dav.Item) (c found, ok bool) {
	kinds := item.Property(dav.Name("resourcetype"))
	if !kinds.Has(dav.CalName("calendar")) || kinds.Has(dav.CalName("schedule-inbox")) {
		return found{}, false
	}
	c = found{URL: item.URL.String(), Events: true}
	if name := item.Property(dav.Name("displayname")); name != nil {
		c.Name = name.Text
	}
	if set := item.Property(dav.CalName("supported-calendar-component-set")); set != nil {
		c.Events = slices.ContainsFunc(set.Children, func(n *dav.Node) bool {
			return slices.ContainsFunc(n.Attrs, func(at xml.Attr) bool { return at.Name.Local == "name" && strings.EqualFold(at.Value, "VEVENT") })
		})
	}
	transp := item.Property(dav.CalName("schedule-calendar-transp"))
	c.Transparent = transp.Has(dav.CalName("transparent"))
	c.readRights(item.Property(dav.Name("current-user-privilege-set")))
	return c, true
}

// readRights reads what the account may do. A server that has no rights to show
// (Google) lets it do everything. Who may see dates and times only has the right to
// read all the same on SOGo, beside some of its own.
func (c *found) readRights(set *dav.Node) {
	if set == nil {
		c.Writable, c.Full = true, true
		return
	}
	for _, p := range set.Children {
		for _, right := range p.Children {
			switch right.Name.Local {
			case "all":
				c.Writable, c.Full = true, true
			case "write", "write-content":
				c.Writable = true
			case "read":
				c.Full = true
			}
			c.Times = c.Times || strings.HasPrefix(right.Name.Local, "viewdant-")
		}
	}
	if c.Times && !c.Writable {
		c.Full = false
	}
}

// addressesIn reads the mail addresses of an account.
func addressesIn(set *dav.Node) []calendar.Address {
	var out []calendar.Address
	for _, href := range set.Hrefs() {
		scheme, rest, _ := strings.Cut(href, ":")
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = plain
		}
		if a, err := calendar.ParseAddress(rest); err == nil && strings.EqualFold(scheme, "mailto") {
			out = append(out, a)
		}
	}
	return out
}

// own returns the calendars that are the account's, and count as busy.
func (a *account) own() []found {
	return slices.DeleteFunc(slices.Clone(a.Calendars), func(c found) bool {
		return !c.Events || c.Transparent || c.Owner != "" && a.Principal != "" && c.Owner != a.Principal
	})
}

// booking picks the calendar where series live.
func (b *Backend) booking(_ context.Context, a *account) (string, error) {
	var names []string
	for _, c := range a.Calendars {
		u, err := url.Parse(c.URL)
		if err != nil || !c.Events || !c.Writable {
			continue
		}
		if b.cfg.Calendar != "" && (c.Name == b.cfg.Calendar || c.URL == b.cfg.Calendar || path.Base(u.Path) == b.cfg.Calendar) {
			return c.URL, nil
		}
		names = append(names, fmt.Sprintf("%q", path.Base(u.Path)))
	}
	switch {
	case b.cfg.Calendar != "" && len(names) == 0:
		return "", &configError{fmt.Sprintf("there is no calendar %q that may be written to", b.cfg.Calendar), "make it on the server, or leave 'calendar' out"}
	case b.cfg.Calendar != "":
		return "", &configError{fmt.Sprintf("there is no calendar %q that may be written to; there is %s", b.cfg.Calendar, strings.Join(names, ", ")), "name one of these"}
	case a.Booking != "":
		return a.Booking, nil
	}
	for _, c := range a.own() {
		if c.Writable {
			return c.URL, nil
		}
	}
	return "", nil
}
