package web

import (
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
		line := groupLine{Name: name}
		for _, a := range v.view.groups[name].Members {
			if a != v.Address {
				line.With = append(line.With, v.view.service.Workspace.Name(a))
			}
		}
		for _, b := range v.view.of[name] {
			if !invites(b, v.Person) {
				continue
			}
			sessions, err := v.sessionsOf(r.Context(), b, nil, s.Now())
			if err != nil {
				s.Log.Error("a series cannot be shown", "group", name, "err", err)
				continue
			}
			all = append(all, slices.DeleteFunc(sessions, func(one session) bool { return one.Off })...)
			if line.Slot != "" {
				line.Slot += "; from " + b.Series.First.In(v.Zone).Start.Format("Mon 2 January") + " on "
			}
			line.Slot += slotWords(b.Series, v.Zone, s.Now())
			if asked, _ := v.asked(b, s.Now()); asked && !s.hasAnswered(r.Context(), v, b) {
				d.Todo = append(d.Todo, todo{fmt.Sprintf("The series of %s ends on %s. What should follow?", name, lastDay(b.Series, v.Zone)), groupPath(name) + "/answer", "Say what you would like"})
			}
		}
		d.Groups = append(d.Groups, line)
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

// invitedAs returns the address under which the viewer is invited.
func (v viewer) invitedAs(b scheduler.Booking) calendar.Address {
	for _, at := range b.Series.Attendees {
		if v.Person.Is(at.Address) {
			return at.Address
		}
	}
	return v.Address
}

// invites reports whether the person is invited, under whichever of their addresses.
func invites(b scheduler.Booking, p scheduler.Person) bool {
	for _, at := range b.Series.Attendees {
		if p.Is(at.Address) {
			return true
		}
	}
	return false
}
