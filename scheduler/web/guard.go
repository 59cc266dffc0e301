package web

import (
	"net/http"
	"strings"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// secure reports whether members come by https, whatever the last proxy speaks.
func (s *Server) secure() bool { return s.URL.Scheme == "https" }

// onlyHost refuses requests that were meant for another host: links are made from the
// URL alone, and no page of another name shows ours. Who looks after the machine asks
// /healthz by its address.
func (s *Server) onlyHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Host, s.URL.Host) && r.URL.Path != "/healthz" && !(r.URL.Path == "/metrics" && guard.IsLoopback(r.Host)) {
			http.Error(w, "this is not "+s.URL.Host+"; the pages are at "+s.URL.String(), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "this form was not sent from "+s.URL.Host, http.StatusForbidden)
}
