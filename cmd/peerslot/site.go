package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/scheduler/web"
)

// A site is the pages of a fleet: those of each workspace under its url:, by host and path.
type site struct {
	fleet    *fleet.Fleet
	listener net.Listener // nil before the first workspace can be read

	mu       sync.Mutex
	opened   map[string]bool // by the workspace's file
	lives    []*fleet.Live
	servers  []*web.Server
	handlers map[string]http.Handler // by host, and path if there is one
}

// openSite opens the pages of all workspaces. The caller must close the site, also
// after an error.
func openSite(ctx context.Context, f *fleet.Fleet, o serveOptions) (*site, error) {
	s := &site{fleet: f, opened: map[string]bool{}, handlers: map[string]http.Handler{}}
	_, err := s.open(ctx, o)
	if err == nil && len(s.servers) == 0 {
		err = errors.New("none of the workspaces can be served; the log says why")
	}
	return s, err
}

// open opens the pages of the workspaces that have none yet, and returns who serves them.
// One of a folder that cannot be served is named in the log, and hinders no other: none
// waits for the store of another.
func (s *site) open(ctx context.Context, o serveOptions) ([]*web.Server, error) {
	members, err := s.fleet.Members()
	if err != nil {
		return nil, err
	}
	type one struct {
		fleet.Member
		app  *console.App
		live *fleet.Live
		err  error
	}
	var ones []*one
	var g errgroup.Group
	g.SetLimit(o.jobs) // each takes two connections of those that there are for as many jobs
	for _, m := range members {
		if s.opened[m.Path] {
			continue
		}
		n := &one{Member: m, app: fleet.At(s.fleet.App, m.Path)}
		n.app.Databases = s.fleet.Databases
		ones = append(ones, n)
		if n.err = s.servable(n.app, m.Config, o); n.err == nil { // before a store is made
			g.Go(func() error {
				n.live, n.err = fleet.OpenLive(ctx, n.app, true)
				return nil
			})
		}
	}
	_ = g.Wait()
	began := len(s.servers)
	for _, n := range ones {
		if n.err == nil {
			n.err = s.add(n.app, n.live)
		}
		if n.err != nil && n.live != nil {
			n.live.Close()
		}
		if n.err != nil && !s.fleet.Folder {
			return nil, n.err
		}
		s.fleet.Tell(fleet.Pages, n.Name, n.err)
	}
	return s.all()[began:], nil
}

// all returns who serves the pages of the workspaces.
func (s *site) all() []*web.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.servers)
}

// servable says what of a configuration is not as its pages need it. The first one says
// for whom is listened.
func (s *site) servable(a *console.App, c *config.Config, o serveOptions) (err error) {
	if s.listener == nil {
		if s.listener, err = o.open(c.Web.URL); err != nil {
			return err
		}
	}
	if s.fleet.Folder && c.Web.URL == "" {
		return console.Usagef("give each workspace of a folder a host, or a path on one, of its own", "web: has no url:")
	}
	_, err = provider(a, c.Web.OIDC)
	return err
}

// add adds the pages of one workspace.
func (s *site) add(a *console.App, l *fleet.Live) error {
	server, err := webServer(a, l, s.listener.Addr().String())
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := placeOf(server)
	if s.handlers[at] != nil {
		return console.WithHint(fmt.Errorf("another workspace is served as %s", server.URL), "give each a host, or a path on one, of its own: url: in web:")
	}
	server.Jobs = s.jobPages(l, server.URL.Path+"/admin/jobs")
	server.Gauges = func(ctx context.Context) []web.Gauge { return gauges(s.fleet.Load(ctx)) }
	s.lives, s.servers, s.opened[a.ConfigPath] = append(s.lives, l), append(s.servers, server), true
	s.handlers[at] = server.Handler()
	return nil
}

// jobPages returns the pages of the jobs of a workspace for those who are admins of all
// workspaces: the jobs of one are among those of others.
func (s *site) jobPages(l *fleet.Live, at string) func(context.Context, calendar.Address) http.Handler {
	pages := s.fleet.JobPages(at)
	return func(_ context.Context, admin calendar.Address) http.Handler {
		s.mu.Lock()
		lives := slices.Clone(s.lives)
		s.mu.Unlock()
		for _, one := range lives {
			if !slices.Contains(one.Config().Web.Admins, admin) {
				return nil
			}
		}
		return pages(l.Config())
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
	if s.listener != nil {
		s.listener.Close()
	}
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch h := s.handler(strings.ToLower(r.Host), r.URL.Path); {
	case h != nil:
		h.ServeHTTP(w, r)
	case r.URL.Path == "/healthz":
		web.WriteHealth(w, s.able(r.Context()))
	case r.URL.Path == "/robots.txt":
		s.robots(w, r)
	default:
		http.NotFound(w, r)
	}
}

// handler returns the pages of the longest path on the host that the path is under, nil
// for none. The only pages there are know what to do about a strange host.
func (s *site) handler(host, path string) http.Handler {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := path; ; at = at[:max(strings.LastIndex(at, "/"), 0)] {
		if h := s.handlers[host+at]; h != nil {
			return h
		}
		if at == "" {
			break
		}
	}
	if len(s.servers) == 1 {
		return s.handlers[placeOf(s.servers[0])]
	}
	return nil
}

// able returns why no workspace can be served, nil if one can: who asks by another host is
// about to send all requests, or none.
func (s *site) able(ctx context.Context) (err error) {
	servers := s.all()
	answers := make(chan error, len(servers))
	for _, one := range servers {
		go func() { answers <- one.Able(ctx) }() // for two seconds at most
	}
	for range servers {
		if err = <-answers; err == nil {
			return nil
		}
	}
	return err
}

// robots lets feeds be fetched under all paths of a host, and nothing else.
func (s *site) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, "User-agent: *\nDisallow: /\n")
	for _, one := range s.all() {
		if strings.EqualFold(one.URL.Host, r.Host) {
			fmt.Fprintf(w, "Allow: %s/feeds/\n", one.URL.Path)
		}
	}
}
