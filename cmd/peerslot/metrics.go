package main

import (
	"context"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/scheduler/web"
)

// openMetrics listens for Prometheus on an address of its own, if one is named.
func (o workOptions) openMetrics() (net.Listener, error) {
	if o.metrics == "" {
		return nil, nil
	}
	if _, err := hostOf("metrics", o.metrics, "127.0.0.1:9090"); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.metrics)
	if err != nil {
		return nil, console.WithHint(err, "--metrics names an address of its own, which nothing else listens on")
	}
	return listener, nil
}

// metrics answers Prometheus: /metrics for the only workspace; /metrics/HOST for each of
// several, and /metrics for the jobs of all.
func (s *site) metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux, servers := http.NewServeMux(), s.all() // more may have come
		for _, one := range servers {
			mux.Handle("GET /metrics/"+one.URL.Host+one.URL.Path, one.Metrics())
		}
		if len(servers) == 1 {
			mux.Handle("GET /metrics", servers[0].Metrics())
		} else {
			mux.Handle("GET /metrics", workMetrics(s.fleet))
		}
		mux.ServeHTTP(w, r)
	})
}

// workMetrics answers Prometheus: /metrics for the jobs of all workspaces.
func workMetrics(f *fleet.Fleet) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		web.WriteGauges(w, gauges(f.Load(r.Context())))
	})
	return mux
}

// serveMetrics answers until ctx ends.
func serveMetrics(ctx context.Context, answers http.Handler, listener net.Listener) error {
	h := newServer(answers)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveOn(h, listener) })
	g.Go(func() error {
		<-ctx.Done()
		return h.Close()
	})
	return g.Wait()
}
