package web

import (
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
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

// within serves what is under the path of the URL, as if it were not there, and what
// concerns the whole host.
func (s *Server) within(next http.Handler) http.Handler {
	base := s.URL.Path
	if base == "" {
		return next
	}
	inner := http.StripPrefix(base, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, inside := strings.CutPrefix(r.URL.Path, base)
		switch {
		case inside && rest == "":
			http.Redirect(w, r, base+"/", http.StatusSeeOther)
		case inside && (rest == "/" || rest[0] == '/' && path.Clean(rest) == strings.TrimSuffix(rest, "/")):
			inner.ServeHTTP(w, r)
		case slices.Contains(hostPaths, r.URL.Path):
			next.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

// hostPaths are what is asked of a host, wherever its pages are.
var hostPaths = []string{"/healthz", "/metrics", "/robots.txt"}

// secure reports whether members come by https, whatever the last proxy speaks.
func (s *Server) secure() bool { return s.URL.Scheme == "https" }

// onlyHost refuses requests that were meant for another host: links are made from the
// URL alone, and no page of another name shows ours. Who looks after the machine asks
// /healthz by its address.
func (s *Server) onlyHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Host, s.URL.Host) && r.URL.Path != "/healthz" && !(r.URL.Path == "/metrics" && isLoopback(r.Host)) {
			http.Error(w, "this is not "+s.URL.Host, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const bodyLimit = 64 << 10 // bytes; the longest form, that of the hours, has 4 kB

// limitBody cuts off what no form of ours sends.
func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > bodyLimit {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		next.ServeHTTP(w, r)
	})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "this form was not sent from "+s.URL.Host, http.StatusForbidden)
}

// peer returns the address that a request came from: behind proxies that are trusted,
// the last one that none of them has.
func (s *Server) peer(r *http.Request) netip.Addr {
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	peer := from.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
	}
	return peer
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
