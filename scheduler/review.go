package scheduler

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Decision is what follows a series.
type Decision string

// The decisions.
const (
	Keep    Decision = "keep"
	Rarer   Decision = "rarer"
	Oftener Decision = "oftener"
	Stop    Decision = "stop"
	Rotate  Decision = "rotate"
)

// Evidence is what a review is decided from.
type Evidence struct {
	Held       int     // sessions that took place
	Attended   int     // member-sessions
	Missed     int     // member-sessions; those of which nothing is known are in neither
	FirstHalf  float64 // attendance of the first half of the sessions held
	SecondHalf float64
	Answers    map[Answer]int
	Age        time.Duration // of the group when the next series would begin
}

// fewestAnswers is how many answers there must be before any is shown or used: with
// fewer, everybody could guess who said what.
const fewestAnswers = 3

// Attendance returns the share of the member-sessions that were attended, 1 if
// nothing is known.
func (e Evidence) Attendance() float64 {
	return share(e.Attended, e.Attended+e.Missed)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

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
func Decide(e Evidence, cadence availability.Cadence, rotateAfter time.Duration) (Decision, availability.Cadence, []string) {
	d, reasons := verdict(e)
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
	if d != Stop && rotateAfter > 0 && e.Age >= rotateAfter {
		reasons = append(reasons, fmt.Sprintf("the group is %d weeks old and is formed anew after %d", weeks(e.Age), weeks(rotateAfter)))
		d = Rotate
	}
	return d, next, reasons
}

func weeks(d time.Duration) int { return int(d / (7 * 24 * time.Hour)) }

// verdict is the rule without what bounds the cadence.
func verdict(e Evidence) (Decision, []string) {
	attendance := e.Attendance()
	reasons := []string{fmt.Sprintf("attendance %.0f%% over %d sessions", 100*attendance, e.Held)}
	if e.Held >= 4 {
		reasons = append(reasons, fmt.Sprintf("%.0f%% in the first half, %.0f%% in the second", 100*e.FirstHalf, 100*e.SecondHalf))
	}
	n := e.Answered()
	most := func(k int) bool { return n > 0 && 2*k > n }
	stop, rarer, oftener := e.Answers[AnswerStop], e.Answers[AnswerRarer], e.Answers[AnswerOftener]
	if n > 0 {
		reasons = append(reasons, fmt.Sprintf("of %d answers %d say keep, %d rarer, %d oftener, %d stop", n, e.Answers[AnswerKeep], rarer, oftener, stop))
	} else {
		reasons = append(reasons, "fewer than three answers, so none counts")
	}
	switch {
	case most(stop):
		return Stop, append(reasons, "most answers say stop")
	case attendance < 0.3:
		return Stop, append(reasons, "attendance is below 30%")
	case most(rarer + stop):
		return Rarer, append(reasons, "most answers say rarer or stop")
	case attendance < 0.6:
		return Rarer, append(reasons, "attendance is below 60%")
	case most(oftener) && attendance >= 0.8:
		return Oftener, append(reasons, "most answers say oftener, and attendance is 80% or more")
	}
	return Keep, append(reasons, "nothing speaks against going on")
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

// gather collects the evidence from a series as it is on the calendar and the
// members' busy times without it. A reply counts before what the calendar says.
func gather(series calendar.Series, busy map[calendar.Address]availability.Busy, now time.Time) (Evidence, error) {
	occurrences, err := series.Occurrences()
	if err != nil {
		return Evidence{}, err
	}
	var e Evidence
	var attended, known []int
	for _, o := range occurrences {
		if o.Cancelled || o.End.After(now) {
			continue
		}
		a, m := 0, 0
		for _, at := range series.Attendees {
			switch came, isKnown := attendedBy(series, at.Address, o, busy[at.Address]); {
			case !isKnown:
			case came:
				a++
			default:
				m++
			}
		}
		e.Held++
		e.Attended += a
		e.Missed += m
		attended, known = append(attended, a), append(known, a+m)
	}
	half := len(attended) / 2
	e.FirstHalf = share(sum(attended[:half]), sum(known[:half]))
	e.SecondHalf = share(sum(attended[half:]), sum(known[half:]))
	return e, nil
}

func attendedBy(s calendar.Series, a calendar.Address, o calendar.Occurrence, busy availability.Busy) (came, known bool) {
	switch s.Reply(a, o) {
	case calendar.Accepted, calendar.Tentative:
		return true, true
	case calendar.Declined:
		return false, true
	}
	kind, free := busy.At(o.Interval)
	return free, free || kind != availability.Unknown
}

func sum(ns []int) (n int) {
	for _, k := range ns {
		n += k
	}
	return n
}
