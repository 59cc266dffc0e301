package report

import (
	"fmt"

	"github.com/peerslot/peerslot/scheduler"
)

// A Handover is the JSON of one.
type Handover struct {
	From   string    `json:"from"`
	To     string    `json:"to"`
	Series []Handing `json:"series"`
	Plan   bool      `json:"plan,omitempty"` // nothing was changed
}

// A Handing is the JSON of one series that changes hands.
type Handing struct {
	Group  string `json:"group"`
	OldUID string `json:"old_uid"`
	UID    string `json:"uid"` // "" if no session is left
	Slot   string `json:"slot"`
	Left   int    `json:"left"`
	Waits  bool   `json:"waits_for_review,omitempty"` // no session is left, and the review decides what follows
	Error  string `json:"error"`                      // why the old series cannot be ended; "" if it can
}

// NewHandover describes a handover.
func NewHandover(h scheduler.Handover, planned bool) Handover {
	out := Handover{From: string(h.From), To: string(h.To), Series: []Handing{}, Plan: planned}
	for _, s := range h.Series {
		one := Handing{Group: s.Old.Group, OldUID: string(s.Old.Series.UID), Slot: s.Old.Series.Slot.String(), Waits: s.Waits}
		if s.Next != nil {
			one.UID, one.Slot, one.Left = string(s.Next.Series.UID), s.Next.Series.Slot.String(), s.Next.Series.Count
		}
		if s.Err != nil {
			one.Error = s.Err.Error()
		}
		out.Series = append(out.Series, one)
	}
	return out
}

// Handover shows what a handover does.
func (p Printer) Handover(h scheduler.Handover) {
	if h.From == h.To && len(h.Series) == 0 {
		p.Printf("All series are those of %s; nothing to hand over.\n", h.To)
		return
	}
	p.Heading("From %s to %s: %s", h.From, h.To, Count(len(h.Series), "series", "series"))
	for _, s := range h.Series {
		p.Printf("  %s: %s\n", s.Old.Group, p.handing(s))
		if s.Err != nil {
			p.Printf("    the old series stays on the calendars: %v\n", s.Err)
		}
	}
}

func (p Printer) handing(s scheduler.Handing) string {
	switch {
	case s.Next != nil:
		return fmt.Sprintf("%s, goes on with the %s left", s.Next.Series.Slot, Count(s.Next.Series.Count, "session", "sessions"))
	case s.Waits:
		return "no session is left; its review is kept, and decides what follows"
	case s.Gone:
		return "the series is gone from the organizer's calendar, and ends; book it again with " + p.Steps.Words(scheduler.Step{Do: scheduler.BookSeries})
	}
	return "no session is left, and the series ends; book what follows with " + p.Steps.Words(scheduler.Step{Do: scheduler.BookSeries})
}
