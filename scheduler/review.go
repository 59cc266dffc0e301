package scheduler

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
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

// fewestSessions is how many sessions a series has of which another follows by itself.
const fewestSessions = 4

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
	Booking  Booking
	Evidence Evidence
	Decision Decision
	Cadence  availability.Cadence // of what follows; that of the series if nothing does
	Reasons  []string             // in words and figures
	Last     time.Time            // start of the last session
}

// Decide applies the rule of the review.
func Decide(e Evidence, cadence availability.Cadence) (Decision, availability.Cadence, []string) {
	d, reasons := e.verdict()
	next := cadence
	switch d {
	case Rarer:
		if next = rarer(cadence); next == 0 {
			d, next = Stop, cadence
			reasons = append(reasons, "rarer than monthly is stop")
		}
	case Oftener:
		if next = oftener(cadence); next == cadence {
			d = Keep
			reasons = append(reasons, "weekly is as often as it gets")
		}
	}
	switch {
	case d != Stop && e.RotateAfter > 0 && e.Age >= e.RotateAfter:
		reasons = append(reasons, fmt.Sprintf("the group would be %s old, and is formed anew after %d", plural(weeks(e.Age), "week"), weeks(e.RotateAfter)))
		d, next = Rotate, cadence
	case e.Attendance.Known() == 0:
		reasons = append(reasons, "without evidence nothing follows by itself: somebody must say what should")
		d, next = Ask, cadence
	case e.Sessions < fewestSessions:
		reasons = append(reasons, fmt.Sprintf("a series of %s is not followed by another by itself: somebody must say what should follow", plural(e.Sessions, "session")))
		d, next = Ask, cadence
	}
	return d, next, reasons
}

func weeks(d time.Duration) int { return int(d / (7 * 24 * time.Hour)) }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// verdict is the rule without what bounds the cadence.
func (e Evidence) verdict() (Decision, []string) {
	reasons := e.figures()
	n := e.Answered()
	most := func(k int) bool { return n > 0 && 2*k > n }
	below := func(percent int) bool {
		return e.Attendance.Known() > 0 && 100*e.Attendance.Yes < percent*e.Attendance.Known()
	}
	stop, rarer, oftener := e.Answers[AnswerStop], e.Answers[AnswerRarer], e.Answers[AnswerOftener]
	switch {
	case most(stop):
		return Stop, append(reasons, "most answers say stop")
	case below(30):
		return Stop, append(reasons, "attendance is below 30%")
	case most(rarer + stop):
		return Rarer, append(reasons, "most answers say rarer or stop")
	case below(60):
		return Rarer, append(reasons, "attendance is below 60%")
	case most(oftener) && !below(80):
		return Oftener, append(reasons, "most answers say oftener, and attendance is 80% or more")
	}
	return Keep, append(reasons, "nothing speaks against going on")
}

// figures says what is known.
func (e Evidence) figures() []string {
	var out []string
	switch a := e.Attendance; {
	case e.Held == 0:
		out = append(out, "no session was held")
	case a.Known() == 0:
		out = append(out, fmt.Sprintf("no evidence: nothing is known of anybody at the %s held", plural(e.Held, "session")))
	case a.Unknown > 0:
		out = append(out, fmt.Sprintf("attendance %s over %s, known of %d of %d attendances", a.percent(), plural(e.Held, "session"), a.Known(), a.All()))
	default:
		out = append(out, fmt.Sprintf("attendance %s over %s", a.percent(), plural(e.Held, "session")))
	}
	if e.Held >= fewestSessions && e.FirstHalf.Known() > 0 && e.SecondHalf.Known() > 0 {
		out = append(out, fmt.Sprintf("%s in the first half, %s in the second", e.FirstHalf.percent(), e.SecondHalf.percent()))
	}
	if n := e.Answered(); n > 0 {
		out = append(out, fmt.Sprintf("of %d answers %d say keep, %d rarer, %d oftener, %d stop", n, e.Answers[AnswerKeep], e.Answers[AnswerRarer], e.Answers[AnswerOftener], e.Answers[AnswerStop]))
	} else {
		out = append(out, "fewer than three answers, so none counts")
	}
	return out
}

// percent is the share of what is known, "none known" if nothing is.
func (s Share) percent() string {
	if s.Known() == 0 {
		return "none known"
	}
	return fmt.Sprintf("%.0f%%", 100*float64(s.Yes)/float64(s.Known()))
}

func rarer(c availability.Cadence) availability.Cadence {
	switch c {
	case availability.Weekly:
		return availability.Biweekly
	case availability.Biweekly:
		return availability.Monthly
	}
	return 0
}

func oftener(c availability.Cadence) availability.Cadence {
	if c == availability.Monthly {
		return availability.Biweekly
	}
	return availability.Weekly
}

// gather collects the evidence of the sessions that are over from those who are to
// attend them.
func gather(panel Panel, now time.Time) (Evidence, error) {
	occurrences, err := panel.Series.Occurrences()
	if err != nil {
		return Evidence{}, err
	}
	e := Evidence{Sessions: len(occurrences)}
	var held []Share
	for _, o := range occurrences {
		if !o.Cancelled && !o.End.After(now) {
			held = append(held, panel.Share(o))
		}
	}
	e.Held = len(held)
	for i, s := range held {
		e.Attendance = e.Attendance.Plus(s)
		if i < len(held)/2 {
			e.FirstHalf = e.FirstHalf.Plus(s)
		} else {
			e.SecondHalf = e.SecondHalf.Plus(s)
		}
	}
	return e, nil
}
