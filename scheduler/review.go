package scheduler

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/pile"
)

// ReviewRules say when a series is reviewed, and when what follows meets elsewhere.
type ReviewRules struct {
	Ask    time.Duration // before the last session: from then on members are asked
	Decide time.Duration // before the last session: then it is decided, if not all have answered sooner
	Stay   float64       // share of the possible attendances that another slot must gain
}

// DefaultReviewRules returns four weeks to ask, ten days to decide, and 10%.
func DefaultReviewRules() ReviewRules {
	return ReviewRules{Ask: 28 * 24 * time.Hour, Decide: 10 * 24 * time.Hour, Stay: 0.1}
}

// A Decision is what follows a series.
type Decision string

// The decisions. Ask leaves it to a person: nothing follows by itself.
const (
	Keep    Decision = "keep"
	Rarer   Decision = "rarer"
	Oftener Decision = "oftener"
	Stop    Decision = "stop"
	Rotate  Decision = "rotate"
	Ask     Decision = "ask"
)

// GoesOn reports whether the group itself has another series after it.
func (d Decision) GoesOn() bool { return d == Keep || d == Rarer || d == Oftener }

// Evidence is what a review is decided from.
type Evidence struct {
	Sessions    int   // of the series
	Held        int   // of them
	Attendance  Share // of the members at the sessions held
	FirstHalf   Share
	SecondHalf  Share
	Answers     map[Answer]int
	Unanswered  int           // members who may still answer
	Age         time.Duration // of the group when the next series would begin
	RotateAfter time.Duration // the age at which the group is formed anew; 0 for never
}

// fewestAnswers is how many answers there must be before any is shown or used: with
// fewer, everybody could guess who said what.
const fewestAnswers = 3

// FewestSessions is how many sessions a series has of which another follows by itself.
const FewestSessions = 4

// Answered returns how many answers may be shown: none below three.
func (e Evidence) Answered() int {
	n := 0
	for _, k := range e.Answers {
		n += k
	}
	if n < fewestAnswers {
		return 0
	}
	return n
}

// A Review is the answer to "what should follow this series?".
type Review struct {
	Booking  BookingRef
	Program  string // of its group
	Evidence Evidence
	Decision Decision
	Cadence  availability.Cadence // of what follows; that of the series if nothing does
	Reasons  []string             // in words and figures
	Last     time.Time            // start of the last session
}

// Plural counts a thing in words: 1 day, 2 days.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ReviewsPlan is what a run of the review would do.
type ReviewsPlan struct {
	Reviews   *pile.Pile[Review]      // what is decided; nil for nothing
	Next      *pile.Ordered[Bookable] // the series that follow those that go on, in their order; nil where none is kept
	Asking    []Asking                // series whose members may still answer before it is decided
	Rotations []Rotation              // next rounds of the programs that are due
	Findings  []Finding
}

// All returns the reviews with what follows each. An error ends it.
func (p ReviewsPlan) All() iter.Seq2[ReviewPlan, error] {
	return func(yield func(ReviewPlan, error) bool) {
		next, stop := iter.Pull2(p.Next.All())
		defer stop()
		for r, err := range p.Reviews.All() {
			one := ReviewPlan{Review: r}
			if err == nil && p.Next != nil && r.Decision.GoesOn() {
				var follows Bookable
				follows, err, _ = next()
				if one.Next = follows.Plan(); follows.Stay != "" {
					one.Reasons = append(r.Reasons, follows.Stay)
				}
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// A ReviewPlan is a review and what it would do.
type ReviewPlan struct {
	Review
	Next *BookingPlan // the series that follows; nil if none does
}

// Asking is a series about which members may still answer.
type Asking struct {
	Group      string
	UID        calendar.UID
	Until      time.Time // when it is decided at the latest
	Members    int
	Unanswered int
}

// ReviewOptions bound a run of the review.
type ReviewOptions struct {
	Groups []string // only these; all if empty
	Weeks  int      // that what follows lasts; 0 for the usual
}

// A Rotation is the next round of a program all of whose groups have been reviewed.
type Rotation struct {
	Program string
	Start   availability.Date // a Monday
	NextRound
	Bookings []BookingPlan // of its groups
}

// A NextRound is a round that forming proposes.
type NextRound struct {
	Round    Round
	Fresh    []string // names of its groups that were not there before
	Replaced []string // names of groups that it takes the place of
}

// A Former proposes the next round of a program from a Monday on, from what the
// service reads.
type Former interface {
	NextRound(ctx context.Context, s *Service, p Program, start availability.Date) (NextRound, error)
}
