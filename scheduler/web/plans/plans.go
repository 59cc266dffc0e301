// Package plans is what admins can have planned on the pages: what they ask for, what
// they may choose from, and what a plan holds.
package plans

import (
	"context"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/report"
)

// An Ask says what is to be planned. Its fields beside Do are those of the form. The
// zero Ask asks for nothing.
type Ask struct {
	Do      string // repair, review, form or book
	Program string // to form
	Seed    uint64
	Keep    []string            // groups that stay as they are
	Swap    [2]calendar.Address // who change places; empty for nobody
	Groups  []string            // to book; all without a series if empty
}

// A Plan is what would be done, and how that is told. Its hash is
// another one as soon as anything that it shows is.
type Plan struct {
	Hash      string
	Changes   []Change
	Attention []report.Attention
	Steps     int    // changes that would be made; 0 if there is nothing to do
	Mails     int    // messages that would go out
	Text      string // as it is printed on a terminal
}

// A Change is one line of a plan.
type Change struct{ Group, What, Before, After, Why string }

// A Planner makes plans and carries them out. It may read calendars.
type Planner interface {
	Plan(ctx context.Context, ask Ask) (Plan, error)

	// Apply carries the plan of that hash out, asked for by that person. If the plan is
	// another one by now nothing is done, and the error is an *OtherError.
	Apply(ctx context.Context, ask Ask, hash string, by calendar.Address) error
}

// An OtherError says that things changed since the plan was shown.
type OtherError struct{ Now Plan }

func (e *OtherError) Error() string { return "the plan is another one now" }

// Called is what people call the plan that is asked for.
func (a Ask) Called() string {
	switch a.Do {
	case "repair":
		return "Tonight’s repair"
	case "review":
		return "Reviews"
	case "form":
		return "The next round of " + a.Program
	}
	return "Series to book"
}

// Done says of each kind of plan that it was carried out.
var Done = map[string]string{
	"repair": "The repair is done.",
	"review": "The reviews are done.",
	"form":   "The round is formed. Its groups have no series yet: plan changes once more to book them.",
	"book":   "The series are booked.",
}
