package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/scheduler/web"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// Each workspace of several has metrics of its own; where Prometheus looks by default are
// those of the only one, or of the jobs of all.
func TestMetricsOfWorkspaces(t *testing.T) {
	t.Parallel()
	all := &site{fleet: &fleet.Fleet{}}
	for _, host := range []string{"acme.example", "ocean.example"} {
		s := &web.Server{
			URL: &url.URL{Scheme: "https", Host: host}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Open: func(context.Context) (web.Workspace, error) { return web.Workspace{}, errors.New("no store") },
		}
		s.Handler()
		all.servers = append(all.servers, s)
	}
	only := &site{servers: all.servers[:1]}
	for _, c := range []struct {
		site *site
		path string
		want int
		says string
	}{
		{all, "/metrics/acme.example", http.StatusOK, "peerslot_up 0"}, {all, "/metrics/ocean.example", http.StatusOK, "peerslot_up 0"},
		{all, "/metrics", http.StatusOK, "peerslot_jobs_waiting 0"}, {all, "/metrics/river.example", http.StatusNotFound, ""},
		{only, "/metrics", http.StatusOK, "peerslot_up 0"}, {only, "/metrics/ocean.example", http.StatusNotFound, ""}, {only, "/", http.StatusNotFound, ""},
	} {
		w := httptest.NewRecorder()
		c.site.metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		if w.Code != c.want || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s of %d workspaces: %d, want %d and %q:\n%.200s", c.path, len(c.site.servers), w.Code, c.want, c.says, w.Body)
		}
	}
	for _, address := range []string{"9090", "127.0.0.1"} {
		if _, err := (workOptions{metrics: address}).openMetrics(); err == nil {
			t.Errorf("--metrics %s: no error; want one that says what an address is", address)
		}
	}
}

// Prometheus is told how the jobs stand, and how many calls are left.
func TestMetricsOfJobs(t *testing.T) {
	t.Parallel()
	load := fleet.Load{Counts: worker.Counts{Waiting: 3, Running: 2, Failed: 4, Dead: 1, Lag: 90 * time.Second}, CallsLeft: 17, Accounts: 1}
	got := map[string]float64{}
	for _, g := range gauges(load) {
		got[g.Name] = g.Value
	}
	want := map[string]float64{
		"peerslot_jobs_waiting": 3, "peerslot_jobs_running": 2, "peerslot_jobs_failed": 4, "peerslot_jobs_discarded": 1,
		"peerslot_jobs_lag_seconds": 90, "peerslot_calls_left": 17,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gauges (-want +got):\n%s", diff)
	}
	w := httptest.NewRecorder()
	workMetrics(&fleet.Fleet{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if !strings.Contains(w.Body.String(), "\npeerslot_jobs_waiting 0") {
		t.Errorf("who only works answers %d\n%s", w.Code, w.Body)
	}
	dir := t.TempDir()
	manyWorld{dir: dir}.write(t, "peerslot.yaml", "organizer: robot@acme.example\ntimezone: UTC\npeople: [{email: ana@acme.example}]\n")
	servers, at := serving(t, filepath.Join(dir, "peerslot.yaml"))
	for range 200 { // the jobs are opened while pages are served
		text := page(t, servers[0], at, "/metrics")
		if strings.Contains(text, "\npeerslot_jobs_waiting ") && strings.Contains(text, "\npeerslot_jobs_lag_seconds ") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("/metrics never tells of jobs:\n%s", page(t, servers[0], at, "/metrics"))
}
