package caldav_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

// An office is a real server with empty calendars, and the programs by which the
// people of the samples reach them.
type office struct {
	*testing.T
	name, url string
	backend   *caldav.Backend
	broken    *breaker
	desks     map[calendar.Address]*desk
}

// A desk is one person's calendar, as their own program sees it.
type desk struct {
	t        *testing.T
	client   *dav.Client
	calendar *url.URL
	inbox    *url.URL // nil if there is none
	quiet    bool     // its program leaves telling others to their mail

	told int               // how often the server brought something new
	seen map[string]string // ETags of the calendar's objects, by path
}

// places are where a server keeps a person's calendar and inbox.
var places = map[string][2]string{
	"radicale": {"/%s/calendar/", ""},
	"xandikos": {"/%s/calendars/calendar/", ""},
	"cyrus":    {"/dav/calendars/user/%s/Default/", "/dav/calendars/user/%s/Inbox/"},
	"sogo":     {"/SOGo/dav/%s/Calendar/personal/", ""},
	"davical":  {"/caldav.php/%s/calendar/", "/caldav.php/%s/.in/"},
}

func newOffice(t *testing.T, name, root string) *office {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = name == "sogo" // which may end one while a PUT is on its way, and that is not sent again
	o := &office{T: t, name: name, url: root, broken: &breaker{next: transport}, desks: map[calendar.Address]*desk{}}
	for _, a := range calendartest.People() {
		if name == "xandikos" && a != calendartest.Organizer {
			continue
		}
		o.desks[a] = newDesk(t, root, places[name], a.Local())
		o.desks[a].quiet = name == "davical" // which answers 500 to attendees beside a moved session
	}
	o.empty()
	o.backend = open(t, root, func(cfg *caldav.Config) { cfg.Transport = o.broken })
	return o
}

// locked keeps other tests, which may run beside this one, off a server until t
// ends.
func locked(t *testing.T, root string) {
	t.Helper()
	unlock, err := file.Lock(t.Context(), filepath.Join(os.TempDir(), "peerslot-test-"+url.PathEscape(root)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unlock)
}

func newDesk(t *testing.T, root string, place [2]string, user string) *desk {
	t.Helper()
	c, err := dav.NewClient(root, dav.Account{Username: user, Password: user + "-pw"}, web.NewAllowList([]string{"127.0.0.1"}), http.DefaultTransport)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, client: c, calendar: c.Root()}
	d.calendar.Path = fmt.Sprintf(place[0], user)
	if place[1] != "" {
		d.inbox = c.Root()
		d.inbox.Path = fmt.Sprintf(place[1], user)
	}
	return d
}

// empty deletes all that is there: first at the organizer's, whose server may then
// tell the others.
func (o *office) empty() {
	people := calendartest.People()
	slices.Reverse(people) // robot
	for range 2 {
		for _, a := range people {
			if d := o.desks[a]; d != nil {
				d.empty(d.calendar)
				d.empty(d.inbox)
			}
		}
	}
}

func (d *desk) empty(collection *url.URL) {
	d.t.Helper()
	if collection == nil {
		return
	}
	for _, u := range d.list(collection) {
		_, err := d.client.Write(context.Background(), dav.Request{Method: "DELETE", URL: u})
		if err != nil && !dav.Is(err, http.StatusNotFound) {
			d.t.Fatalf("empty %s: %v", collection, err)
		}
	}
}

// list returns where the objects of a collection are.
func (d *desk) list(collection *url.URL) []*url.URL {
	d.t.Helper()
	var out []*url.URL
	for _, item := range d.items(collection) {
		out = append(out, item.URL)
	}
	return out
}

// items returns what is in a collection.
func (d *desk) items(collection *url.URL) []dav.Item {
	d.t.Helper()
	m, _, err := d.client.Propfind(context.Background(), collection, "1", "D:getetag", "D:resourcetype")
	if err != nil {
		d.t.Fatalf("list %s: %v", collection, err)
	}
	return slices.DeleteFunc(m.Items, func(item dav.Item) bool {
		return strings.HasSuffix(item.URL.Path, "/") || strings.Trim(item.URL.Path, "/") == strings.Trim(collection.Path, "/") || item.Property(dav.Name("getetag")) == nil
	})
}

// find returns a person's copy of a series, which the server may have named.
func (d *desk) find(uid calendar.UID) (*url.URL, calendar.Series) {
	d.t.Helper()
	for _, u := range d.list(d.calendar) {
		resp, err := d.client.Read(context.Background(), dav.Request{Method: "GET", URL: u})
		if err != nil {
			d.t.Fatalf("read %s: %v", u, err)
		}
		all, err := ical.Decode(bytes.NewReader(resp.Body))
		if err == nil && len(all) == 1 && all[0].UID == uid {
			return u, all[0]
		}
	}
	return nil, calendar.Series{}
}

// edit changes a copy as a calendar program does.
func (d *desk) edit(uid calendar.UID, change func(calendar.Series) calendar.Series) {
	d.t.Helper()
	u, s := d.find(uid)
	if u == nil {
		d.t.Fatalf("no copy of %s", uid)
	}
	d.put(path.Base(u.Path), change(s), d.quiet)
}

