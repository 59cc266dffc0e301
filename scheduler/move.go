package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Move takes one session to another time of its week.
type Move struct {
	Original time.Time // names the occurrence
	From, To availability.Interval
	Before   int // members who can attend at From
	After    int // and at To
	Gained   []calendar.Address
}

// Why says in words and figures what the move is good for.
func (m Move) Why(name func(calendar.Address) string) string {
	names := make([]string, len(m.Gained))
	for i, a := range m.Gained {
		names[i] = name(a)
	}
	return fmt.Sprintf("%d instead of %d can attend; %s could not at the old time", m.After, m.Before, listed(names))
}

func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// A MoveSearch looks for better times for single sessions of one series, by the
// rules of repair. Its members are free of the series itself.
type MoveSearch struct {
	Rules    RepairRules
	Members  []availability.Member
	Zone     *time.Location
	Only     availability.Days       // hard; empty for all
	Earliest time.Time               // no session goes before it
	Taken    []availability.Interval // other sessions of ours, which no session is moved onto
	Now      time.Time
	Refused  []availability.Interval                      // times that a member declined for this session
	Declined func(o calendar.Occurrence, member int) bool // nil for nobody
}

// due reports whether the session is neither too near nor too far to be moved.
func (s MoveSearch) Due(o calendar.Occurrence) bool {
	return !o.Start.Before(s.Now.Add(s.Rules.Notice)) && !o.Start.After(s.Now.Add(s.Rules.Horizon))
}

// best returns the best other time for occurrence i of the series, if one is
// worth it: in the same ISO week, strictly between the neighbours, with enough
// notice, and attended by at least MinGain more members. Best attendance wins,
// then the same day, then the nearest time, then the earlier one.
func (s MoveSearch) Best(occurrences []calendar.Occurrence, i int) (best Move, found bool, err error) {
	o := occurrences[i]
	if o.Cancelled || !s.Due(o) {
		return Move{}, false, nil
	}
	before := s.VerdictsNow(o)
	if !before.Conflict() {
		return Move{}, false, nil
	}
	week, err := s.week(o)
	if err != nil {
		return Move{}, false, err
	}
	allowed := s.room(occurrences, i)
	s.Taken = slices.DeleteFunc(slices.Clone(s.Taken), func(iv availability.Interval) bool { return !iv.Overlaps(allowed) })
	after, bestStart := make(Verdicts, len(s.Members)), 0
	for start := range week.grid.Starts() {
		week.judge(after, start)
		if before.GainTo(after) < max(1, s.Rules.MinGain) || found && after.Attending() < best.After {
			continue
		}
		to, exists := week.grid.Interval(0, start)
		if !exists || !allowed.Contains(to) || to.Start.Equal(o.Start) || s.isRefused(to) || s.isTaken(to) {
			continue
		}
		m := Move{Original: o.Original, From: o.Interval, To: to, Before: before.Attending(), After: after.Attending()}
		if !found || s.better(m, best) {
			best, found, bestStart = m, true, start
		}
	}
	if found {
		week.judge(after, bestStart)
		best.Gained = before.Gained(after, s.Members)
	}
	return best, found, nil
}

// isTaken reports whether a member has another session of ours then: moving this
// one onto it would cost that one the member.
func (s MoveSearch) isTaken(iv availability.Interval) bool {
	return slices.ContainsFunc(s.Taken, iv.Overlaps)
}

// isRefused reports whether a member declined a time that overlaps it.
func (s MoveSearch) isRefused(iv availability.Interval) bool {
	return slices.ContainsFunc(s.Refused, iv.Overlaps)
}

// room returns where occurrence i may go without a change in the order of the
// series, too short a notice, or a time before the series' first date.
func (s MoveSearch) room(occurrences []calendar.Occurrence, i int) availability.Interval {
	room := availability.Interval{Start: later(s.Now.Add(s.Rules.Notice), s.Earliest), End: occurrences[i].End.AddDate(0, 0, 7)}
	if i > 0 {
		room.Start = later(room.Start, occurrences[i-1].End)
	}
	if i+1 < len(occurrences) {
		room.End = earlier(room.End, occurrences[i+1].Start)
	}
	return room
}

