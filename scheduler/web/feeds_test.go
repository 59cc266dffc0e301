package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
)

// subscribe makes an address of the group's sessions, or for "" of all, and returns its
// path.
func subscribe(t *testing.T, c *client, group string) string {
	t.Helper()
	if w := c.post("/feeds", url.Values{"do": {"make"}, "group": {group}}); w.Code != http.StatusSeeOther {
		t.Fatalf("POST /feeds: %d\n%s", w.Code, w.Body)
	}
	return addresses(t, c)[0]
}

// addresses returns the paths of the viewer's feeds.
func addresses(t *testing.T, c *client) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`value="https://peers.acme.example(/feeds/[^"]+\.ics)"`).FindAllStringSubmatch(c.read("/feeds"), -1) {
		out = append(out, m[1])
	}
	return out
}

func TestFeedIsReadByWhoeverHasTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	c := s.as(t, ana)
	path := subscribe(t, c, "")
	for _, want := range []string{`href="webcal://peers.acme.example` + path + `"`, `href="https://calendar.google.com/calendar/r?cid=` + url.QueryEscape("webcal://peers.acme.example"+path) + `"`} {
		if page := c.read("/feeds"); !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	anybody := s.browser(t)
	w := anybody.get(path)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "BEGIN:VEVENT") {
		t.Fatalf("GET: %d\n%s", w.Code, w.Body)
	}
	h := w.Result().Header
	for name, want := range map[string]string{
		"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer",
		"Content-Encoding": "", "Set-Cookie": "", "Location": "", "X-Content-Type-Options": "nosniff",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if h.Get("ETag") == "" || h.Get("Last-Modified") == "" || h.Get("Content-Length") == "" {
		t.Errorf("ETag %q, Last-Modified %q, Content-Length %q; want all", h.Get("ETag"), h.Get("Last-Modified"), h.Get("Content-Length"))
	}
	if strings.Contains(strings.ReplaceAll(w.Body.String(), "\r\n ", ""), "ana@") {
		t.Error("the feed has an address")
	}
	for _, ask := range []struct {
		method, header, value string
		want                  int
	}{
		{http.MethodHead, "", "", http.StatusOK},
		{http.MethodGet, "If-None-Match", h.Get("ETag"), http.StatusNotModified},
		{http.MethodHead, "If-None-Match", "W/" + h.Get("ETag"), http.StatusNotModified},
		{http.MethodGet, "If-Modified-Since", h.Get("Last-Modified"), http.StatusNotModified},
		{http.MethodGet, "If-None-Match", `"other"`, http.StatusOK},
	} {
		r := httptest.NewRequest(ask.method, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		if ask.header != "" {
			r.Header.Set(ask.header, ask.value)
		}
		got := anybody.do(r)
		if got.Code != ask.want || got.Result().Header.Get("ETag") != h.Get("ETag") || got.Result().Header.Get("Cache-Control") != "private, max-age=300" || got.Result().Header.Get("Content-Encoding") != "" {
			t.Errorf("%s with %s %s: %d, headers %v; want %d, plain, ETag and Cache-Control", ask.method, ask.header, ask.value, got.Code, got.Result().Header, ask.want)
		}
		if ask.want == http.StatusNotModified && got.Body.Len() > 0 || ask.method == http.MethodHead && got.Body.Len() > 0 {
			t.Errorf("%s with %s: a body", ask.method, ask.header)
		}
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("If-None-Match", `"other"`)
	r.Header.Set("If-Modified-Since", h.Get("Last-Modified"))
	if got := anybody.do(r); got.Code != http.StatusOK {
		t.Errorf("If-None-Match does not go before If-Modified-Since: %d", got.Code)
	}
}

// An address that was ended or replaced, whose person left, or that nobody made, is
// answered alike, byte for byte.
func TestDeadFeedsAreAsIfTheyHadNeverBeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	a, anybody := s.as(t, ana), s.browser(t)
	nothing := anybody.get("/feeds/" + strings.Repeat("A", 43) + ".ics")
	dead := func(what, path string) {
		t.Helper()
		w := anybody.get(path)
		if w.Code != http.StatusNotFound || w.Body.String() != nothing.Body.String() || w.Result().Header.Get("ETag") != "" {
			t.Errorf("%s: %d\n%s\nwant the answer to an address that nobody made", what, w.Code, w.Body)
		}
	}
	own := subscribe(t, a, "")
	if again := subscribe(t, a, ""); again != own {
		t.Error("pressing the button twice made another address")
	}
	a.post("/feeds", url.Values{"do": {"renew"}, "group": {""}})
	renewed := addresses(t, a)[0]
	dead("replaced", own)
	if w := anybody.get(renewed); w.Code != http.StatusOK {
		t.Errorf("the new address: %d", w.Code)
	}
	dead("without .ics", strings.TrimSuffix(renewed, ".ics"))
	dead("half", renewed[:20]+".ics")
	a.post("/feeds", url.Values{"do": {"end"}, "group": {""}})
	dead("ended", renewed)

	group, all := subscribe(t, a, "leads"), ""
	subscribe(t, a, "")
	all = addresses(t, a)[0]
	s.here.Stamp++
	s.here.Service.Workspace.Groups[0].Members = []calendar.Address{bo, cem}
	dead("of a group that she left", group)
	if w := anybody.get(all); w.Code != http.StatusOK {
		t.Errorf("her own, after she left a group: %d", w.Code)
	}
	s.here.Stamp++
	s.here.Service.Workspace.Roster.Remove(ana)
	dead("of who left", all)
}

func TestFeedsAreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if w := s.as(t, dee).post("/feeds", url.Values{"do": {"make"}, "group": {"leads"}}); w.Code != http.StatusNotFound {
		t.Errorf("dee subscribes to a group of others: %d, want 404", w.Code)
	}
	path := subscribe(t, s.as(t, ana), "")
	if got := s.as(t, bo).read("/feeds"); strings.Contains(got, path) {
		t.Error("bo sees the address of ana's feed")
	}
	if w := s.as(t, mia).get("/feeds"); w.Code != http.StatusNotFound {
		t.Errorf("an admin without sessions: %d, want 404", w.Code)
	}
	if strings.Contains(s.log.String(), strings.TrimSuffix(path, ".ics")) {
		t.Error("the log has the address of a feed")
	}
}

