package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
