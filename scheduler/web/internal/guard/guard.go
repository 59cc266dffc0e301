// Package guard stands before the pages: what is asked where, how much, and from where.
package guard

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Within serves what is under the path base of the host, "" for all of it, as if base were
// not there, and what concerns the whole host.
func Within(base string, next http.Handler) http.Handler {
	if base == "" {
		return next
	}
	inner := http.StripPrefix(base, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, inside := strings.CutPrefix(r.URL.Path, base)
		if raw := r.URL.RawPath; raw != "" && !strings.HasPrefix(raw, base+"/") {
			inside = false // a slash after base that is encoded is part of a name
		}
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

// Policy forbids all that does not come from here (CSP level 3).
const Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Headers sets what every answer says, of pages that come by https if they are secure.
func Headers(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Referrer-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/signin/") || strings.HasPrefix(r.URL.Path, "/feeds/") {
			h.Set("Referrer-Policy", "no-referrer") // the path is a secret
		}
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// Whole returns a request that Within stripped as it was asked of the host.
func Whole(base string, r *http.Request) *http.Request {
	whole := r.Clone(r.Context())
	whole.URL.Path = base + r.URL.Path
	if r.URL.RawPath != "" {
		whole.URL.RawPath = base + r.URL.RawPath
	}
	return whole
}

// hostPaths are what is asked of a host, wherever its pages are.
var hostPaths = []string{"/healthz", "/metrics", "/robots.txt"}

const bodyLimit = 64 << 10 // bytes; the longest form, that of the hours, has 4 kB

// LimitBody cuts off what no form of ours sends.
func LimitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > bodyLimit {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		next.ServeHTTP(w, r)
	})
}

// ErrForm says that a form cannot be read: no browser sent it.
var ErrForm = errors.New("the form cannot be read")

// Form reads the form that was sent. It is ErrForm, or a *http.MaxBytesError, if that
// cannot be done.
func Form(r *http.Request) error {
	err := r.ParseForm()
	if _, large := errors.AsType[*http.MaxBytesError](err); err == nil || large {
		return err
	}
	return fmt.Errorf("%w: %w", ErrForm, err)
}

// Peer returns the address that a request came from: behind proxies that are trusted,
// the last one that none of them has.
func Peer(r *http.Request, trusted []netip.Prefix) netip.Addr {
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	peer := from.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isIn(trusted, peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap()
	}
	return peer
}

func isIn(trusted []netip.Prefix, a netip.Addr) bool {
	for _, p := range trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// IsLoopback reports whether a Host header names this machine by its loopback address.
func IsLoopback(host string) bool {
	host = (&url.URL{Host: host}).Hostname()
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
