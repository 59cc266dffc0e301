package caldav_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"regexp"
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
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// A standIn is a strict CalDAV server with scheduling, in the process: it plays
// what cannot be had on loopback.
type standIn struct {
	webtest.Base
	Partition bool   // hrefs are on another host of the domain, as iCloud's are
	Weak      bool   // ETags are weak
	Rewrites  bool   // what is stored is not what was sent
	NoSync    bool   // it knows no sync tokens
	NoTags    bool   // a PUT tells no ETag
	Closed    bool   // the outbox knows nobody
	Unlisted  bool   // the calendar is listed by sync alone, as DAViCal does a colleague's
	Trouble   string // of the calendar's lists: "silent" answers hold nothing, "hidden" ones none of its events, "denied" ones that they may not be seen

	mu      sync.Mutex
	changes int
	objects map[string]*stored // by path
	told    map[string]int     // by address and what: how often
	broken  map[string]bool    // people whose times the outbox does not know
}

type stored struct {
	text    string
	change  int // the number of the change that made it so
	deleted bool
}

const (
	standInHost   = "caldav.cloud.example"
	partitionHost = "p12-caldav.cloud.example"
)

func newStandIn(set func(*standIn)) *standIn {
	s := &standIn{objects: map[string]*stored{}, told: map[string]int{}, broken: map[string]bool{}}
	if set != nil {
		set(s)
	}
	return s
}

// open returns a backend whose network is the stand-in.
func (s *standIn) open(t testing.TB) *caldav.Backend {
	t.Helper()
	return s.openOver(t, webtest.Client(s).Transport)
}

func (s *standIn) openOver(t testing.TB, network http.RoundTripper) *caldav.Backend {
	t.Helper()
	return s.openAs(t, func(cfg *caldav.Config) { cfg.Transport = network })
}

func (s *standIn) openAs(t testing.TB, set func(*caldav.Config)) *caldav.Backend {
	t.Helper()
	cfg := caldav.Config{
		URL: "https://" + standInHost + "/", Username: "robot", Password: "robot-pw", Organizer: calendartest.Organizer,
		Dir: t.TempDir(), Now: time.Now, Transport: webtest.Client(s).Transport,
	}
	set(&cfg)
	b, err := caldav.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An answer is what comes back of a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// ServeHTTP implements http.Handler.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := s.Next(r.Method)
	got, err := fault.Around(r, func() (any, error) {
		status, header, body := s.serve(r)
		return answer{status, header, body}, nil
	})
	if err != nil {
		webtest.SendError(w, err, nil)
		return
	}
	a := got.(answer)
	maps.Copy(w.Header(), a.header)
	fault.SendBytes(w, a.status, []byte(a.body))
}

func (s *standIn) serve(r *http.Request) (status int, header http.Header, body string) {
	var text []byte
	if r.Body != nil {
		text, _ = io.ReadAll(r.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := http.Header{"Dav": {"1, 2, 3, calendar-access", "calendar-auto-schedule"}}
	user, password, _ := r.BasicAuth()
	p := r.URL.Path
	switch {
	case user == "" || password != user+"-pw":
		return http.StatusUnauthorized, h, ""
	case r.URL.Host == standInHost && p == "/.well-known/caldav":
		h.Set("Location", "/start/")
		return http.StatusMovedPermanently, h, ""
	case s.Partition && strings.HasPrefix(p, "/u/") && r.URL.Host != partitionHost:
		return http.StatusNotFound, h, ""
	}
	if s.Trouble == "silent" && p == "/u/"+user+"/cal/" && (r.Method == "PROPFIND" || r.Method == "REPORT") {
		return http.StatusMultiStatus, h, multi("")
	}
	switch r.Method {
	case "OPTIONS":
		return http.StatusOK, h, ""
	case "PROPFIND":
		return s.propfind(h, user, p, r.Header.Get("Depth"))
	case "REPORT":
		return s.report(h, user, p, string(text))
	case http.MethodPost:
		return s.outbox(h, text)
	case http.MethodGet:
		o := s.objects[p]
		if o == nil || o.deleted || !strings.HasPrefix(p, "/u/"+user+"/") {
			return http.StatusNotFound, h, ""
		}
		h.Set("Etag", s.etag(p))
		return http.StatusOK, h, o.text
	case http.MethodPut:
		return s.put(h, r, user, p, string(text))
	case http.MethodDelete:
		if o := s.objects[p]; o == nil || o.deleted {
			return http.StatusNotFound, h, ""
		}
		s.store(p, "", true)
		return http.StatusNoContent, h, ""
	}
	return http.StatusMethodNotAllowed, h, ""
}

func (s *standIn) etag(p string) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(s.objects[p].change, s.objects[p].text)))
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	if s.Weak {
		return "W/" + tag
	}
	return tag
}