func (d *desk) put(name string, s calendar.Series, quiet bool) {
	d.t.Helper()
	var text bytes.Buffer
	if err := ical.Encode(&text, ical.WriteOptions{Method: ical.Stored, Bare: true, Quiet: quiet}, s); err != nil {
		d.t.Fatal(err)
	}
	d.write(name, text.String())
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	h := http.Header{"Content-Type": {"text/calendar; charset=utf-8"}}
	_, err := calendar.Retry(context.Background(), 3, func() (*dav.Response, error) { // SOGo breaks off now and then
		return d.client.Write(context.Background(), dav.Request{Method: "PUT", URL: d.calendar.JoinPath(name), Header: h, Body: []byte(text)})
	})
	if err != nil {
		d.t.Fatalf("write %s: %v\n%s", name, err, text)
	}
}

func (o *office) harness() calendartest.Harness {
	b := &attended{Backend: o.backend, office: o}
	return calendartest.Harness{
		Backend: b,
		Meet:    o.meet,
		Break:   func(a calendar.Address) { o.broken.add(a) },
		Reply: func(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP) {
			o.desks[a].edit(uid, func(s calendar.Series) calendar.Series { return calendartest.WithReply(s, a, original, r) })
		},
		ByHand: func(uid calendar.UID, ov calendar.Override) {
			o.desks[calendartest.Organizer].edit(uid, func(s calendar.Series) calendar.Series { return s.WithOverride(ov) })
		},
		Told: func(a calendar.Address) int { return o.desks[a].told },
		TellsApart: func(a calendar.Address) bool {
			shared := o.name == "cyrus" && a == calendartest.Ana
			return a == calendartest.Organizer || shared || b.Capabilities().TellsApart
		},
	}
}

func (o *office) meet(a calendar.Address, iv availability.Interval) {
	name := iv.Start.UTC().Format("meeting-20060102T150405Z")
	o.desks[a].write(name+".ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//Program//EN\r\nBEGIN:VEVENT\r\nUID:"+name+
		"\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Dentist\r\nDTSTART:"+iv.Start.UTC().Format("20060102T150405Z")+"\r\nDTEND:"+iv.End.UTC().Format("20060102T150405Z")+
		"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

// attended is a backend with people at their desks: their programs take over what
// the server puts into their inboxes, as it counts as busy there on some, or what
// they are mailed where the server tells nobody.
type attended struct {
	*caldav.Backend
	office *office
	mu     sync.Mutex
}

func (m *attended) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	s, err := m.Backend.Put(ctx, s)
	if err == nil {
		m.attend(ctx, s.UID)
	}
	return s, err
}

func (m *attended) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	err := m.Backend.Cancel(ctx, uid, from)
	if err == nil {
		m.attend(ctx, uid)
	}
	return err
}

func (m *attended) attend(ctx context.Context, uid calendar.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.Capabilities().SendsInvites {
		m.deliver(ctx, uid)
		return
	}
	for _, d := range m.office.desks {
		d.look()
		d.empty(d.inbox)
	}
}

// look counts a change of the calendar as something that its owner was told.
func (d *desk) look() {
	d.t.Helper()
	now := map[string]string{}
	for _, item := range d.items(d.calendar) {
		now[item.URL.Path] = item.Property(dav.Name("getetag")).Text
	}
	if !maps.Equal(d.seen, now) {
		d.told++
	}
	d.seen = now
}

// deliver is the mail.
func (m *attended) deliver(ctx context.Context, uid calendar.UID) {
	s, err := m.Backend.Get(ctx, uid)
	if errors.Is(err, calendar.ErrNotFound) {
		return
	}
	if err != nil {
		m.office.Fatal(err)
	}
	for _, a := range calendartest.People() {
		d := m.office.desks[a]
		invited := slices.ContainsFunc(s.Attendees, func(at calendar.Attendee) bool { return at.Address == a })
		name := ical.UIDText(uid) + ".ics"
		switch {
		case a == s.Organizer.Address:
		case invited && !s.Cancelled:
			d.put(name, s, true)
		default:
			_, err := d.client.Write(ctx, dav.Request{Method: "DELETE", URL: d.calendar.JoinPath(name)})
			if err != nil && !dav.Is(err, http.StatusNotFound) {
				m.office.Fatal(err)
			}
		}
	}
}

// A breaker is a network by which some people's calendars cannot be reached.
type breaker struct {
	next http.RoundTripper
	mu   sync.Mutex
	who  []calendar.Address
}

func (b *breaker) add(a calendar.Address) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.who = append(b.who, a)
}

func (b *breaker) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.who {
		if strings.Contains(r.URL.Path, "/"+a.Local()+"/") {
			return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}
		if r.Method == http.MethodPost && r.Body != nil {
			text, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			text = bytes.ReplaceAll(text, []byte("mailto:"+a), []byte("mailto:no-"+a))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
		}
	}
	return b.next.RoundTrip(r)
}
