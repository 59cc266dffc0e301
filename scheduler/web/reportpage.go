package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/DataDog/datadog-agent/pkg/template/html"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/report/overview"
	"github.com/peerslot/peerslot/scheduler/web/internal/paging"
)

// spans are the weeks that a report can look back.
var spans = []int{overview.Weeks, 2 * overview.Weeks, 4 * overview.Weeks}

type reportData struct {
	Body    template.HTML
	Weeks   int
	Spans   []int
	Names   bool
	Earlier string // path of the page with the rows before these, "" for none
	Later   string
}

// reportPage shows what 'peerslot report' writes, as the nights found it.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	d := reportData{Weeks: overview.Weeks, Spans: spans, Names: !r.URL.Query().Has("nameless")}
	for _, n := range spans {
		if r.URL.Query().Get("weeks") == strconv.Itoa(n) {
			d.Weeks = n
		}
	}
	stands, err := s.stands.of(r.Context(), v.view, s.Now())
	if err != nil {
		return err
	}
	in, err := overview.Read(r.Context(), v.view.service, d.Weeks)
	if err != nil {
		return err
	}
	in.Attention, in.Sessions = stands.found, sessionsFound(stands.attended, in.Bookings)
	shown, err := overview.New(in)
	if err != nil {
		return err
	}
	rows := paging.Of(len(shown.Groups), r.URL.Query())
	d.Earlier, d.Later = rows.Beside("/admin/report", "figures")
	if d.Body, err = shown.Body(d.Names, overview.Part{From: rows.From, Most: paging.Most}); err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "report", page{Title: shown.Title(), Viewer: v, Here: "/admin", More: "report.css", Data: d})
}

// sessionsFound returns the sessions that nights looked at and that are not cancelled.
func sessionsFound(attended []attendance.Found, bookings []overview.Booking) []overview.Session {
	of := map[calendar.UID]overview.Booking{}
	for _, b := range bookings {
		of[b.UID] = b
	}
	var out []overview.Session
	for _, t := range attended {
		b, known := of[t.UID]
		if !known {
			continue
		}
		for _, found := range t.Sessions {
			if slices.ContainsFunc(b.Off, found.Original.Equal) {
				continue
			}
			one := overview.Session{UID: t.UID, Group: b.Group, Program: b.Program, Interval: found.Interval}
			out = append(out, one.With(t.Members, found.Verdicts))
		}
	}
	return out
}
