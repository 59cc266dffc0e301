package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// meters count what the server does, for Prometheus. They hold no names: a page is
// known by its pattern.
type meters struct{ took *metrics.Set }

func newMeters() meters { return meters{metrics.NewSet()} }

// tookSteps are those into which answers are counted, in seconds.
var tookSteps = []float64{.001, .005, .02, .1, .5, 2, 10, 60}

// timed counts each answer of next.
func (m meters) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		page := r.Pattern // set by the mux, "" for what it never saw
		if page == "" {
			page = "none"
		}
		m.took.GetOrCreatePrometheusHistogramExt(fmt.Sprintf(`peerslot_request_seconds{page=%q,status="%d"}`, page, seen.status), tookSteps).UpdateDuration(began)
	})
}

// A statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets an answer have more time than others.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Metrics answers Prometheus, for a listener of its own that nobody else reaches, in
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.
func (s *Server) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		WriteGauges(w, s.gauges(r.Context()))
		s.meters.write(w)
	})
}

// WriteGauges answers Prometheus with figures, and those of the process.
func WriteGauges(w http.ResponseWriter, gauges []Gauge) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, g := range gauges {
		describe(w, g.Name, "gauge", g.Help)
		metrics.WriteGaugeFloat64(w, g.Name, g.Value)
	}
	metrics.WriteProcessMetrics(w)
}

func (m meters) write(w io.Writer) {
	describe(w, "peerslot_request_seconds", "histogram", "How long answers took, by pattern of the page and status.")
	m.took.WritePrometheus(w)
}

// describe says what the figures of that name are.
func describe(w io.Writer, name, kind, help string) {
	_, _ = fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) // who went away needs no answer
}

// metrics answers Prometheus on this machine alone: neither through a proxy, nor under
// the members' host.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !guard.IsLoopback(r.Host) || r.Header.Get("X-Forwarded-For")+r.Header.Get("Forwarded")+r.Header.Get("Via") != "" {
		s.open(s.nothing).ServeHTTP(w, r)
		return
	}
	s.Metrics().ServeHTTP(w, r)
}

// A Gauge is a figure of the workspace or of who does the work, without names.
type Gauge struct {
	Name, Help string
	Value      float64
}

// gauges tells how the workspace stands at this moment, and what Server.Gauges does.
func (s *Server) gauges(ctx context.Context) []Gauge {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	up := 1.0
	out, err := s.figures(ctx)
	if err != nil {
		s.Log.Error("the metrics are not whole", "err", err)
		up = 0
	}
	out = append(out, Gauge{"peerslot_up", "1 if the workspace and its store can be read.", up})
	if s.Gauges != nil {
		out = append(out, s.Gauges(ctx)...)
	}
	return out
}

// figures returns those of the workspace: with an error, those that could be read.
func (s *Server) figures(ctx context.Context) (out []Gauge, err error) {
	gauge := func(name, help string, value float64) { out = append(out, Gauge{name, help, value}) }
	now, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	gauge("peerslot_groups", "Groups there are.", float64(len(now.names)))
	gauge("peerslot_series", "Series that have not ended.", float64(len(now.bookings)))
	stands, err := s.stands.of(ctx, now, s.Now())
	if err != nil {
		return out, err
	}
	gauge("peerslot_needs_person", "Things that need a person, as the last night found them.", float64(len(stands.attention)))
	gauge("peerslot_calendars_unreadable", "People whose calendars the last night could not read.", float64(stands.unreadable))
	waiting, err := now.service.Store.Unsent(ctx)
	if err != nil {
		return out, err
	}
	gauge("peerslot_mail_waiting", "Messages that wait to be sent.", float64(waiting))
	known, err := now.service.Store.Unattended(ctx)
	if err != nil {
		return out, err
	}
	gauge("peerslot_jobs_dead", "Jobs that were given up.", float64(known.GivenUp()))
	gauge("peerslot_repaired_timestamp_seconds", "For which moment repair went through last; 0 before the first.", seconds(known.Repaired))
	gauge("peerslot_reviewed_timestamp_seconds", "For which moment review went through last; 0 before the first.", seconds(known.Reviewed))
	return out, nil
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
