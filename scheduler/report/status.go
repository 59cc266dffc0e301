package report

import (
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// Status is how one group stands.
type Status struct {
	Group      string     `json:"group"`
	UID        string     `json:"uid"`
	Slot       string     `json:"slot"` // "" if nothing is booked
	Zone       string     `json:"zone"`
	Cadence    string     `json:"cadence"`
	Held       int        `json:"held"`
	Left       int        `json:"left"`
	Next       *time.Time `json:"next"`
	Attendance *float64   `json:"attendance"` // share of what is known of those held; null if nothing is
	Known      int        `json:"known"`      // attendances of which something is known
	Unknown    int        `json:"unknown"`
	Attention  []string   `json:"attention"`
}

// Load is how many peer sessions somebody has.
type Load struct {
	Person   string  `json:"person"`
	Sessions int     `json:"sessions"` // in the fullest week to come
	Week     string  `json:"week"`     // its Monday
	Average  float64 `json:"average"`  // a week
	TooMuch  bool    `json:"too_much"`
}

// NewStatus describes how a group stands, and what of the findings is about it.
func NewStatus(st scheduler.Status, attention []string) Status {
	j := Status{Group: st.Group, Attention: append([]string{}, attention...), Held: st.Held, Left: st.Left, Known: st.Attendance.Known(), Unknown: st.Attendance.Unknown}
	if st.UID == "" {
		return j
	}
	j.UID, j.Slot, j.Zone, j.Cadence = string(st.UID), st.Slot.String(), st.Slot.Zone, st.Cadence.String()
	if !st.Next.Empty() {
		next := st.Next.Start.UTC()
		j.Next = &next
	}
	if j.Known > 0 {
		share := float64(st.Attendance.Yes) / float64(j.Known)
		j.Attendance = &share
	}
	return j
}
