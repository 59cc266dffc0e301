package web

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// meters count what the server does, for Prometheus. They hold no names: a page is
// known by its pattern.
type meters struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
}

func newMeters(s *Server) meters {
	m := meters{
		registry: prometheus.NewRegistry(),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "peerslot_request_seconds", Help: "How long answers took, by pattern of the page and status.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"page", "status"}),
	}
	m.registry.MustRegister(m.took, workspaceMeter{s}, furtherMeter{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

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
		m.took.WithLabelValues(page, strconv.Itoa(seen.status)).Observe(time.Since(began).Seconds())
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

// Metrics answers Prometheus, for a listener of its own that nobody else reaches.
func (s *Server) Metrics() http.Handler {
	return promhttp.HandlerFor(s.meters.registry, promhttp.HandlerOpts{})
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

// A workspaceMeter tells how the workspace stands at the moment it is asked.
type workspaceMeter struct{ server *Server }

func describe(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, nil, nil) }

var (
	upDesc         = describe("peerslot_up", "1 if the workspace and its store can be read.")
	groupsDesc     = describe("peerslot_groups", "Groups there are.")
	seriesDesc     = describe("peerslot_series", "Series that have not ended.")
	needsDesc      = describe("peerslot_needs_person", "Things that need a person, as the last night found them.")
	mailDesc       = describe("peerslot_mail_waiting", "Messages that wait to be sent.")
	unreadableDesc = describe("peerslot_calendars_unreadable", "People whose calendars the last night could not read.")
	deadDesc       = describe("peerslot_jobs_dead", "Jobs that were given up.")
	repairedDesc   = describe("peerslot_repaired_timestamp_seconds", "For which moment repair went through last; 0 before the first.")
	reviewedDesc   = describe("peerslot_reviewed_timestamp_seconds", "For which moment review went through last; 0 before the first.")
)

// Describe implements prometheus.Collector.
func (m workspaceMeter) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, groupsDesc, seriesDesc, needsDesc, mailDesc, unreadableDesc, deadDesc, repairedDesc, reviewedDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m workspaceMeter) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	up := 1.0
	if err := m.collect(ctx, out); err != nil {
		m.server.Log.Error("the metrics are not whole", "err", err)
		up = 0
	}
	out <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, up)
}

func (m workspaceMeter) collect(ctx context.Context, out chan<- prometheus.Metric) error {
	gauge := func(d *prometheus.Desc, value float64) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	now, err := m.server.view(ctx)
	if err != nil {
		return err
	}
	gauge(groupsDesc, float64(len(now.names)))
	gauge(seriesDesc, float64(len(now.bookings)))
	stands, err := m.server.stands.of(ctx, now, m.server.Now())
	if err != nil {
		return err
	}
	gauge(needsDesc, float64(len(stands.attention)))
	gauge(unreadableDesc, float64(stands.unreadable))
	waiting, err := now.service.Store.Notices(ctx)
	if err != nil {
		return err
	}
	gauge(mailDesc, float64(len(waiting)))
	known, err := now.service.Store.Unattended(ctx)
	if err != nil {
		return err
	}
	gauge(deadDesc, float64(len(known.Dead)))
	gauge(repairedDesc, seconds(known.Repaired))
	gauge(reviewedDesc, seconds(known.Reviewed))
	return nil
}

// A Gauge is a figure of who does the work, without names.
type Gauge struct {
	Name, Help string
	Value      float64
}

// A furtherMeter tells what Server.Gauges does.
type furtherMeter struct{ server *Server }

// Describe implements prometheus.Collector: what there is, is known when it is asked.
func (furtherMeter) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (m furtherMeter) Collect(out chan<- prometheus.Metric) {
	if m.server.Gauges == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, g := range m.server.Gauges(ctx) {
		out <- prometheus.MustNewConstMetric(describe(g.Name, g.Help), prometheus.GaugeValue, g.Value)
	}
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
