package web

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/feed"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

type groupData struct {
	Name    string
	Path    string
	Zone    *time.Location
	Members []column
	Series  []seriesData
	Intro   string
	Agenda  string
	Mine    bool // the viewer is a member
	Leaves  bool // and may leave its program
}

// A seriesData is one series of a group: the current one, or one that runs out.
type seriesData struct {
	Sentence string
	Sessions []session
	Mine     []session // that the viewer cannot attend, with the reason
	At       time.Time // of the last night; zero before the first
	Best     []string
	Week     report.WeekTable // for admins alone: in a pair it is the other's calendar
	Asked    bool             // what should follow
	Answered bool             // by the viewer
}

// group shows a group to its members and to admins.
func (s *Server) group(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.group(r.PathValue("name"))
	if err != nil {
		return err
	}
	d := groupData{Name: g.Name, Path: groupPath(g.Name), Zone: v.Zone, Members: v.view.columns(g.Members), Mine: isMember(g, v.Address)}
	d.Leaves = d.Mine && g.Program != ""
	for _, b := range v.view.of[g.Name] {
		one, err := s.seriesData(r, v, g, b)
		if err != nil {
			s.Log.Error("a series cannot be shown", "group", g.Name, "err", err)
			continue
		}
		d.Series = append(d.Series, one)
		d.Agenda = b.Series.Description
	}
	if d.Intro, err = planning.Intro(r.Context(), v.view.service, g.Name); err != nil {
		s.Log.Error("an introduction cannot be shown", "group", g.Name, "err", err)
	}
	return s.render(w, r, http.StatusOK, "group", page{Title: g.Name, Viewer: v, Data: d})
}

// seriesFile gives members, and admins, the group's sessions as a file for any calendar program.
func (s *Server) seriesFile(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.group(r.PathValue("name"))
	if err != nil {
		return err
	}
	var whose scheduler.Person // all members', for an admin who is none
	if isMember(g, v.Address) {
		whose = v.Person
	}
	body, err := feed.Of(v.view.service.Workspace, v.view.of[g.Name], whose, g.Name, s.Now())
	if err != nil {
		return err
	}
	attach(w, g.Name+".ics", "text/calendar; charset=utf-8", body.Text)
	return nil
}

// attach answers with a file to be saved under a name.
func attach(w http.ResponseWriter, name, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, _ = w.Write(data) // who went away needs no answer
}

// weekFile gives admins the heat map of a group's current series as a picture.
func (s *Server) weekFile(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.group(r.PathValue("name"))
	b, booked := v.view.of[g.Name].Current(g.Name)
	if err != nil || !booked {
		return errNotFound
	}
	found, err := v.attended(r.Context(), b.Series.UID)
	if err != nil {
		return err
	}
	if len(found.Week.Attendance) == 0 {
		return errNotFound
	}
	var picture bytes.Buffer
	if err := v.heatMap(g, found).WriteSVG(&picture); err != nil {
		return err
	}
	attach(w, g.Name+".svg", "image/svg+xml", picture.Bytes())
	return nil
}

// heatMap returns the picture of the week as the last night found it.
func (v viewer) heatMap(g scheduler.Group, found attendance.Found) report.HeatMap {
	m := report.HeatMap{
		Ranking: planning.Ranking{Group: g, Search: found.Week.Search}, All: found.Week.Candidates(), NoTips: true,
		Name: func(a string) string { return v.view.name(calendar.Address(a)) },
	}
	for _, c := range found.Best {
		m.Ranking.Candidates = append(m.Ranking.Candidates, planning.Ranked{Candidate: c})
	}
	for _, a := range g.Members {
		if zone, err := availability.LoadZone(v.view.service.Workspace.Roster.Of(a).Zone); err == nil {
			m.Ranking.Members = append(m.Ranking.Members, availability.Member{Name: string(a), Zone: zone})
		}
	}
	return m
}

