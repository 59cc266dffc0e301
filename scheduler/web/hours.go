package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
	"github.com/peerslot/peerslot/scheduler/web/internal/hoursform"
)

type hoursData struct {
	hoursform.Form
	Own     bool     // these count instead of the roster's
	Roster  string   // what the roster says
	Version int64    // of the settings that the form was made from
	Zones   []string // that others here have
	Left    []string // programs in which the viewer takes part no longer
	Saved   bool
	Joined  string // the program in which the viewer takes part again, "" for none
	Outside string // which sessions the hours touch
	Fault   string
}

// hours shows when a member can meet, to be changed.
func (s *Server) hours(w http.ResponseWriter, r *http.Request, v viewer) error {
	if !v.Member {
		return errNotFound
	}
	return s.hoursForm(w, r, v, http.StatusOK, hoursData{Form: hoursform.Of(v.Person.OwnHours(), v.Person.PausedUntil), Saved: r.URL.Query().Has("saved")})
}

func (s *Server) hoursForm(w http.ResponseWriter, r *http.Request, v viewer, status int, d hoursData) error {
	set, err := v.view.service.SettingsOf(r.Context(), v.Address)
	if err != nil {
		return err
	}
	d.Own, d.Version, d.Left = set.Own != nil, set.Version, set.Left
	d.Zones = v.view.zones
	if joined, ok := v.view.service.Workspace.Program(r.URL.Query().Get("joined")); ok && !slices.Contains(set.Left, joined.Name) {
		d.Joined = joined.Name
	}
	if said, ok := v.view.roster.Find(v.Address); ok {
		d.Roster = hoursform.Text(said.Hours) + ", " + said.Zone
	}
	if d.Saved {
		if d.Outside, err = s.outside(v); err != nil {
			return err
		}
	}
	return s.render(w, r, status, "hours", page{Title: "My hours", Viewer: v, Here: "/hours", Script: "hours.js", Data: d})
}

// saveHours keeps what a member sent, unless something of it is wrong.
func (s *Server) saveHours(w http.ResponseWriter, r *http.Request, v viewer) error {
	if !v.Member {
		return errNotFound
	}
	if err := guard.Form(r); err != nil {
		return err
	}
	f := hoursform.Typed(r.PostForm)
	own, paused := f.Read(s.Zone, s.knowsHolidays(v))
	if len(f.Faults) > 0 {
		return s.hoursForm(w, r, v, http.StatusUnprocessableEntity, hoursData{Form: f, Fault: "Nothing is saved yet: look at what is marked below."})
	}
	return s.set(w, r, v, f, func(set *scheduler.Settings) string {
		was := *set
		set.Own, set.Paused = &own, paused
		if paused == v.view.roster.Of(v.Address).PausedUntil {
			set.Paused = availability.Date{} // as the roster says
		}
		said := report.Settings(*set)
		if said == report.Settings(was) {
			said = "changed " + said
		} else if said == "" {
			said = "has the roster's again"
		}
		return said
	})
}

// rosterHours takes a member's own hours back.
func (s *Server) rosterHours(w http.ResponseWriter, r *http.Request, v viewer) error {
	if !v.Member {
		return errNotFound
	}
	if err := guard.Form(r); err != nil {
		return err
	}
	return s.set(w, r, v, hoursform.Of(v.view.roster.Of(v.Address).OwnHours(), v.Person.PausedUntil), func(set *scheduler.Settings) string {
		set.Own = nil
		return "took their own hours back; the roster's count again"
	})
}

// set changes the viewer's settings; the version in the form says from which.
func (s *Server) set(w http.ResponseWriter, r *http.Request, v viewer, f hoursform.Form, change func(*scheduler.Settings) string) error {
	set, err := v.view.service.SettingsOf(r.Context(), v.Address)
	if err != nil {
		return err
	}
	if version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64); err == nil {
		set.Version = version
	}
	why := change(&set)
	err = v.view.service.Set(r.Context(), set, why)
	if errors.Is(err, scheduler.ErrStale) && !saysAlready(r.Context(), v, set) {
		return s.hoursForm(w, r, v, http.StatusConflict, hoursData{Form: f, Fault: "You changed your hours in another window meanwhile. What you see here is not saved; press Save once more if it is what you want."})
	}
	if err != nil && !errors.Is(err, scheduler.ErrStale) {
		return err
	}
	return s.done(w, r, "/hours?saved")
}

// saysAlready reports whether the viewer's hours and pause are those already: Save was
// pressed twice.
func saysAlready(ctx context.Context, v viewer, set scheduler.Settings) bool {
	now, err := v.view.service.SettingsOf(ctx, v.Address)
	if err != nil || now.Own == nil || set.Own == nil {
		return false
	}
	return reflect.DeepEqual(hoursform.Of(*now.Own, now.Paused), hoursform.Of(*set.Own, set.Paused))
}

