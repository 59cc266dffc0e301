package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

// The pages of the jobs are there for admins who may see them, and for nobody else, in a
// workspace under a path of its host too.
func TestJobsAreForAdmins(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) {
		s.URL = &url.URL{Scheme: "https", Host: "peers.acme.example", Path: "/acme"}
		s.here.Admins = []calendar.Address{mia, bo}
		s.Jobs = func(_ context.Context, admin calendar.Address) http.Handler {
			if admin == bo { // who is no admin of another workspace
				return nil
			}
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Method, " ", r.URL.EscapedPath()) })
		}
	})
	admin := s.as(t, mia)
	for path, want := range map[string]string{"/acme/admin/jobs/": "GET /acme/admin/jobs/", "/acme/admin/jobs/api/queues/a%2Fb": "GET /acme/admin/jobs/api/queues/a%2Fb"} {
		if got := admin.get(path); got.Body.String() != want || !strings.Contains(got.Header().Get("Content-Security-Policy"), "connect-src 'self'") {
			t.Errorf("%s for an admin: %d %q, policy %q; want %q", path, got.Code, got.Body, got.Header().Get("Content-Security-Policy"), want)
		}
	}
	if got := admin.post("/acme/admin/jobs/api/jobs/cancel", nil); got.Body.String() != "POST /acme/admin/jobs/api/jobs/cancel" {
		t.Errorf("cancelling: %d %q", got.Code, got.Body)
	}
	if got := admin.get("/acme/admin/jobs").Header().Get("Location"); got != "/acme/admin/jobs/" {
		t.Errorf("/acme/admin/jobs leads to %q", got)
	}
	if got := admin.get("/acme/admin").Body.String(); !strings.Contains(got, `href="/acme/admin/jobs/"`) {
		t.Error("/admin has no link to the jobs")
	}
	for _, who := range []calendar.Address{ana, bo} {
		for _, path := range []string{"/acme/admin/jobs", "/acme/admin/jobs/", "/acme/admin/jobs/api/jobs"} {
			if got := s.as(t, who).get(path); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "GET") {
				t.Errorf("%s for %s: %d; want nothing there", path, who, got.Code)
			}
		}
	}
	if got := s.browser(t).post("/acme/admin/jobs/api/jobs/cancel", nil); got.Code != http.StatusSeeOther {
		t.Errorf("cancelling without signing in: %d %q", got.Code, got.Body)
	}
}