func (s *standIn) store(p, text string, deleted bool) {
	s.changes++
	s.objects[p] = &stored{text, s.changes, deleted}
}

// href returns how the server names a resource.
func (s *standIn) href(p string) string {
	if s.Partition {
		return "https://" + partitionHost + ":443" + p
	}
	return p
}

func (s *standIn) propfind(h http.Header, user, p, depth string) (int, http.Header, string) {
	home, cal := "/u/"+user+"/", "/u/"+user+"/cal/"
	switch {
	case p == "/start/" || p == "/":
		return http.StatusMultiStatus, h, multi(response(p, `<current-user-principal><href>`+s.href(home)+`</href></current-user-principal>`))
	case strings.HasPrefix(p, "/u/") && !strings.HasPrefix(p, home):
		return http.StatusForbidden, h, ""
	case p == home && depth == "0":
		return http.StatusMultiStatus, h, multi(response(s.href(p), `<C:calendar-home-set><href>`+s.href(home)+`</href></C:calendar-home-set><C:schedule-outbox-URL><href>`+s.href(home+"out/")+
			`</href></C:schedule-outbox-URL><C:calendar-user-address-set><href>mailto:`+user+`@acme.example</href></C:calendar-user-address-set>`))
	case p == home:
		return http.StatusMultiStatus, h, multi(response(s.href(home), `<resourcetype><collection/></resourcetype>`) +
			response(s.href(cal), `<resourcetype><collection/><C:calendar/></resourcetype><displayname>Series</displayname><owner><href>`+s.href(home)+`</href></owner><current-user-privilege-set><privilege><all/></privilege></current-user-privilege-set>`))
	case p == cal && s.Unlisted:
		return http.StatusForbidden, h, ""
	case p == cal:
		token := ""
		if !s.NoSync && s.Trouble == "" {
			token = fmt.Sprintf("<sync-token>t%d</sync-token>", s.changes)
		}
		body := response(s.href(cal), `<resourcetype><collection/><C:calendar/></resourcetype>`+token)
		for _, q := range s.in(cal) {
			switch {
			case s.objects[q].deleted || s.Trouble == "hidden":
			case s.Trouble == "denied":
				body += `<response><href>` + s.href(q) + `</href><status>HTTP/1.1 403 Forbidden</status></response>`
			default:
				body += response(s.href(q), `<getetag>`+s.etag(q)+`</getetag>`)
			}
		}
		return http.StatusMultiStatus, h, multi(body)
	}
	return http.StatusNotFound, h, ""
}

// in returns the paths in a calendar.
func (s *standIn) in(cal string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(s.objects)), func(p string) bool { return path.Dir(p)+"/" != cal })
}

var (
	tokenIn = regexp.MustCompile(`sync-token>t(\d+)<`)
	hrefIn  = regexp.MustCompile(`href>([^<]*)<`)
)

func (s *standIn) report(h http.Header, user, p, text string) (int, http.Header, string) {
	if p != "/u/"+user+"/cal/" {
		return http.StatusForbidden, h, ""
	}
	body := ""
	switch {
	case strings.Contains(text, "calendar-multiget"):
		for _, m := range hrefIn.FindAllStringSubmatch(text, -1) {
			if o := s.objects[m[1]]; o != nil && !o.deleted && s.Trouble == "" {
				body += response(s.href(m[1]), `<getetag>`+s.etag(m[1])+`</getetag><C:calendar-data>`+dav.Escape(o.text)+`</C:calendar-data>`)
			} else {
				body += `<response><href>` + s.href(m[1]) + `</href><status>HTTP/1.1 404 Not Found</status></response>`
			}
		}
	case strings.Contains(text, "sync-collection") && !s.NoSync:
		m := tokenIn.FindStringSubmatch(text)
		since := 0
		if m == nil && !s.Unlisted || s.Trouble != "" {
			return http.StatusForbidden, h, `<error xmlns="DAV:"><valid-sync-token/></error>`
		}
		if m != nil {
			fmt.Sscan(m[1], &since)
		}
		for _, q := range s.in(p) {
			switch o := s.objects[q]; {
			case o.change <= since, o.deleted && m == nil:
			case o.deleted:
				body += `<response><href>` + s.href(q) + `</href><status>HTTP/1.1 404 Not Found</status></response>`
			default:
				body += response(s.href(q), `<getetag>`+s.etag(q)+`</getetag>`)
			}
		}
		body += fmt.Sprintf("<sync-token>t%d</sync-token>", s.changes)
	default:
		return http.StatusNotImplemented, h, ""
	}
	return http.StatusMultiStatus, h, multi(body)
}

