package web

import (
	"net/http"
	"strings"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// policy forbids all that does not come from here (CSP level 3).
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer says. A page says more: see render.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Referrer-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/signin/") || strings.HasPrefix(r.URL.Path, "/feeds/") {
			h.Set("Referrer-Policy", "no-referrer") // the path is a secret
		}
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// secure reports whether members come by https, whatever the last proxy speaks.
func (s *Server) secure() bool { return s.URL.Scheme == "https" }

// onlyHost refuses requests that were meant for another host: links are made from the
// URL alone, and no page of another name shows ours. Who looks after the machine asks
// /healthz by its address.
func (s *Server) onlyHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Host, s.URL.Host) && r.URL.Path != "/healthz" && !(r.URL.Path == "/metrics" && guard.IsLoopback(r.Host)) {
			http.Error(w, "this is not "+s.URL.Host, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "this form was not sent from "+s.URL.Host, http.StatusForbidden)
}
