package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/scheduler/web"
)

// A site is the pages of a fleet: those of each workspace under its url:, by host and path.
type site struct {
	lives    []*fleet.Live
	servers  []*web.Server
	handlers map[string]http.Handler // by host, and path if there is one
}

// openSite opens the pages of all workspaces. One of a folder that cannot be served is
// named in the log, and hinders no other. at says where it is listened, once that is
// open; the caller must close the site.
func openSite(ctx context.Context, f *fleet.Fleet, o serveOptions) (*site, net.Listener, error) {
	paths, err := f.Paths()
	if err != nil {
		return nil, nil, err
	}
	s := &site{handlers: map[string]http.Handler{}}
	var listener net.Listener
	for _, path := range paths {
		a := fleet.At(f.App, path)
		a.Databases = f.Databases
		c, err := a.LoadConfig()
		if err == nil && listener == nil {
			listener, err = o.open(c.Web.URL)
		}
		if err == nil {
			err = servable(a, f, c) // before a store is made
		}
		var l *fleet.Live
		if err == nil {
			l, err = fleet.OpenLive(ctx, a, true)
		}
		if err == nil {
			err = s.add(a, f, l, listener)
		}
		if err == nil {
			continue
		}
		if l != nil {
			l.Close()
		}
		if !f.Folder {
			s.close()
			return nil, listener, err
		}
		f.Tell(fleet.WorkspaceName(path), err)
	}
	if len(s.servers) == 0 {
		return nil, listener, errors.New("none of the workspaces can be served; the log says why")
	}
	return s, listener, nil
}

// servable says what of a configuration is not as its pages need it.
func servable(a *console.App, f *fleet.Fleet, c *config.Config) error {
	if f.Folder && c.Web.URL == "" {
		return console.Usagef("give each workspace of a folder a host, or a path on one, of its own", "web: has no url:")
	}
	_, err := provider(a, c.Web.OIDC)
	return err
}

// add adds the pages of one workspace.
func (s *site) add(a *console.App, f *fleet.Fleet, l *fleet.Live, listener net.Listener) error {
	server, err := webServer(a, l, listener.Addr().String())
	if err != nil {
		return err
	}
	at := placeOf(server)
	if s.handlers[at] != nil {
		return fmt.Errorf("another workspace is served as %s", server.URL)
	}
	server.Jobs = s.jobPages(f, l, server.URL.Path+"/admin/jobs")
	server.Gauges = func(ctx context.Context) []web.Gauge { return gauges(f.Load(ctx)) }
	s.lives, s.servers = append(s.lives, l), append(s.servers, server)
	s.handlers[at] = server.Handler()
	return nil
}

// jobPages returns the pages of the jobs of a workspace for those who are admins of all
// workspaces: the jobs of one are among those of others.
func (s *site) jobPages(f *fleet.Fleet, l *fleet.Live, at string) func(context.Context, calendar.Address) http.Handler {
	pages := f.JobPages(at)
	return func(ctx context.Context, admin calendar.Address) http.Handler {
		for _, one := range s.lives {
			if !slices.Contains(one.Config().Web.Admins, admin) {
				return nil
			}
		}
		return pages(ctx, l.Config())
	}
}

func placeOf(s *web.Server) string { return strings.ToLower(s.URL.Host) + s.URL.Path }

// gauges are the figures of the jobs.
func gauges(l fleet.Load) []web.Gauge {
	out := []web.Gauge{
		{Name: "peerslot_jobs_waiting", Help: "Jobs that could be done now, of all processes.", Value: float64(l.Waiting)},
		{Name: "peerslot_jobs_running", Help: "Jobs under way.", Value: float64(l.Running)},
		{Name: "peerslot_jobs_failed", Help: "Jobs that failed and are tried again.", Value: float64(l.Failed)},
		{Name: "peerslot_jobs_discarded", Help: "Jobs that were given up in the last days.", Value: float64(l.Dead)},
		{Name: "peerslot_jobs_lag_seconds", Help: "For how long the oldest job has waited that could be done.", Value: l.Lag.Seconds()},
	}
	if l.Accounts > 0 {
		out = append(out, web.Gauge{Name: "peerslot_calls_left", Help: "Calls that the busiest account could make at once now.", Value: float64(l.CallsLeft)})
	}
	return out
}

func (s *site) close() {
	for _, l := range s.lives {
		l.Close()
	}
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := s.handler(strings.ToLower(r.Host), r.URL.Path)
	if h == nil && (len(s.servers) == 1 || r.URL.Path == "/healthz") {
		h = s.handlers[placeOf(s.servers[0])] // which knows what to do about a strange host
	}
	switch {
	case h != nil:
		h.ServeHTTP(w, r)
	case r.URL.Path == "/robots.txt":
		s.robots(w, r)
	default:
		http.NotFound(w, r)
	}
}

// handler returns the pages of the longest path on the host that the path is under, nil
// for none.
func (s *site) handler(host, path string) http.Handler {
	for {
		if h := s.handlers[host+path]; h != nil || path == "" {
			return h
		}
		path = path[:max(strings.LastIndex(path, "/"), 0)]
	}
}

// robots lets feeds be fetched under all paths of a host, and nothing else.
func (s *site) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, "User-agent: *\nDisallow: /\n")
	for _, one := range s.servers {
		if strings.EqualFold(one.URL.Host, r.Host) {
			fmt.Fprintf(w, "Allow: %s/feeds/\n", one.URL.Path)
		}
	}
}
