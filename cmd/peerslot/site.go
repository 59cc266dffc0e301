package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/scheduler/web"
)

// A site is the pages of a fleet: those of each workspace under the host of its url:.
type site struct {
	lives    []*fleet.Live
	servers  []*web.Server
	handlers map[string]http.Handler // by host
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
		l, err := fleet.OpenLive(ctx, a)
		if err == nil && listener == nil {
			listener, err = o.open(l)
		}
		if err == nil {
			err = s.add(a, l, listener, f.Folder)
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

// add adds the pages of one workspace.
func (s *site) add(a *console.App, l *fleet.Live, listener net.Listener, named bool) error {
	if c := l.Config(); named && c.Web.URL == "" {
		return console.Usagef("give each workspace of a folder a host of its own", "web: has no url:")
	}
	server, err := webServer(a, l, listener.Addr().String())
	if err != nil {
		return err
	}
	host := strings.ToLower(server.URL.Host)
	if s.handlers[host] != nil {
		return fmt.Errorf("another workspace is served as %s", server.URL)
	}
	s.lives, s.servers = append(s.lives, l), append(s.servers, server)
	s.handlers[host] = server.Handler()
	return nil
}

func (s *site) close() {
	for _, l := range s.lives {
		l.Close()
	}
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := s.handlers[strings.ToLower(r.Host)]
	if h == nil && (len(s.servers) == 1 || r.URL.Path == "/healthz") {
		h = s.handlers[strings.ToLower(s.servers[0].URL.Host)] // which knows what to do about a strange host
	}
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h.ServeHTTP(w, r)
}
