package planning

import (
	"cmp"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A MoveSearch looks for a better time for single sessions of one series. It is the
// rule for booking, which moves what is known to be bad at once, and for every night
// after it. Its members are free of the series itself.
type MoveSearch struct {
	Members  []availability.Member
	Zone     *time.Location
	Only     availability.Days       // hard; empty for all
	Earliest time.Time               // no session goes before it
	Taken    []availability.Interval // no session goes there: other sessions of ours, hours that a member declined
	MinGain  int                     // fewest members that a move must win
	Sparing  bool                    // only if it wins two or restores the quorum
	Quorum   float64                 // share of the members
}

// Best returns the best other time for occurrence i of the series, if one is worth
// it: in the same ISO week, strictly between the neighbours, and attended by enough
// more members. Best attendance wins, then most who may be able to, then a time that
// does not overlap the old one, then the same day, then the nearest time, then the
// earlier one. before is what the members answer to where the session is now.
func (s MoveSearch) Best(occurrences []calendar.Occurrence, i int, before Verdicts) (best scheduler.Move, found bool, err error) {
	week, err := s.week(occurrences[i])
	if err != nil {
		return scheduler.Move{}, false, err
	}
	allowed := s.room(occurrences, i)
	taken := slices.DeleteFunc(slices.Clone(s.Taken), func(iv availability.Interval) bool { return !iv.Overlaps(allowed) })
	after, bestMaybe, bestStart := make(Verdicts, len(s.Members)), 0, 0
	for start := range week.grid.Starts() {
		week.judge(after, start)
		if !s.worth(before, after) || found && after.Attending() < best.After {
			continue
		}
		o := occurrences[i]
		to, exists := week.grid.Interval(0, start)
		if !exists || !allowed.Contains(to) || to.Start.Equal(o.Start) || slices.ContainsFunc(taken, to.Overlaps) {
			continue
		}
		m := scheduler.Move{Original: o.Original, From: o.Interval, To: to, Before: before.Attending(), After: after.Attending()}
		if maybe := after.Maybe(); !found || s.compare(m, best, maybe, bestMaybe) < 0 {
			best, found, bestMaybe, bestStart = m, true, maybe, start
		}
	}
	if found {
		week.judge(after, bestStart)
		best.Gained, best.Lost = before.Changed(after, s.names())
	}
	return best, found, nil
}

func (s MoveSearch) names() []calendar.Address {
	out := make([]calendar.Address, len(s.Members))
	for i, m := range s.Members {
		out[i] = calendar.Address(m.Name)
	}
	return out
}

// worth reports whether enough more members can attend.
func (s MoveSearch) worth(before, after Verdicts) bool {
	gain := before.gainTo(after)
	if gain < max(1, s.MinGain) {
		return false
	}
	return !s.Sparing || gain >= 2 || !before.Meets(s.Quorum) && after.Meets(s.Quorum)
}

// room returns where occurrence i may go without a change in the order of the
// series, or a time that is too early.
func (s MoveSearch) room(occurrences []calendar.Occurrence, i int) availability.Interval {
	room := availability.Interval{Start: s.Earliest, End: occurrences[i].End.AddDate(0, 0, 7)}
	if i > 0 {
		room.Start = availability.Later(room.Start, occurrences[i-1].End)
	}
	if i+1 < len(occurrences) {
		room.End = availability.Earlier(room.End, occurrences[i+1].Start)
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

// compare orders two moves of the same session, the better first. maybe is how many
// may be able to attend each.
func (s MoveSearch) compare(a, b scheduler.Move, maybeA, maybeB int) int {
	day := availability.DateOf(a.From.Start.In(s.Zone))
	otherDay := func(m scheduler.Move) int { return oneIf(availability.DateOf(m.To.Start.In(s.Zone)) != day) }
	overlaps := func(m scheduler.Move) int { return oneIf(m.To.Overlaps(m.From)) }
	return cmp.Or(
		cmp.Compare(b.After, a.After),
		cmp.Compare(maybeB, maybeA),
		cmp.Compare(overlaps(a), overlaps(b)),
		cmp.Compare(otherDay(a), otherDay(b)),
		cmp.Compare(a.To.Start.Sub(a.From.Start).Abs(), b.To.Start.Sub(b.From.Start).Abs()),
		a.To.Start.Compare(b.To.Start),
	)
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Verdicts are the members' answers for one time, in the order of the members.
type Verdicts []availability.Can

// VerdictsAt returns what the members answer to a time that nobody replied to.
func VerdictsAt(members []availability.Member, iv availability.Interval) Verdicts {
	v := make(Verdicts, len(members))
	for i := range members {
		v[i], _ = members[i].CanAttend(iv)
	}
	return v
}

// Share counts the answers.
func (v Verdicts) Share() (s scheduler.Share) {
	for _, c := range v {
		s.Count(c)
	}
	return s
}

// Conflict reports whether somebody is known not to be able to attend.
func (v Verdicts) Conflict() bool { return slices.Contains(v, availability.No) }

// Attending returns how many are known to be able to.
func (v Verdicts) Attending() int { return v.Share().Yes }

// Maybe returns of how many it is not known.
func (v Verdicts) Maybe() int { return v.Share().Unknown }

// Meets reports whether enough can attend. Who may be able to counts as attending:
// unknown never speaks against a session.
func (v Verdicts) Meets(quorum float64) bool {
	s := v.Share()
	return float64(s.Yes+s.Unknown) >= quorum*float64(s.All())-1e-9
}

// gainTo returns how many more members are known to be able to attend at the other
// time. Who may be able to now, as nothing is known, is no gain if able later.
func (v Verdicts) gainTo(other Verdicts) int {
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

// Changed returns who can attend at the other time only, and who only now.
func (v Verdicts) Changed(other Verdicts, people []calendar.Address) (gained, lost []calendar.Address) {
	for i, a := range people {
		switch {
		case v[i] == availability.No && other[i].Attends():
			gained = append(gained, a)
		case v[i].Attends() && !other[i].Attends():
			lost = append(lost, a)
		}
	}
	return gained, lost
}
