package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/web"
)

// scrape asks for /metrics from peer under the Host.
func (s *site) scrape(peer, host string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.RemoteAddr, r.Host = peer, host
	if len(header) == 2 {
		r.Header.Set(header[0], header[1])
	}
	w := httptest.NewRecorder()
	s.serve.ServeHTTP(w, r)
	return w
}

func TestMetricsOnThisMachineAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) {
		s.Gauges = func(context.Context) []web.Gauge {
			return []web.Gauge{{Name: "peerslot_jobs_waiting", Help: "Jobs.", Value: 7}}
		}
	})
	s.book(t)
	s.as(t, ana).read("/groups/leads")
	w := s.scrape("127.0.0.1:4000", "127.0.0.1:8080")
	body := w.Body.String()
	for _, want := range []string{"peerslot_up 1", "peerslot_jobs_waiting 7", "peerslot_series 1", "peerslot_groups 1", "peerslot_mail_waiting 0",
		"# HELP peerslot_up 1 if", "# TYPE peerslot_up gauge", "# TYPE peerslot_request_seconds histogram", `peerslot_request_seconds_bucket{page="GET /groups/{name}",status="200",le="+Inf"} 1`, "go_goroutines ",
		`peerslot_request_seconds_count{page="GET /groups/{name}",status="200"} 1`} {
		if w.Code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d: no %s in\n%s", w.Code, want, body)
		}
	}
	for _, name := range []string{"leads", string(ana), "Lima"} {
		if strings.Contains(body, name) {
			t.Errorf("the metrics name %s", name)
		}
	}
	for what, w := range map[string]*httptest.ResponseRecorder{
		"from elsewhere":         s.scrape("192.0.2.7:4000", "127.0.0.1:8080"),
		"through a proxy":        s.scrape("127.0.0.1:4000", "127.0.0.1:8080", "X-Forwarded-For", "192.0.2.7"),
		"under the members' URL": s.scrape("127.0.0.1:4000", s.URL.Host),
	} {
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "peerslot_up") {
			t.Errorf("%s: %d; want 404", what, w.Code)
		}
	}
	own := httptest.NewRecorder()
	s.Metrics().ServeHTTP(own, httptest.NewRequest(http.MethodGet, "/", nil))
	if !strings.Contains(own.Body.String(), "peerslot_up 1") {
		t.Error("a listener of its own gives no metrics")
	}
}

// A store that cannot be read is told, and stops nothing.
func TestMetricsWithoutAStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.store.Close()
	if w := s.scrape("127.0.0.1:4000", "localhost"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "peerslot_up 0") {
		t.Errorf("%d\n%s\nwant peerslot_up 0", w.Code, w.Body)
	}
}
