package report

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Repair is what the nightly pass found and did, or would do.
type Repair struct {
	Checked   int         `json:"checked"`
	Changes   []Change    `json:"changes"`
	Attention []Attention `json:"attention"`
	Unknown   []Unknown   `json:"unknown"`
	Plan      bool        `json:"plan,omitempty"` // nothing was changed
}

// Change is one step of a repair.
type Change struct {
	Group  string     `json:"group"`
	UID    string     `json:"uid"`
	Action string     `json:"action"`
	From   *time.Time `json:"from,omitempty"`
	To     *time.Time `json:"to,omitempty"`
	Before int        `json:"before"`
	After  int        `json:"after"`
	Why    string     `json:"why"`
	Person string     `json:"person,omitempty"`
}

// NewRepair describes a plan.
func NewRepair(w scheduler.Workspace, plan scheduler.RepairPlan, steps Steps) Repair {
	j := Repair{Checked: plan.Checked, Changes: []Change{}, Attention: attentionTo(w, plan.Findings, steps), Unknown: Unknowns(plan.Unknown)}
	instant := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	for _, c := range plan.Changes {
		j.Changes = append(j.Changes, Change{c.Group, string(c.UID), string(c.Action), instant(c.From), instant(c.To), c.Before, c.After, c.Why, string(c.Person)})
	}
	return j
}

// Repair writes the plan as people read it, fit for the mail that cron sends.
func (p Printer) Repair(w scheduler.Workspace, r Repair) {
	p.Printf("%s checked, %s, %s for a person\n", Count(r.Checked, "series", "series"),
		Count(len(r.Changes), "change", "changes"), Count(len(r.Attention), "thing", "things"))
	at := func(t *time.Time) string {
		if t == nil {
			return "-"
		}
		return when(w, *t)
	}
	if len(r.Changes) > 0 {
		var rows [][]string
		for _, c := range r.Changes {
			rows = append(rows, []string{c.Group, c.Action, at(c.From), at(c.To), c.figures(), why(w, c)})
		}
		p.Table([]string{"GROUP", "ACTION", "BEFORE", "AFTER", "ATTEND", "WHY"}, rows)
	}
	p.Attention(r.Attention)
	p.Unreadable(w, r.Unknown)
}

// Unreadable writes whose calendars cannot be read, and since when.
func (p Printer) Unreadable(w scheduler.Workspace, unknown []Unknown) {
	said := make([]Said, len(unknown))
	for i, u := range unknown {
		since := "now"
		if u.Since != nil {
			since = in(w, *u.Since).Format(time.DateOnly)
		}
		said[i] = Said{u.Person, fmt.Sprintf("%s (since %s)", u.Reason, since)}
	}
	for _, line := range Lines(said, "their calendars cannot be read", p.All) {
		p.Printf("? %s\n", line)
	}
}

// figures says who can come before and after the change.
func (c Change) figures() string {
	switch scheduler.Action(c.Action) {
	case scheduler.MoveSession, scheduler.Suggest, scheduler.Rebook:
		return fmt.Sprintf("%d -> %d", c.Before, c.After)
	case scheduler.CancelSession:
		return fmt.Sprint(c.Before)
	case scheduler.RestoreSession:
		return fmt.Sprint(c.After)
	}
	return "-"
}

func why(w scheduler.Workspace, c Change) string {
	if c.Person != "" {
		return w.Name(calendar.Address(c.Person)) + " " + c.Why
	}
	return c.Why
}

// Attention writes what needs a person.
func (p Printer) Attention(list []Attention) {
	for _, at := range list {
		p.Printf("! %s: %s\n", at.Group, at.What)
	}
}
