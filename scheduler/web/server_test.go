package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

func TestMemberSeesTheirGroups(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := s.as(t, ana).read("/"); !strings.Contains(got, "/groups/leads") || !strings.Contains(got, "Ana Lima") {
		t.Errorf("ana's page names neither her group nor her:\n%s", got)
	}
	if got := s.as(t, dee).read("/"); strings.Contains(got, "/groups/leads") {
		t.Errorf("dee's page names a group of others:\n%s", got)
	}
}

func TestWhoHasNotSignedInIsAskedTo(t *testing.T) {
	t.Parallel()
	w := newSite(t).browser(t).get("/")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin" {
		t.Errorf("GET /: %d to %q; want /signin", w.Code, w.Header().Get("Location"))
	}
}

func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	c := newSite(t).browser(t)
	for path, want := range map[string]int{"/signin": http.StatusMisdirectedRequest, "/healthz": http.StatusOK} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "evil.example"
		if w := c.do(r); w.Code != want {
			t.Errorf("GET %s of another host: %d, want %d", path, w.Code, want)
		}
	}
}

func TestGroupsSessionsAsAFile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	for _, who := range []calendar.Address{ana, mia} {
		c := s.as(t, who)
		if page := c.get("/groups/leads").Body.String(); !strings.Contains(page, "/groups/leads/series.ics") {
			t.Errorf("the page has no link for %s:\n%s", who, page)
		}
		w := c.get("/groups/leads/series.ics")
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/calendar") || w.Header().Get("Content-Disposition") != "attachment; filename=leads.ics" {
			t.Errorf("GET of %s: %d, %v", who, w.Code, w.Header())
		}
		if body := w.Body.String(); !strings.Contains(body, "COUNT=13") || strings.Contains(body, "@acme.example") {
			t.Errorf("the file for %s has no series, or addresses:\n%s", who, body)
		}
	}
	if w := s.as(t, dee).get("/groups/leads/series.ics"); w.Code != http.StatusNotFound {
		t.Errorf("GET of who is no member: %d, want 404", w.Code)
	}
}

// A page shows what files and store say now; an edit that cannot be read is told to
// admins.
func TestPagesFollowTheWorkspace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, dee)
	changed := *s.here.Service
	changed.Workspace.Groups = append(changed.Workspace.Groups, scheduler.Group{Name: "new-one", Members: []calendar.Address{dee, bo}})
	s.here.Service = &changed
	s.here.Stamp++
	if got := c.read("/"); !strings.Contains(got, "new-one") {
		t.Errorf("the page does not show a group that was added to the files:\n%s", got)
	}
	s.book(t)
	if got := s.as(t, bo).read("/"); !strings.Contains(got, "Tue 6 January, 15:00 Berlin") {
		t.Errorf("the page does not show what was booked meanwhile:\n%s", got)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.browser(t)
	if w := c.get("/healthz"); w.Code != http.StatusOK {
		t.Errorf("GET /healthz: %d %s", w.Code, w.Body)
	}
	s.Stop()
	if w := c.get("/healthz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("GET /healthz while it stops: %d, want 503", w.Code)
	}
	other := newSite(t)
	other.store.Close()
	if w := other.browser(t).get("/healthz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("GET /healthz without a store: %d, want 503", w.Code)
	}
}

