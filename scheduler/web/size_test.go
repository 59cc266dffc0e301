package web_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// What pages may weigh, in bytes, and how many requests they may take.
const (
	pageWeight, adminWeight   = 20_000, 60_000 // as they go over the line, cold
	styleWeight, scriptWeight = 8_000, 6_000   // as they are
	pageRequests              = 3              // and the icon
)

var loaded = regexp.MustCompile(`(?:<link rel="stylesheet" href|<script src)="([^"]+)"`)

// weight returns what a page and all that it loads weigh in gzip, of how many requests.
func (c *client) weight(path string) (bytes, requests int) {
	c.t.Helper()
	for _, m := range loaded.FindAllStringSubmatch(c.read(path), -1) {
		bytes += c.zipped(m[1])
		requests++
	}
	return bytes + c.zipped(path), requests + 1
}

func (c *client) zipped(path string) int {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := c.do(r)
	if w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" {
		c.t.Fatalf("GET %s: %d, encoded as %q", path, w.Code, w.Header().Get("Content-Encoding"))
	}
	return w.Body.Len()
}

func TestPagesAreLight(t *testing.T) {
	t.Parallel()
	s := newSite(t, withPlanner(filledPlanner()))
	s.fill(t)
	for who, paths := range map[calendar.Address][]string{
		ana: {"/", "/groups/leads", "/groups/leads/answer", "/hours", "/feeds"},
		mia: {"/admin", "/admin/plan?do=repair", "/admin/report"},
	} {
		most := pageWeight
		if who == mia {
			most = adminWeight
		}
		c := s.as(t, who)
		for _, path := range paths {
			bytes, requests := c.weight(path)
			t.Logf("%-24s %6d bytes in %d requests", path, bytes, requests)
			if bytes > most || requests > pageRequests {
				t.Errorf("%s: %d bytes in %d requests, want at most %d in %d", path, bytes, requests, most, pageRequests)
			}
		}
	}
	c := s.as(t, ana)
	page := c.read("/hours")
	for i, most := range []int{styleWeight, scriptWeight} {
		file := loaded.FindAllStringSubmatch(page, -1)[i][1]
		if got := len(c.read(file)); got > most {
			t.Errorf("%s: %d bytes, want at most %d", file, got, most)
		}
	}
}

// The pages of admins stay light, however many groups there are: BenchmarkAdmin weighs
// them with 2,000.
func TestAdminPagesOfManyGroupsAreLight(t *testing.T) {
	t.Parallel()
	s := newLargeSite(t, 350)
	s.nightOf(t)
	circles := scheduler.DefaultProgram()
	circles.Name, circles.Kind = "circles", scheduler.Circle
	s.here.Service.Workspace.Programs = []scheduler.Program{circles}
	for i := range s.here.Service.Workspace.Groups {
		s.here.Service.Workspace.Groups[i].Program = "circles"
	}
	s.now = availability.Date{Year: 2026, Month: 3, Day: 1}.In(start.Location()).Start
	c := s.as(t, mia)
	for _, path := range []string{"/admin", "/admin?from=100", "/admin/report", "/admin/report?from=100", "/groups/group%200"} {
		bytes, _ := c.weight(path)
		t.Logf("%-24s %6d bytes", path, bytes)
		if bytes > adminWeight {
			t.Errorf("%s: %d bytes, want at most %d", path, bytes, adminWeight)
		}
	}
	for path, want := range map[string][]string{
		"/admin/report":                     {"held, 1 to 100 of 350", `href="/admin/report?from=100#figures"`},
		"/admin/report?from=300&nameless=1": {"held, 301 to 350 of 350", `href="/admin/report?from=200&amp;nameless=1#figures"`},
		"/admin?from=9999":                  {`href="/admin?from=100#groups"`},
	} {
		page := c.read(path)
		for _, words := range want {
			if !strings.Contains(page, words) {
				t.Errorf("%s does not have %q", path, words)
			}
		}
		if rows := strings.Count(page, "<tr>"); rows > 400 {
			t.Errorf("%s has %d rows", path, rows)
		}
	}
}