func multi(body string) string {
	return `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">` + body + `</multistatus>`
}

func response(href, props string) string {
	return `<response><href>` + href + `</href><propstat><prop>` + props + `</prop><status>HTTP/1.1 200 OK</status></propstat></response>`
}

func (s *standIn) put(h http.Header, r *http.Request, user, p, text string) (int, http.Header, string) {
	o := s.objects[p]
	there := o != nil && !o.deleted
	switch {
	case !strings.HasPrefix(p, "/u/"+user+"/cal/") || r.Header.Get("Content-Type") == "":
		return http.StatusForbidden, h, ""
	case r.Header.Get("If-None-Match") == "*" && there:
		return http.StatusPreconditionFailed, h, ""
	case r.Header.Get("If-Match") != "" && (!there || s.Weak || r.Header.Get("If-Match") != s.etag(p)):
		return http.StatusPreconditionFailed, h, ""
	}
	before := ""
	if there {
		before = o.text
	}
	if s.Rewrites {
		text = strings.Replace(text, "BEGIN:VEVENT", "BEGIN:VEVENT\r\nX-SERVER-ID:"+fmt.Sprint(s.changes), 1)
	}
	s.store(p, text, false)
	s.deliver(user, before, text)
	if !s.NoTags {
		h.Set("Etag", s.etag(p))
	}
	if there {
		return http.StatusNoContent, h, ""
	}
	return http.StatusCreated, h, ""
}

// deliver tells the attendees of what an organizer has changed, and the organizer
// what an attendee replied.
func (s *standIn) deliver(user, before, after string) {
	was, is := parsed(before), parsed(after)
	if is.UID == "" {
		return
	}
	if string(is.Organizer.Address) != user+"@acme.example" {
		s.reply(user, is)
		return
	}
	invited := map[calendar.Address]bool{}
	for _, a := range is.Attendees {
		invited[a.Address] = true
		if was.Same(is) && there(was, a.Address) {
			continue
		}
		s.tell(a.Address, is)
		s.store(copyOf(a.Address, is.UID), text(is), false)
	}
	for _, a := range was.Attendees {
		if !invited[a.Address] {
			s.tell(a.Address, is)
			s.store(copyOf(a.Address, is.UID), "", true)
		}
	}
}

func there(s calendar.Series, a calendar.Address) bool {
	return slices.ContainsFunc(s.Attendees, func(at calendar.Attendee) bool { return at.Address == a })
}

func (s *standIn) tell(a calendar.Address, what calendar.Series) {
	what = what.WithoutReplies()
	what.Sequence, what.Updated = 0, time.Time{}
	s.told[fmt.Sprintf("%s %+v", a, what)]++
}

// toldOf returns what a was told, and how often.
func (s *standIn) toldOf(a calendar.Address) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := maps.Clone(s.told)
	maps.DeleteFunc(out, func(what string, _ int) bool { return !strings.HasPrefix(what, string(a)+" ") })
	return out
}

// series returns how many are on the organizer's calendar.
func (s *standIn) series() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(slices.DeleteFunc(s.in("/u/"+calendartest.Organizer.Local()+"/cal/"), func(p string) bool { return s.objects[p].deleted }))
}

// reply writes the replies of a copy into the organizer's object.
func (s *standIn) reply(user string, theirs calendar.Series) {
	p := copyOf(calendartest.Organizer, theirs.UID)
	if o := s.objects[p]; o != nil && !o.deleted {
		s.store(p, text(parsed(o.text).WithReplies(theirs, calendar.Address(user+"@acme.example"))), false)
	}
}

func copyOf(a calendar.Address, uid calendar.UID) string {
	return "/u/" + a.Local() + "/cal/" + ical.UIDText(uid) + ".ics"
}

