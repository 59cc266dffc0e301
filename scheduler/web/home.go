package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

const nextSessions = 8 // shown on the first page, after the very next one

type homeData struct {
	Zone   *time.Location
	Next   *session // nil if there is none
	Later  []session
	More   int // sessions after those
	Todo   []todo
	Groups []groupLine
	Member bool   // on the roster
	Left   string // the program that the viewer left just now, "" for none
}

// A todo is something that waits for the viewer.
type todo struct{ Text, Link, Action string }

// A groupLine is one group of the viewer.
type groupLine struct {
	Name string
	With []string
	Slot string // "" if nothing is booked
}

// home shows a member what they come to, and what waits for them.
func (s *Server) home(w http.ResponseWriter, r *http.Request, v viewer) error {
	d := homeData{Zone: v.Zone, Member: v.Member}
	if left := r.URL.Query().Get("left"); slices.Contains(v.Person.Left, left) {
		d.Left = left
	}
	var all []session
	for _, name := range v.view.mine[v.Address] {
		all = append(all, s.addGroup(r.Context(), v, name, &d)...)
	}
	slices.SortStableFunc(all, func(a, b session) int { return a.Start.Compare(b.Start) })
	if len(all) > 0 {
		d.Next, d.Later = &all[0], all[1:min(len(all), 1+nextSessions)]
		d.More = len(all) - 1 - len(d.Later)
	}
	unreadable, err := v.view.service.Store.Unreadable(r.Context())
	if err != nil {
		return err
	}
	if since, is := unreadable[v.Address]; is {
		d.Todo = append(d.Todo, todo{"Your calendar could not be read since " + since.In(v.Zone).Format("Mon 2 January") + ", so nobody knows when you are busy. Ask who runs peerslot here.", "", ""})
	}
	return s.render(w, r, http.StatusOK, "home", page{Title: "My sessions", Viewer: v, Here: "/", Data: d})
}

// addGroup adds a group of the viewer, and whether its members are asked what should follow,
// and returns the sessions to come.
func (s *Server) addGroup(ctx context.Context, v viewer, name string, d *homeData) (all []session) {
	line := groupLine{Name: name, With: v.othersIn(name)}
	for _, b := range v.view.of[name] {
		if !v.Person.InvitedTo(b.Series) {
			continue
		}
		sessions, err := v.sessionsOf(ctx, b, nil, s.Now())
		if err != nil {
			s.Log.Error("a series cannot be shown", "group", name, "err", err)
			continue
		}
		all = append(all, slices.DeleteFunc(sessions, func(one session) bool { return one.Off })...)
		if line.Slot != "" {
			line.Slot += "; from " + b.Series.First.In(v.Zone).Start.Format("Mon 2 January") + " on "
		}
		line.Slot += slotWords(b.Series, v.Zone, s.Now())
		if asked, _ := v.asked(b, s.Now()); asked && !s.hasAnswered(ctx, v, b) {
			d.Todo = append(d.Todo, todo{fmt.Sprintf("The series of %s ends on %s. What should follow?", name, lastDay(b.Series, v.Zone)), groupPath(name) + "/answer", "Say what you would like"})
		}
	}
	d.Groups = append(d.Groups, line)
	return all
}

// othersIn returns the names of the other members of a group.
func (v viewer) othersIn(group string) (names []string) {
	for _, a := range v.view.groups[group].Members {
		if a != v.Address {
			names = append(names, v.view.name(a))
		}
	}
	return names
}

// invitedAs returns the address under which the viewer is invited.
func (v viewer) invitedAs(b scheduler.Booking) calendar.Address {
	for _, at := range b.Series.Attendees {
		if v.Person.Is(at.Address) {
			return at.Address
		}
	}
	return v.Address
}
