package report

import (
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Reviews is what was decided, or would be.
type Reviews struct {
	Reviews   []Review    `json:"reviews"`
	Asking    []Asking    `json:"asking,omitempty"`
	Load      []Load      `json:"load"`
	Formed    []Form      `json:"formed,omitempty"` // next rounds of programs all of whose groups have been reviewed
	Attention []Attention `json:"attention"`
	Plan      bool        `json:"plan,omitempty"` // nothing was changed
}

// Review is the decision about one series.
type Review struct {
	Group      string   `json:"group"`
	UID        string   `json:"uid"`
	Held       int      `json:"held"`
	Attendance *float64 `json:"attendance"` // null: no evidence
	Known      int      `json:"known"`      // attendances of which something is known
	Unknown    int      `json:"unknown"`
	Answers    int      `json:"answers"` // 0 below three
	Decision   string   `json:"decision"`
	Cadence    string   `json:"cadence"`
	Reasons    []string `json:"reasons"`
	Next       *Series  `json:"next"` // what follows; null if nothing is booked
	Error      string   `json:"error,omitempty"`
}

// Asking is a series whose members may still answer.
type Asking struct {
	Group      string    `json:"group"`
	UID        string    `json:"uid"`
	Until      time.Time `json:"until"`
	Members    int       `json:"members"`
	Unanswered int       `json:"unanswered"`
}

// NewReview describes a plan, with the series that would follow.
func NewReview(p scheduler.ReviewPlan) (Review, error) {
	a := p.Evidence.Attendance
	r := Review{
		Group: p.Booking.Group, UID: string(p.Booking.UID), Held: p.Evidence.Held, Known: a.Known(), Unknown: a.Unknown,
		Answers: p.Evidence.Answered(), Decision: string(p.Decision), Cadence: p.Cadence.String(), Reasons: p.Reasons,
	}
	if a.Known() > 0 {
		share := float64(a.Yes) / float64(a.Known())
		r.Attendance = &share
	}
	if p.Next == nil || p.Next.Problem != nil {
		return r, nil
	}
	next, err := NewSeries(p.Next.Booking, false)
	r.Next = &next
	return r, err
}

// NewAsking describes a series whose members may still answer.
func NewAsking(a scheduler.Asking) Asking {
	return Asking{a.Group, string(a.UID), a.Until.UTC(), a.Members, a.Unanswered}
}

// NewRotation describes the round that follows, with the slots of its groups.
func NewRotation(r scheduler.Rotation) Form {
	f := Form{Program: r.Program, Round: r.Round.Number, Seed: r.Round.Seed, Start: r.Start.String(), Groups: []Formed{}, LeftOut: []LeftOut{}, Unknown: Unknowns(planning.UnknownIn(r.Bookings)), Assumed: []string{}, Replaced: r.Replaced}
	for _, p := range r.Bookings {
		g := Formed{Name: p.Group.Name, Members: Addresses(p.Group.Members), Cadence: p.Program.For(p.Group).Cadence.String(), Sessions: p.Booking.Series.Count}
		if p.Problem != nil {
			g.Problem = p.Problem.Error()
		} else {
			g.Slot, g.Zone = p.Booking.Series.Slot.String(), p.Booking.Series.Slot.Zone
			g.Attendance, g.Possible = p.Attendance(), p.Candidate.Possible
		}
		f.Groups = append(f.Groups, g)
	}
	return f
}

// Reviews writes the decisions, their reasons, and what follows; then who may still
// answer.
func (p Printer) Reviews(w scheduler.Workspace, plan scheduler.ReviewsPlan) {
	if plan.Reviews.Len()+len(plan.Asking)+len(plan.Rotations) == 0 {
		p.Printf("No series is to be reviewed now.\n")
	}
	for r, err := range plan.All() {
		if err != nil {
			p.Printf("%v\n", err)
			break
		}
		p.Heading("%s: %s (%s)", r.Booking.Group, r.Decision, r.Cadence)
		for _, reason := range r.Reasons {
			p.Printf("  %s\n", reason)
		}
		switch {
		case r.Next == nil:
		case r.Next.Problem != nil:
			p.Printf("  no next series: %v\n", r.Next.Problem)
		default:
			p.BookingPlan(w, *r.Next)
		}
	}
	for _, a := range plan.Asking {
		p.Asking(w, NewAsking(a))
	}
	for _, r := range plan.Rotations {
		p.Heading("%s: round %d from %s", r.Program, r.Round.Number, r.Start)
		for _, b := range r.Bookings {
			p.BookingPlan(w, b)
		}
	}
}

// Asking writes whose members may still answer.
func (p Printer) Asking(w scheduler.Workspace, asking ...Asking) {
	for _, a := range asking {
		p.Printf("%s: what follows is decided on %s at the latest; %d of %d may still answer.\n", a.Group, day(w, a.Until), a.Unanswered, a.Members)
	}
}
