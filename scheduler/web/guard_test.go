package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// pages are those that somebody must be allowed to see, with who may not.
var pages = []string{"/groups/leads", "/groups/leads/answer", "/groups/leads/leave", "/admin", "/admin/plan", "/admin/report"}

func TestForbiddenIsAsIfItWereNotThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	c := s.as(t, dee)
	missing := c.get("/groups/nobody")
	if missing.Code != http.StatusNotFound {
		t.Fatalf("GET /groups/nobody: %d, want 404", missing.Code)
	}
	for _, path := range append(pages, "/nowhere", "/groups/", "/groups/leads/nothing", "/admin/nothing", "/static/nothing.css") {
		w := c.get(path)
		if w.Code != missing.Code || w.Body.String() != missing.Body.String() || fmt.Sprint(w.Header()) != fmt.Sprint(missing.Header()) {
			t.Errorf("GET %s: %d, another answer than that of a group that is not there", path, w.Code)
		}
		if p := c.post(path, url.Values{"answer": {"stop"}}); p.Code != http.StatusNotFound || p.Body.String() != missing.Body.String() {
			t.Errorf("POST %s: %d, want the same 404", path, p.Code)
		}
	}
}

func TestAdminsSeeAllGroupsAndAnswerForNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	c := s.as(t, mia)
	c.read("/groups/leads")
	for _, path := range []string{"/groups/leads/answer", "/groups/leads/leave", "/hours"} {
		if w := c.get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s of an admin who is no member: %d, want 404", path, w.Code)
		}
	}
}

// What others cannot is said by a sign; why, to oneself and admins alone.
func TestReasonsAreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	person := s.here.Service.Workspace.Roster.Of(bo)
	person.Hours = person.Hours.With(time.Tuesday)
	s.here.Service.Workspace.Roster.Put(person)
	s.book(t)
	const why = "outside the hours"
	for who, want := range map[calendar.Address]bool{ana: false, bo: true, mia: true} {
		if page := s.as(t, who).read("/groups/leads"); strings.Contains(page, why) != want {
			t.Errorf("the page of %s says why bo cannot: %v, want %v", who, !want, want)
		} else if !strings.Contains(page, "cannot") || !strings.Contains(page, "2 of 3") {
			t.Errorf("the page of %s does not say that bo cannot:\n%s", who, page)
		}
	}
}

func TestFormsOfOtherOriginsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, ana)
	for name, header := range map[string][2]string{
		"another site": {"Sec-Fetch-Site", "cross-site"}, "another host of the domain": {"Sec-Fetch-Site", "same-site"}, "an old browser": {"Origin", "https://evil.example"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/signout", nil)
		r.Header.Set(header[0], header[1])
		if w := c.do(r); w.Code != http.StatusForbidden {
			t.Errorf("POST from %s: %d, want 403", name, w.Code)
		}
	}
	c.read("/") // still signed in
	r := httptest.NewRequest(http.MethodPost, "/signout", nil)
	r.Header.Set("Origin", "https://peers.acme.example")
	if w := c.do(r); w.Code != http.StatusSeeOther {
		t.Errorf("POST of our own origin: %d, want 303", w.Code)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, ana)
	for path, want := range map[string]map[string]string{
		"/": {
			"Content-Security-Policy":   "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":    "nosniff",
			"Cache-Control":             "private, no-store",
			"Referrer-Policy":           "same-origin",
			"Strict-Transport-Security": "max-age=31536000",
			"Content-Type":              "text/html; charset=utf-8",
		},
		"/signin/abc": {"Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"},
		"/robots.txt": {"Content-Type": "text/plain; charset=utf-8"},
	} {
		w := c.get(path)
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("GET %s: %s is %q, want %q", path, name, got, value)
			}
		}
	}
	for _, path := range []string{"/", "/hours", "/signin", "/groups/leads"} {
		body := c.get(path).Body.String()
		for _, not := range []string{"style=", "<style", " on", "javascript:", "http://", "//"} {
			if i := strings.Index(body, not+"="); not == " on" && i >= 0 {
				t.Errorf("GET %s has a handler in it", path)
			} else if not != " on" && strings.Contains(body, not) {
				t.Errorf("GET %s has %q in it, which the policy forbids", path, not)
			}
		}
	}
}

func TestAssetsStayAndPagesDoNot(t *testing.T) {
	t.Parallel()
	c := newSite(t).browser(t)
	_, rest, _ := strings.Cut(c.read("/signin"), `href="/static/`)
	name, _, _ := strings.Cut(rest, `"`)
	w := c.get("/static/" + name)
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("GET of the style: %d, %v", w.Code, w.Header())
	}
}

func TestBodiesThatAreTooLargeAreCutOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, ana)
	long := url.Values{"zone": {strings.Repeat("x", 65<<10)}}
	if w := c.post("/hours", long); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("POST of 65 kB: %d, want 413", w.Code)
	}
	r := httptest.NewRequest(http.MethodPost, "/hours", strings.NewReader(long.Encode()))
	r.ContentLength = -1 // as in chunks
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := c.do(r); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("POST of 65 kB in chunks: %d, want 413", w.Code)
	}
}

// Behind a proxy that is trusted each member is a peer of their own; behind any other
// the proxy is.
func TestPeersBehindProxies(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{true, false} {
		s := newSite(t, func(s *site) {
			if trusted {
				s.Trusted = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} // where httptest's requests come from
			}
		})
		stop := s.run(t)
		for i := range 35 {
			r := httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader(url.Values{"email": {fmt.Sprintf("p%d@acme.example", i)}}.Encode()))
			if i == 34 {
				r.Body = http.NoBody
				r = httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader(url.Values{"email": {string(ana)}}.Encode()))
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.7, 198.51.100.%d, 192.0.2.9", i))
			s.browser(t).do(r)
		}
		stop()
		if got := len(s.links(ana)) == 1; got != trusted {
			t.Errorf("trusted %v: the 35th to ask gets a link: %v", trusted, got)
		}
	}
}
