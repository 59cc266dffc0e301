// Package web is the members' pages and the operator's: what stands, asked of the
// store, and forms that change it.
//
// A [Server] has one function a page. It gets a request and the viewer, and either
// renders the page's data with the template of the same name, whole, before a byte is
// written, or changes something and redirects. No page reads calendars: what it shows
// is in a [view], made of the store once for each change of it.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/internal/assets"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
	"github.com/peerslot/peerslot/scheduler/web/issuer"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// A Server serves the pages of one workspace. Its fields must not change while it is
// in use.
type Server struct {
	URL     *url.URL       // as members see it: a host, and a path such as /acme or none; http only of a loopback address
	Trusted []netip.Prefix // proxies whose X-Forwarded-For counts

	// Open returns the workspace as its files and the store are now. It is asked at each
	// request; while the files are the same its Stamp is.
	Open func(context.Context) (Workspace, error)

	Accounts account.Accounts
	Feeds    account.Feeds

	// Key is what the addresses of feeds are made with, 32 bytes that lie beside the
	// store, not in it.
	Key []byte

	// SendLink brings a link for signing in to a person. Nil: nobody does, and asking for
	// one is answered as ever.
	SendLink func(ctx context.Context, to calendar.Address, link string) error

	// Printed reports whether links are printed where the server runs, for want of mail.
	// Nil: they are not.
	Printed func() bool

	// Answer keeps what a member would like to follow their group's series.
	Answer func(ctx context.Context, s *scheduler.Service, group string, who calendar.Address, a scheduler.Answer) error

	// HasAnswered reports whether a member did so already, for their own pages.
	HasAnswered func(ctx context.Context, s *scheduler.Service, b scheduler.Booking, who calendar.Address) (bool, error)

	Gauges func(context.Context) []Gauge // further figures of /metrics; nil for none

	// Jobs returns the pages of the jobs for an admin, which serve what is under
	// /admin/jobs/ of URL; nil if there are none for them. Nil: for nobody.
	Jobs func(ctx context.Context, admin calendar.Address) http.Handler

	// Zone reads what members call their zone.
	Zone func(text string) (zone, likely string)

	Planner plans.Planner // makes and carries out plans for admins; nil if nothing does

	OIDC *issuer.Provider // who vouches for people, too; nil for nobody

	Now func() time.Time
	Log *slog.Logger

	stopping context.Context // ends once Stop is called
	stop     context.CancelFunc
	views    viewCache
	bodies   bodyCache
	stands   standingCache
	meters   meters
	asked    guard.AskLimit
	letters  chan letter
	assets   assets.Files
	mux      *http.ServeMux
}

// A Workspace is what a server serves.
type Workspace struct {
	*scheduler.Service
	Admins []calendar.Address
	Most   int          // peer sessions a week that are good for somebody
	Stamp  int64        // another one after the files were read anew
	Fault  error        // why an edit of the files is not used; for admins
	Steps  report.Steps // how admins are told what they do next outside the pages
}

// Handler returns the pages. It is called once.
func (s *Server) Handler() http.Handler {
	s.assets, s.letters, s.mux = assets.New(s.open(s.nothing)), make(chan letter, 100), http.NewServeMux()
	s.meters = newMeters()
	s.stopping, s.stop = context.WithCancel(context.Background())
	s.routes(s.mux)
	protection := http.NewCrossOriginProtection()
	_ = protection.AddTrustedOrigin(s.URL.Scheme + "://" + s.URL.Host) // its form was checked with the configuration
	protection.SetDenyHandler(http.HandlerFunc(s.refuseOrigin))
	return guard.Within(s.URL.Path, guard.Headers(s.secure(), s.onlyHost(guard.LimitBody(protection.Handler(s.meters.timed(s.mux))))))
}

// routes names all pages, with who may open them.
func (s *Server) routes(mux *http.ServeMux) {
	mux.Handle("GET /static/{name}", s.assets)
	mux.HandleFunc("GET /favicon.ico", s.assets.Icon)
	mux.HandleFunc("GET /robots.txt", s.robots)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /metrics", s.metrics)

	mux.Handle("GET /signin", s.open(s.signInPage))
	mux.Handle("POST /signin", s.open(s.askForLink))
	mux.Handle("GET /signin/oidc", s.open(s.withProvider))
	mux.Handle("GET /signin/{token}", s.open(s.linkPage))
	mux.Handle("POST /signin/{token}", s.open(s.spendLink))
	mux.Handle("POST /signout", s.open(s.signOut))

	s.feedRoutes(mux)
	s.adminRoutes(mux)
	s.jobRoutes(mux)

	mux.Handle("GET /{$}", s.member(s.home))
	mux.Handle("GET /hours", s.member(s.hours))
	mux.Handle("POST /hours", s.member(s.saveHours))
	mux.Handle("POST /hours/roster", s.member(s.rosterHours))
	mux.Handle("POST /hours/rejoin", s.member(s.rejoin))
	mux.Handle("GET /groups/{name}/leave", s.member(s.leavePage))
	mux.Handle("POST /groups/{name}/leave", s.member(s.leave))
	mux.Handle("GET /groups/{name}", s.member(s.group))
	mux.Handle("GET /groups/{name}/series.ics", s.member(s.seriesFile))
	mux.Handle("GET /groups/{name}/answer", s.member(s.answerPage))
	mux.Handle("POST /groups/{name}/answer", s.member(s.answer))
	mux.Handle("/", s.open(s.nothing))
}

// Stop has /healthz say that the server ends, so that no new requests are sent to it, and
// has plans that are carried out end between two changes. There must be a Handler.
func (s *Server) Stop() { s.stop() }

// healthz says whether the server can do its work.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) { WriteHealth(w, s.Able(r.Context())) }

// Able returns why the server cannot do its work, in words for all, nil if it can.
func (s *Server) Able(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if s.stopping.Err() != nil {
		return errors.New("stopping")
	}
	if err := s.Accounts.Ping(ctx); err != nil {
		s.Log.Error("the store cannot be reached", "err", err)
		return errors.New("the store cannot be reached")
	}
	return nil
}

// WriteHealth answers who asks for the health of what err hinders, nil for nothing.
func WriteHealth(w http.ResponseWriter, err error) {
	status, text := http.StatusOK, "ok"
	if err != nil {
		status, text = http.StatusServiceUnavailable, err.Error()
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}

func (s *Server) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /\nAllow: " + s.URL.Path + "/feeds/\n"))
}

// nothing is the page of whatever is not there, or not for the viewer.
func (s *Server) nothing(http.ResponseWriter, *http.Request, viewer) error { return errNotFound }
