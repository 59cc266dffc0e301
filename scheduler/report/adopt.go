package report

import "github.com/peerslot/peerslot/scheduler"

// Adoption is what of the organizer's calendar was recorded, or would be.
type Adoption struct {
	Series    []Adopted   `json:"series"`
	Rounds    []string    `json:"rounds,omitempty"` // programs whose last round was put together again
	Attention []Attention `json:"attention"`
	Plan      bool        `json:"plan,omitempty"` // nothing was changed
}

// Adopted is one series.
type Adopted struct {
	Group   string `json:"group"`
	Program string `json:"program,omitempty"`
	UID     string `json:"uid"`
	Slot    string `json:"slot"`
	First   string `json:"first"`
	Count   int    `json:"count"`
	Over    bool   `json:"over,omitempty"`
}

// NewAdoption describes an adoption.
func NewAdoption(a scheduler.Adoption, planned bool, steps Steps) Adoption {
	out := Adoption{Series: []Adopted{}, Attention: attentionTo(scheduler.Workspace{}, a.Findings, steps), Plan: planned}
	for _, b := range a.Bookings {
		s := b.Series
		out.Series = append(out.Series, Adopted{b.Group, b.Program, string(s.UID), s.Slot.String(), s.First.String(), s.Count, b.State == scheduler.Ended})
	}
	for _, r := range a.Rounds {
		out.Rounds = append(out.Rounds, r.Program)
	}
	return out
}

// Adoption writes what would be recorded.
func (p Printer) Adoption(w scheduler.Workspace, a scheduler.Adoption) {
	if len(a.Bookings) == 0 {
		p.Printf("The store knows all series of the organizer's calendar.\n")
	}
	var rows [][]string
	for _, b := range a.Bookings {
		state := "goes on"
		switch {
		case b.State == scheduler.Ended:
			state = "is over"
		case b.Reviewed:
			state = "runs out"
		}
		rows = append(rows, []string{b.Group, b.Series.Slot.String() + " " + b.Series.Cadence.String(), b.Series.First.String(), Count(b.Series.Count, "session", "sessions"), state})
	}
	if len(rows) > 0 {
		p.Table([]string{"GROUP", "SLOT", "FIRST", "SESSIONS", ""}, rows)
	}
	for _, r := range a.Rounds {
		p.Printf("Round %d of %s: %s\n", r.Number, r.Program, Count(len(r.Groups), "group", "groups"))
	}
	p.Attention(attentionTo(w, a.Findings, p.Steps))
}
