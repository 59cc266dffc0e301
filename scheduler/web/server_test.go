package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
	w := s.as(t, ana).get("/groups/leads/series.ics")
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/calendar") || w.Header().Get("Content-Disposition") != "attachment; filename=leads.ics" {
		t.Errorf("GET: %d, %v", w.Code, w.Header())
	}
	if body := w.Body.String(); !strings.Contains(body, "COUNT=13") || strings.Contains(body, "@acme.example") {
		t.Errorf("the file has no series, or addresses:\n%s", body)
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