// What changes is in the feed at the next look.
func TestFeedFollows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, ana)
	path := subscribe(t, c, "")
	if body := c.read(path); strings.Contains(body, "VEVENT") {
		t.Errorf("nothing is booked, and the feed has an event:\n%s", body)
	}
	s.book(t)
	if body := c.read(path); !strings.Contains(body, "VEVENT") {
		t.Error("what was booked is not in the feed")
	}
	s.now = s.now.AddDate(0, 0, 200)
	if body := c.read(path); strings.Contains(body, "VEVENT") {
		t.Error("what was over long ago is in the feed")
	}
}

// Who asks only by date hears of a series that was cancelled, too: the feed is not older
// than with it.
func TestFeedChangesAsSeriesAreCancelled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	c := s.as(t, ana)
	path := subscribe(t, c, "")
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("If-Modified-Since", c.get(path).Result().Header.Get("Last-Modified"))
	s.now = s.now.Add(time.Hour)
	if err := s.here.Service.Cancel(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if w := c.do(r); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "VEVENT") {
		t.Errorf("after the cancellation: %d\n%s", w.Code, w.Body)
	}
}

func BenchmarkFeedUnchanged(b *testing.B) {
	s := newLargeSite(b, 2000)
	f := account.Feed{ID: "0123456789abcdef", Person: largePerson(0, 0), Serial: 1, Made: start}
	path := s.feedPath(b, f)
	first := httptest.NewRecorder()
	s.serve.ServeHTTP(first, s.request(path))
	if first.Code != http.StatusOK {
		b.Fatalf("GET: %d", first.Code)
	}
	for b.Loop() {
		r := s.request(path)
		r.Header.Set("If-None-Match", first.Result().Header.Get("ETag"))
		w := httptest.NewRecorder()
		s.serve.ServeHTTP(w, r)
		if w.Code != http.StatusNotModified {
			b.Fatalf("GET: %d, want 304", w.Code)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "polls/s")
}
