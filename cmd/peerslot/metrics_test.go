package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/web"
)

// Each workspace of several has metrics of its own; the only one's stand where Prometheus
// looks by default.
func TestMetricsOfWorkspaces(t *testing.T) {
	t.Parallel()
	all := &site{}
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
	}{
		{all, "/metrics/acme.example", http.StatusOK}, {all, "/metrics/ocean.example", http.StatusOK}, {all, "/metrics", http.StatusNotFound},
		{only, "/metrics", http.StatusOK}, {only, "/metrics/ocean.example", http.StatusNotFound}, {only, "/", http.StatusNotFound},
	} {
		w := httptest.NewRecorder()
		c.site.metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.path, nil))
		if w.Code != c.want || w.Code == http.StatusOK && !strings.Contains(w.Body.String(), "peerslot_up 0") {
			t.Errorf("%s of %d workspaces: %d, want %d, and that it is not up:\n%.200s", c.path, len(c.site.servers), w.Code, c.want, w.Body)
		}
	}
	for _, address := range []string{"9090", "127.0.0.1"} {
		if _, err := (serveOptions{metrics: address}).openMetrics(); err == nil {
			t.Errorf("--metrics %s: no error; want one that says what an address is", address)
		}
	}
}