func parsed(text string) calendar.Series {
	all, err := ical.Decode(strings.NewReader(text))
	if err != nil || len(all) != 1 {
		return calendar.Series{}
	}
	return all[0]
}

func text(s calendar.Series) string {
	var b bytes.Buffer
	if err := ical.Encode(&b, ical.WriteOptions{Method: ical.Stored}, s); err != nil {
		panic(err)
	}
	return b.String()
}

var attendeeIn = regexp.MustCompile(`(?m)^ATTENDEE:mailto:(\S+)`)

func (s *standIn) outbox(h http.Header, text []byte) (int, http.Header, string) {
	body := ""
	for _, m := range attendeeIn.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\r\n ", ""), -1) {
		a := calendar.Address(m[1])
		if s.Closed || s.broken[string(a)] || !slices.Contains(calendartest.People(), a) {
			body += `<C:response><C:recipient><href>mailto:` + m[1] + `</href></C:recipient><C:request-status>3.7;Invalid calendar user</C:request-status></C:response>`
			continue
		}
		lines := ""
		for _, p := range s.in("/u/" + a.Local() + "/cal/") {
			if s.objects[p].deleted {
				continue
			}
			busy, err := ical.ReadBusy(strings.NewReader(s.objects[p].text), ical.ReadOptions{Zone: time.UTC, Window: calendartest.Window(), Owner: a})
			if err != nil {
				panic(err)
			}
			for _, span := range busy.Spans {
				lines += "FREEBUSY:" + span.Start.UTC().Format("20060102T150405Z") + "/" + span.End.UTC().Format("20060102T150405Z") + "\r\n"
			}
		}
		body += `<C:response><C:recipient><href>mailto:` + m[1] + `</href></C:recipient><C:request-status>2.0;Success</C:request-status><C:calendar-data>BEGIN:VCALENDAR` + "\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VFREEBUSY\r\n" + lines + "END:VFREEBUSY\r\nEND:VCALENDAR\r\n</C:calendar-data></C:response>"
	}
	return http.StatusOK, h, `<?xml version="1.0"?><C:schedule-response xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">` + body + `</C:schedule-response>`
}

func (s *standIn) harness(t *testing.T) calendartest.Harness {
	b := s.open(t)
	edit := func(a calendar.Address, uid calendar.UID, change func(calendar.Series) calendar.Series) {
		s.mu.Lock()
		defer s.mu.Unlock()
		p := copyOf(a, uid)
		before := s.objects[p].text
		after := text(change(parsed(before)))
		s.store(p, after, false)
		s.deliver(a.Local(), before, after)
	}
	return calendartest.Harness{
		Backend: b,
		Meet: func(a calendar.Address, iv availability.Interval) {
			s.mu.Lock()
			defer s.mu.Unlock()
			name := iv.Start.UTC().Format("20060102T150405Z")
			s.store("/u/"+a.Local()+"/cal/"+name+".ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:"+name+"\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:"+name+
				"\r\nDTEND:"+iv.End.UTC().Format("20060102T150405Z")+"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", false)
		},
		Reply: func(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP) {
			edit(a, uid, func(series calendar.Series) calendar.Series { return calendartest.WithReply(series, a, original, r) })
		},
		ByHand: func(uid calendar.UID, o calendar.Override) {
			edit(calendartest.Organizer, uid, func(series calendar.Series) calendar.Series { return series.WithOverride(o) })
		},
		Break: func(a calendar.Address) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.broken[string(a)] = true
		},
		Told: func(a calendar.Address) int {
			n := 0
			for _, times := range s.toldOf(a) {
				n += times
			}
			return n
		},
		TellsApart: func(a calendar.Address) bool { return a == calendartest.Organizer },
	}
}

// The contract holds whichever way a server does what the RFCs leave open, or
// does not do what they say.
func TestBackendOnAStandIn(t *testing.T) {
	for name, set := range map[string]func(*standIn){
		"plain":         nil,
		"on partitions": func(s *standIn) { s.Partition = true },
		"weak ETags":    func(s *standIn) { s.Weak = true },
		"rewriting":     func(s *standIn) { s.Rewrites, s.NoTags = true, true },
		"without sync":  func(s *standIn) { s.NoSync = true },
	} {
		t.Run(name, func(t *testing.T) {
			calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness { return newStandIn(set).harness(t) })
		})
	}
}