// TestWeekIsForAdmins: whoever knows their own calendar could read a partner's from sums.
func TestWeekIsForAdmins(t *testing.T) {
	s := newSite(t)
	busy := availability.Interval{Start: start.AddDate(0, 0, 4), End: start.AddDate(0, 0, 4).Add(2 * time.Hour)} // Tue 6 January, 10 to 12
	s.fake.Meet(ana, busy)
	s.book(t)
	page := s.as(t, mia).read("/groups/leads")
	for _, want := range []string{`<tr><th scope="row">09:00</th><td class="all">39</td><td class="all">39</td>`, `<tr><th scope="row">09:30</th><td class="all">39</td><td class="h4">38</td>`, "Of 39 attendances from Mon 5 January on", "in Berlin", `href="/groups/leads/week.svg"`} {
		if !strings.Contains(page, want) {
			t.Errorf("an admin's page lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, `scope="row">08:30`) || strings.Contains(page, `scope="row">16:30`) {
		t.Errorf("the week shows starts outside everybody's hours:\n%s", page)
	}
	picture := s.as(t, mia).get("/groups/leads/week.svg")
	if got := picture.Body.String(); picture.Code != http.StatusOK || !strings.Contains(got, "Tuesday 10:00: 38 of 39 can attend (97%)<") || strings.Contains(got, "0 of 13") {
		t.Errorf("the picture: %d\n%s", picture.Code, got)
	}
	if page := s.as(t, ana).read("/groups/leads"); strings.Contains(page, "heat") || strings.Contains(page, "week.svg") {
		t.Errorf("a member sees the week:\n%s", page)
	}
	if got := s.as(t, ana).get("/groups/leads/week.svg"); got.Code != http.StatusNotFound {
		t.Errorf("a member gets the picture: %d", got.Code)
	}
}

// TestOwnSlotIsAmongTheBest: also one that is not on the half hour, and not among the best.
func TestOwnSlotIsAmongTheBest(t *testing.T) {
	for slot, want := range map[string]string{
		"mon 10:30": "Monday at 10:30 Berlin: 39 of 39 attendances, as it is now",
		"tue 15:10": "Tuesday at 15:10 Berlin: 39 of 39 attendances, as it is now",
		"fri 16:00": "Friday at 16:00 Berlin: 26 of 39 attendances, as it is now",
	} {
		s := newSite(t)
		bo := s.here.Workspace.Roster.Of(bo)
		for day := time.Monday; day <= time.Friday; day++ {
			bo.Hours = bo.Hours.With(day, availability.ClockRange{From: 9 * time.Hour, To: 16*time.Hour + 15*time.Minute})
		}
		s.here.Workspace.Roster.Put(bo)
		s.bookAt(t, slot)
		page := s.as(t, ana).read("/groups/leads")
		if !strings.Contains(page, "<li>"+want+"</li>") || strings.Count(page, "as it is now") != 1 {
			t.Errorf("%s: the page lacks %q:\n%s", slot, want, page)
		}
	}
}

// TestPagesUnderAPath: links, redirects, cookies and feeds of pages that share a host.
func TestPagesUnderAPath(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) { s.URL.Path = "/acme" })
	s.book(t)
	c := s.as(t, mia) // admins see most
	if got := s.browser(t).get("/acme/hours"); got.Header().Get("Location") != "/acme/signin?next=%2Fhours" {
		t.Errorf("who has not signed in is sent to %q", got.Header().Get("Location"))
	}
	links := regexp.MustCompile(`(?:href|src|action)="(/[^"]*)"`)
	for _, browser := range []*client{c, s.as(t, ana)} {
		for _, path := range []string{"/acme/", "/acme/groups/leads", "/acme/hours", "/acme/feeds", "/acme/admin"} {
			for _, link := range links.FindAllStringSubmatch(browser.get(path).Body.String(), -1) {
				if !strings.HasPrefix(link[1], "/acme/") {
					t.Errorf("%s links to %s", path, link[1])
				}
			}
		}
	}
	ana := s.as(t, ana)
	if got := ana.post("/acme/feeds", url.Values{}); got.Header().Get("Location") != "/acme/feeds" {
		t.Errorf("a form sends to %q", got.Header().Get("Location"))
	}
	if page := ana.read("/acme/feeds"); !strings.Contains(page, "https://peers.acme.example/acme/feeds/") {
		t.Errorf("no feed under the path:\n%s", page)
	}
	for path, want := range map[string]int{"/acme": http.StatusSeeOther, "/hours": http.StatusNotFound, "/acmehours": http.StatusNotFound, "/": http.StatusNotFound, "/acme//hours": http.StatusNotFound, "/acme/../hours": http.StatusNotFound, "/acme%2fhours": http.StatusNotFound, "/healthz": http.StatusOK, "/acme/healthz": http.StatusOK, "/robots.txt": http.StatusOK} {
		if got := ana.get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	link, err := s.Link(t.Context(), bo, "", "/hours")
	if err != nil || !strings.HasPrefix(link, "https://peers.acme.example/acme/signin/") {
		t.Fatalf("the link is %s, %v", link, err)
	}
	spent := s.browser(t).post(strings.TrimPrefix(link, "https://peers.acme.example"), url.Values{"email": {string(bo)}, "next": {"/hours"}})
	if cookie := spent.Result().Cookies()[0]; spent.Header().Get("Location") != "/acme/hours" || cookie.Name != "__Secure-peerslot" || cookie.Path != "/acme/" {
		t.Errorf("signing in leads to %q with %v", spent.Header().Get("Location"), cookie)
	}
}