func (s *Server) seriesData(r *http.Request, v viewer, g scheduler.Group, b scheduler.Booking) (seriesData, error) {
	d := seriesData{}
	var err error
	if d.Sessions, err = v.sessionsOf(r.Context(), b, g.Members, s.Now()); err != nil {
		return d, err
	}
	found, err := v.attended(r.Context(), b.Series.UID)
	if err != nil {
		return d, err
	}
	d.At, d.Sentence = found.At, seriesWords(b, d.Sessions, v.Zone, s.Now(), isMember(g, v.Address))
	if me := slices.Index(g.Members, v.Address); me >= 0 {
		for _, one := range d.Sessions {
			if !one.Off && one.Cells[me].Why != "" {
				one.Cells = one.Cells[me : me+1]
				d.Mine = append(d.Mine, one)
			}
		}
	}
	for _, c := range found.Best {
		words := bestWords(c, b.Series.Cadence, v.Zone)
		if c.Slot == b.Series.Slot && c.First.DaysUntil(b.Series.First)%(7*int(b.Series.Cadence)) == 0 {
			words += ", as it is now"
		}
		d.Best = append(d.Best, words)
	}
	if v.Admin {
		d.Week = report.NewWeekTable(found.Week)
	}
	d.Asked, _ = v.asked(b, s.Now())
	d.Answered = d.Asked && s.hasAnswered(r.Context(), v, b)
	return d, nil
}

// seriesWords says from when on if that is to come, when the group meets, until when, and who can come.
func seriesWords(b scheduler.Booking, ahead []session, zone *time.Location, now time.Time, mine bool) string {
	var share scheduler.Share
	var last time.Time
	for _, one := range ahead {
		if !one.Off {
			share, last = share.Plus(one.Share), one.Start
		}
	}
	if last.IsZero() {
		return "The last session is over."
	}
	words, later := "Meets", "it meets"
	if mine {
		words, later = "You meet", "you meet"
	}
	if b.Series.First.Compare(availability.DateOf(now.In(zone))) > 0 {
		words = "From " + b.Series.First.In(zone).Start.Format("Mon 2 January") + " on " + later
	}
	words += fmt.Sprintf(" %s, until %s.", slotWords(b.Series, zone, now), last.In(zone).Format("Mon 2 January"))
	switch {
	case share.Known() == 0:
		return words
	case share.Unknown > 0:
		return words + fmt.Sprintf(" %d of %d attendances ahead can be kept; of %d more nothing is known.", share.Yes, share.Known(), share.Unknown)
	}
	return words + fmt.Sprintf(" %d of %d attendances ahead can be kept.", share.Yes, share.Known())
}

// slotWords says the slot of a series: "every week on Tuesday at 15:00 Berlin", in the
// reader's zone as it is by now, or at first if it is yet to begin.
func slotWords(s calendar.Series, zone *time.Location, now time.Time) string {
	day, then := s.First, "at first"
	if over := s.First.DaysUntil(availability.DateOf(now.In(zone))); over > 0 {
		day, then = s.First.AddDays((over+6)/7*7), "now"
	}
	return every[s.Cadence] + " on " + slotIn(s.Slot, day, zone, then)
}

var every = map[availability.Cadence]string{availability.Weekly: "every week", availability.Biweekly: "every two weeks", availability.Monthly: "every four weeks"}

// slotIn says a slot in its own zone, and if that is another one, what it is on a day in
// the reader's; then says when that is.
func slotIn(slot availability.Slot, day availability.Date, zone *time.Location, then string) string {
	own, err := availability.LoadZone(slot.Zone)
	if err != nil {
		return slot.String()
	}
	words := fmt.Sprintf("%s at %s %s", slot.Day, availability.FormatClock(slot.Start), city(own))
	iv, err := slot.On(day)
	if err != nil || own.String() == zone.String() {
		return words
	}
	return fmt.Sprintf("%s (%s %s %s)", words, iv.Start.In(zone).Format("Mon 15:04"), city(zone), then)
}

// bestWords says a slot, and for a series that does not meet every week in which weeks.
func bestWords(c availability.Candidate, cadence availability.Cadence, zone *time.Location) string {
	words := slotIn(c.Slot, c.First, zone, "at first")
	if cadence != availability.Weekly {
		words += ", from " + c.First.In(time.UTC).Start.Format("Mon 2 January") + " on"
	}
	return words + fmt.Sprintf(": %d of %d attendances", c.Attendance, c.Possible)
}

func groupPath(name string) string { return "/groups/" + url.PathEscape(name) }

func lastDay(s calendar.Series, zone *time.Location) string {
	last, err := s.LastEnd()
	if err != nil || last.IsZero() {
		return "an unknown day"
	}
	return last.In(zone).Format("Mon 2 January")
}
