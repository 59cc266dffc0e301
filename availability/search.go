package availability

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rank returns the best slots for members, at most q.Top of them, the best
// first. Candidates are all weekdays and starts on the wall clock of q.Zone and,
// unless q.Cadence is Weekly, all starting weeks; every session is judged at its
// real instant by [Member.CanAttend]. A start that the clocks skip on one of the
// dates is no candidate, and no candidate is no error. The first difference
// decides: most RequiredMet, Attendance, Unknown, WorstOccurrence and WorstMember,
// least Stretch, most Preferred; then the earliest weekday from Monday, start and
// first date.
//
// To rank slots for many groups of the same people, see [Grid].
func Rank(q Search, members []Member) ([]Candidate, error) {
	return RankUntil(q, members, never)
}

// ErrStopped says that nobody waited for the answer any more.
var ErrStopped = errors.New("the search for slots was stopped")

func never() bool { return false }

// RankUntil is Rank, and ends soon with ErrStopped once stop returns true, as it must
// from then on. What takes long is looked at for one member after the other.
func RankUntil(q Search, members []Member, stop func() bool) ([]Candidate, error) {
	g, err := NewGrid(q)
	if err != nil {
		return nil, err
	}
	masks, err := g.masks(members, stop)
	if err != nil {
		return nil, err
	}
	return NewRanker(g).Rank(nil, masks), nil
}

// A Search says which weekly slots to judge, and over which series.
type Search struct {
	Zone    string        // IANA name: the wall clock of the series
	Start   Date          // the first session is on or after it
	Cadence Cadence       // weeks between sessions
	Count   int           // sessions in the series; 0 means Cadence.MaxCount
	Length  time.Duration // of a session, exact time; whole seconds, at most 24 h
	Step    time.Duration // starts are multiples of it on the wall clock, in whole minutes; 0 means 15

	OnlyDays  Days // hard; empty means all
	Preferred Days // a wish; empty means none is preferred
	Top       int  // how many candidates to return at most; 0 means 5
}

// A Candidate is a slot with its attendance over the whole series. Candidates are
// comparable. All counts but Count are of member-sessions unless said otherwise.
type Candidate struct {
	Slot  Slot
	First Date // date of the first session, in the slot's zone
	Count int  // sessions

	RequiredMet     int // sessions that all required members can attend; Count if nobody is required
	Attendance      int // attended sessions, summed over members
	Possible        int // members x sessions
	Unknown         int // not known to be attended or missed, within hours
	WorstOccurrence int // members at the poorest session
	WorstMember     int // sessions of the worst-off member; members of whose time nothing is known left out
	Stretch         int // attended in stretch hours only
	Preferred       int // sessions on preferred days
}

// compareCandidates orders candidates by the rules of [Rank], the best first.
func compareCandidates(a, b Candidate) int {
	return cmp.Or(
		cmp.Compare(b.RequiredMet, a.RequiredMet),
		cmp.Compare(b.Attendance, a.Attendance),
		cmp.Compare(b.Unknown, a.Unknown),
		cmp.Compare(b.WorstOccurrence, a.WorstOccurrence),
		cmp.Compare(b.WorstMember, a.WorstMember),
		cmp.Compare(a.Stretch, b.Stretch),
		cmp.Compare(b.Preferred, a.Preferred),
		cmp.Compare(fromMonday(a.Slot.Day), fromMonday(b.Slot.Day)),
		cmp.Compare(a.Slot.Start, b.Slot.Start),
		a.First.Compare(b.First),
	)
}

// fromMonday returns the days from Monday to d.
func fromMonday(d time.Weekday) int { return (int(d) + 6) % 7 }

// withDefaults returns q with its defaults filled in and its zone, or what is
// wrong with it.
func (q Search) withDefaults() (Search, *time.Location, error) {
	q.Count = cmp.Or(q.Count, q.Cadence.MaxCount())
	q.Step = cmp.Or(q.Step, 15*time.Minute)
	q.Top = cmp.Or(q.Top, 5)
	zone, err := LoadZone(q.Zone)
	if err == nil {
		err = q.check()
	}
	if err != nil {
		err = fmt.Errorf("slot search: %w", err)
	}
	return q, zone, err
}

func (q Search) check() error {
	const day = 24 * time.Hour
	switch {
	case q.Start.Year < 1 || q.Start.Year > 9999:
		return errors.New("no start date")
	case q.Length <= 0 || q.Length > day || q.Length%time.Second != 0:
		return fmt.Errorf("length %v: want whole seconds, at most 24h", q.Length)
	case q.Step <= 0 || q.Step > day || q.Step%time.Minute != 0:
		return fmt.Errorf("step %v: want whole minutes, at most 24h", q.Step)
	case q.Top < 0:
		return fmt.Errorf("top %d: want the number of slots to return", q.Top)
	}
	return q.Cadence.check(q.Count)
}

func checkMembers(members []Member) error {
	if len(members) == 0 {
		return errors.New("slot search: there are no members")
	}
	for i, m := range members {
		if m.Zone == nil || slices.ContainsFunc(m.Trips, func(t Trip) bool { return t.Zone == nil }) {
			return fmt.Errorf("slot search: member %d, %q, has no time zone", i+1, m.Name)
		}
	}
	return nil
}

// weeks returns how many weeks the candidates touch.
func (q Search) weeks() int { return q.Count * int(q.Cadence) }

// window returns the time that the candidates may take.
func (q Search) window(zone *time.Location) Interval {
	last := q.Start.AddDays(7*q.weeks() - 1)
	return Interval{q.Start.In(zone).Start, last.In(zone).End.Add(q.Length)}
}