// knowsHolidays returns what tells whether a region's holidays are known. The roster's own
// region may be a calendar of the company.
func (s *Server) knowsHolidays(v viewer) hoursform.HolidayCheck {
	return func(region string) error {
		holidays := v.view.service.Holidays
		if holidays == nil || region == v.view.roster.Of(v.Address).Holidays {
			return nil
		}
		day := availability.DateOf(s.Now())
		_, err := holidays(region, day, day)
		return err
	}
}

// outside says which sessions to come the viewer's hours and days off do not allow, "" for
// none.
func (s *Server) outside(v viewer) (string, error) {
	now := s.Now()
	window := availability.Interval{Start: now, End: now.AddDate(0, 6, 0)}
	member, err := v.Person.Member(availability.Busy{}, window, v.view.service.Holidays.Of([]scheduler.Person{v.Person}, window))
	if err != nil {
		return "", err
	}
	var touched []time.Time
	for _, name := range v.view.mine[v.Address] {
		for _, b := range v.view.of[name] {
			touched = append(touched, outsideOf(&member, b.Series, now)...)
		}
	}
	slices.SortFunc(touched, time.Time.Compare)
	looks := hoursform.Looks(touched, v.view.service.Workspace.Repair, v.Zone, now)
	switch len(touched) {
	case 0:
		return "", nil
	case 1:
		return fmt.Sprintf("One session is outside now, on %s. %s", when(touched[0], v.Zone), looks), nil
	}
	return fmt.Sprintf("%d sessions are outside now, the first on %s. %s", len(touched), when(touched[0], v.Zone), looks), nil
}

func outsideOf(m *availability.Member, series calendar.Series, now time.Time) (out []time.Time) {
	occurrences, err := series.Occurrences()
	if err != nil {
		return nil // the group's page says so
	}
	for _, o := range occurrences {
		if can, _ := m.CanAttend(o.Interval); !o.Cancelled && o.Start.After(now) && can == availability.No {
			out = append(out, o.Start)
		}
	}
	return out
}

type leaveData struct {
	Program, Path string
	Groups        []leftGroup
}

// A leftGroup is one group of the program, as it is once the viewer has left.
type leftGroup struct {
	Name   string
	Others []string
	Series bool // one is booked
	Ends   bool // too few stay
}

// leavePage says what leaving a program means, before it is done.
func (s *Server) leavePage(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.leavable(r.PathValue("name"))
	if err != nil {
		return err
	}
	d := leaveData{Program: g.Program, Path: groupPath(g.Name)}
	for _, name := range v.view.mine[v.Address] {
		if v.view.groups[name].Program != g.Program {
			continue
		}
		left := leftGroup{Name: name, Others: v.othersIn(name)}
		_, left.Series = v.view.of[name].Current(name)
		left.Ends = len(left.Others) < 2
		d.Groups = append(d.Groups, left)
	}
	return s.render(w, r, http.StatusOK, "leave", page{Title: "Leave " + g.Program + "?", Viewer: v, Data: d})
}

// leavable returns a group of the viewer whose program they may leave.
func (v viewer) leavable(name string) (scheduler.Group, error) {
	g, err := v.group(name)
	if err != nil || !v.Member || !isMember(g, v.Address) || g.Program == "" {
		return g, errNotFound
	}
	return g, nil
}

func (s *Server) leave(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.leavable(r.PathValue("name"))
	if errors.Is(err, errNotFound) && len(v.Person.Left) > 0 {
		return s.done(w, r, "/") // pressed twice; whether there is such a group is not said
	}
	if err != nil {
		return err
	}
	err = s.change(r.Context(), v, "left "+g.Program, func(set *scheduler.Settings) { set.Left = append(slices.Clone(set.Left), g.Program) })
	if err != nil {
		return err
	}
	return s.done(w, r, "/?"+url.Values{"left": {g.Program}}.Encode())
}

// rejoin takes leaving a program back.
func (s *Server) rejoin(w http.ResponseWriter, r *http.Request, v viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	program := r.PostForm.Get("program")
	if !slices.Contains(v.Person.Left, program) {
		return s.done(w, r, "/hours") // they do already
	}
	err := s.change(r.Context(), v, "takes part in "+program+" again", func(set *scheduler.Settings) {
		set.Left = slices.DeleteFunc(slices.Clone(set.Left), func(p string) bool { return p == program })
	})
	if err != nil {
		return err
	}
	return s.done(w, r, "/hours?"+url.Values{"joined": {program}}.Encode())
}

// change keeps a change of the viewer's settings that does not depend on others.
func (s *Server) change(ctx context.Context, v viewer, why string, change func(*scheduler.Settings)) error {
	for try := 1; ; try++ {
		set, err := v.view.service.SettingsOf(ctx, v.Address)
		if err != nil {
			return err
		}
		change(&set)
		if err := v.view.service.Set(ctx, set, why); !errors.Is(err, scheduler.ErrStale) || try == 3 {
			return err
		}
	}
}
