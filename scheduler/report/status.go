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
	Attendance *float64   `json:"attendance"` // share of those held; null before the first
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

// NewStatus describes how a group stands.
func NewStatus(st scheduler.Status) Status {
	j := Status{Group: st.Group.Name, Attention: st.Attention, Held: st.Held, Left: st.Left}
	if j.Attention == nil {
		j.Attention = []string{}
	}
	if st.Booking == nil {
		return j
	}
	s := st.Series
	j.UID, j.Slot, j.Zone, j.Cadence = string(s.UID), s.Slot.String(), s.Slot.Zone, s.Cadence.String()
	if !st.Next.Empty() {
		next := st.Next.Start.UTC()
		j.Next = &next
	}
	if st.Invited > 0 {
		share := float64(st.Attended) / float64(st.Invited)
		j.Attendance = &share
	}
	return j
}
