package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// jobsPolicy has River's pages ask us for what they show, and lay it out.
// Their code makes styles of its own, and changes them from release to release.
var jobsPolicy = strings.Replace(guard.Policy, "style-src 'self'", "style-src 'self' 'unsafe-inline'", 1) + "; connect-src 'self'"

func (s *Server) jobRoutes(mux *http.ServeMux) {
	mux.Handle("GET /admin/jobs", s.admin(func(w http.ResponseWriter, r *http.Request, v viewer) error {
		if s.jobsFor(r.Context(), v) == nil {
			return errNotFound
		}
		return s.done(w, r, "/admin/jobs/")
	}))
	mux.Handle("/admin/jobs/", s.admin(s.jobs))
}

// jobs shows the jobs on pages that are not ours.
func (s *Server) jobs(w http.ResponseWriter, r *http.Request, v viewer) error {
	pages := s.jobsFor(r.Context(), v)
	if pages == nil {
		return errNotFound
	}
	w.Header().Set("Content-Security-Policy", jobsPolicy)
	if strings.HasPrefix(r.URL.Path, "/admin/jobs/assets/") {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable") // their names change with them
	}
	pages.ServeHTTP(w, guard.Whole(s.URL.Path, r))
	return nil
}

// jobsFor returns the pages of the jobs, nil if there are none for the viewer.
func (s *Server) jobsFor(ctx context.Context, v viewer) http.Handler {
	if s.Jobs == nil {
		return nil
	}
	return s.Jobs(ctx, v.Address)
}
