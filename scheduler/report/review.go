package report

import "github.com/peerslot/peerslot/scheduler"

// Reviews is what was decided, or would be.
type Reviews struct {
	Reviews []Review `json:"reviews"`
	Load    []Load   `json:"load"`
	Formed  []Form   `json:"formed,omitempty"` // next rounds of programs all of whose groups have been reviewed
	Plan    bool     `json:"plan,omitempty"`   // nothing was changed
}

// Review is the decision about one series.
type Review struct {
	Group      string   `json:"group"`
	UID        string   `json:"uid"`
	Held       int      `json:"held"`
	Attendance float64  `json:"attendance"`
	Answers    int      `json:"answers"` // 0 below three
	Decision   string   `json:"decision"`
	Cadence    string   `json:"cadence"`
	Reasons    []string `json:"reasons"`
	Next       *Series  `json:"next"` // what follows; null if nothing is booked
	Error      string   `json:"error,omitempty"`
}

// Reviews writes the decisions, their reasons, and what follows.
func (p Printer) Reviews(w scheduler.Workspace, plans []scheduler.ReviewPlan) {
	if len(plans) == 0 {
		p.Printf("No series ends within 14 days.\n")
		return
	}
	for _, r := range plans {
		p.Heading("%s: %s (%s)", r.Booking.Group, r.Decision, r.Cadence)
		for _, reason := range r.Reasons {
			p.Printf("  %s\n", reason)
		}
		if r.Next == nil {
			continue
		}
		if r.Next.Problem != nil {
			p.Printf("  no next series: %v\n", r.Next.Problem)
			continue
		}
		p.BookingPlans(w, []scheduler.BookingPlan{*r.Next})
	}
}

// NewReview describes a plan, with the series that would follow.
func NewReview(p scheduler.ReviewPlan) (Review, error) {
	r := Review{
		Group: p.Booking.Group, UID: string(p.Booking.Series.UID), Held: p.Evidence.Held, Attendance: p.Evidence.Attendance(),
		Answers: p.Evidence.Answered(), Decision: string(p.Decision), Cadence: p.Cadence.String(), Reasons: p.Reasons,
	}
	if p.Next == nil || p.Next.Problem != nil {
		return r, nil
	}
	next, err := NewSeries(p.Next.Booking, false)
	r.Next = &next
	return r, err
}
