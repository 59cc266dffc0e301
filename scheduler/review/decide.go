package review

import (
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Decide applies the rule of the review.
func Decide(e scheduler.Evidence, cadence availability.Cadence) (scheduler.Decision, availability.Cadence, []string) {
	d, reasons := verdict(e)
	next := cadence
	switch d {
	case scheduler.Rarer:
		if next = rarer(cadence); next == 0 {
			d, next = scheduler.Stop, cadence
			reasons = append(reasons, "rarer than monthly is stop")
		}
	case scheduler.Oftener:
		if next = oftener(cadence); next == cadence {
			d = scheduler.Keep
			reasons = append(reasons, "weekly is as often as it gets")
		}
	}
	switch {
	case d != scheduler.Stop && e.RotateAfter > 0 && e.Age >= e.RotateAfter:
		reasons = instead(reasons, fmt.Sprintf("the group would be %s old, and is formed anew after %d", scheduler.Plural(weeks(e.Age), "week"), weeks(e.RotateAfter)))
		d, next = scheduler.Rotate, cadence
	case e.Attendance.Known() == 0:
		reasons = instead(reasons, "without evidence nothing follows by itself: somebody must say what should")
		d, next = scheduler.Ask, cadence
	case e.Sessions < scheduler.FewestSessions:
		reasons = instead(reasons, fmt.Sprintf("a series of %s is not followed by another by itself: somebody must say what should follow", scheduler.Plural(e.Sessions, "session")))
		d, next = scheduler.Ask, cadence
	}
	return d, next, reasons
}

// goesOn is why a group keeps its series, if nothing else is to be said.
const goesOn = "nothing speaks against going on"

// instead returns the reasons with another one in the place of goesOn.
func instead(reasons []string, why string) []string {
	return append(slices.DeleteFunc(reasons, func(r string) bool { return r == goesOn }), why)
}

func weeks(d time.Duration) int { return int(d / (7 * 24 * time.Hour)) }

// verdict is the rule without what bounds the cadence.
func verdict(e scheduler.Evidence) (scheduler.Decision, []string) {
	reasons := figures(e)
	n := e.Answered()
	most := func(k int) bool { return n > 0 && 2*k > n }
	below := func(percent int) bool {
		return e.Attendance.Known() > 0 && 100*e.Attendance.Yes < percent*e.Attendance.Known()
	}
	stop, rarer, oftener := e.Answers[scheduler.AnswerStop], e.Answers[scheduler.AnswerRarer], e.Answers[scheduler.AnswerOftener]
	switch {
	case most(stop):
		return scheduler.Stop, append(reasons, "most answers say stop")
	case below(30):
		return scheduler.Stop, append(reasons, "attendance is below 30%")
	case most(rarer + stop):
		return scheduler.Rarer, append(reasons, "most answers say rarer or stop")
	case below(60):
		return scheduler.Rarer, append(reasons, "attendance is below 60%")
	case most(oftener) && !below(80):
		return scheduler.Oftener, append(reasons, "most answers say oftener, and attendance is 80% or more")
	}
	return scheduler.Keep, append(reasons, goesOn)
}

// figures says what is known.
func figures(e scheduler.Evidence) []string {
	var out []string
	switch a := e.Attendance; {
	case e.Held == 0:
		out = append(out, "no session was held")
	case a.Known() == 0:
		out = append(out, fmt.Sprintf("no evidence: nothing is known of anybody at the %s held", scheduler.Plural(e.Held, "session")))
	case a.Unknown > 0:
		out = append(out, fmt.Sprintf("attendance %s over %s, known of %d of %d attendances", percent(a), scheduler.Plural(e.Held, "session"), a.Known(), a.All()))
	default:
		out = append(out, fmt.Sprintf("attendance %s over %s", percent(a), scheduler.Plural(e.Held, "session")))
	}
	if e.Held >= scheduler.FewestSessions && e.FirstHalf.Known() > 0 && e.SecondHalf.Known() > 0 {
		out = append(out, fmt.Sprintf("%s in the first half, %s in the second", percent(e.FirstHalf), percent(e.SecondHalf)))
	}
	if n := e.Answered(); n > 0 {
		out = append(out, fmt.Sprintf("of %d answers %d say keep, %d rarer, %d oftener, %d stop", n, e.Answers[scheduler.AnswerKeep], e.Answers[scheduler.AnswerRarer], e.Answers[scheduler.AnswerOftener], e.Answers[scheduler.AnswerStop]))
	} else {
		out = append(out, "fewer than three answers, so none counts")
	}
	return out
}

// percent is the share of what is known, which is something.
func percent(s scheduler.Share) string {
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
func gather(panel planning.Panel, now time.Time) (scheduler.Evidence, error) {
	occurrences, err := panel.Series.Occurrences()
	if err != nil {
		return scheduler.Evidence{}, err
	}
	e := scheduler.Evidence{Sessions: len(occurrences)}
	var held []scheduler.Share
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