// A moveWeek is the grid of the ISO week of one session, with the members' answers
// for each start.
type moveWeek struct {
	grid  *availability.Grid
	masks []*availability.Mask
}

func (s MoveSearch) week(o calendar.Occurrence) (moveWeek, error) {
	grid, err := availability.NewGrid(availability.Search{
		Zone: s.Zone.String(), Start: availability.DateOf(o.Start.In(s.Zone)).Monday(),
		Cadence: availability.Weekly, Count: 1, Length: o.Length(), OnlyDays: s.Only,
	})
	if err != nil {
		return moveWeek{}, err
	}
	masks, err := grid.Masks(s.Members)
	return moveWeek{grid, masks}, err
}

// judge fills in who can attend at a start.
func (w moveWeek) judge(v Verdicts, start int) {
	for i, m := range w.masks {
		v[i] = m.Can(0, start)
	}
}

// better reports whether a is to be preferred to b, another move of the same
// session.
func (s MoveSearch) better(a, b Move) bool {
	day := availability.DateOf(a.From.Start.In(s.Zone))
	otherDay := func(m Move) int {
		if availability.DateOf(m.To.Start.In(s.Zone)) == day {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(b.After, a.After),
		cmp.Compare(otherDay(a), otherDay(b)),
		cmp.Compare(a.To.Start.Sub(a.From.Start).Abs(), b.To.Start.Sub(b.From.Start).Abs()),
		a.To.Start.Compare(b.To.Start),
	) < 0
}

// Verdicts are the members' answers for one time, in the order of the members.
type Verdicts []availability.Can

// verdictsNow returns who can attend a session where it is. Who declined it cannot.
func (s MoveSearch) VerdictsNow(o calendar.Occurrence) Verdicts {
	v := make(Verdicts, len(s.Members))
	for i := range s.Members {
		if s.Declined == nil || !s.Declined(o, i) {
			v[i], _ = s.Members[i].CanAttend(o.Interval)
		}
	}
	return v
}

// verdictsAt returns who can attend at another time.
func (s MoveSearch) VerdictsAt(iv availability.Interval) Verdicts {
	v := make(Verdicts, len(s.Members))
	for i := range s.Members {
		v[i], _ = s.Members[i].CanAttend(iv)
	}
	return v
}

func (s MoveSearch) AnyDeclined(o calendar.Occurrence) bool {
	for i := range s.Members {
		if s.Declined != nil && s.Declined(o, i) {
			return true
		}
	}
	return false
}

// conflict reports whether somebody is known not to be able to attend.
func (v Verdicts) Conflict() bool {
	for _, c := range v {
		if c == availability.No {
			return true
		}
	}
	return false
}

func (v Verdicts) Attending() int {
	n := 0
	for _, c := range v {
		if c.Attends() {
			n++
		}
	}
	return n
}

func (v Verdicts) Maybe() int {
	n := 0
	for _, c := range v {
		if c == availability.Maybe {
			n++
		}
	}
	return n
}

// gainTo returns how many more members are known to be able to attend at the other
// time. Who may be able to now, as nothing is known, is no gain if able later.
func (v Verdicts) GainTo(other Verdicts) int {
	n := 0
	for i := range v {
		switch now, then := v[i], other[i]; {
		case now == availability.No && then.Attends():
			n++
		case now.Attends() && !then.Attends():
			n--
		}
	}
	return n
}

func (v Verdicts) Gained(other Verdicts, members []availability.Member) []calendar.Address {
	var out []calendar.Address
	for i := range v {
		if v[i] == availability.No && other[i].Attends() {
			out = append(out, calendar.Address(members[i].Name))
		}
	}
	return out
}
