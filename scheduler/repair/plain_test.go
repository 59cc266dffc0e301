package repair_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/repair"
)

// A whole night's plan is that of a plain version, which was written from the text of
// the contract and looks at everything again and again.
func TestANightEqualsThePlainOne(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 11))
	moves, under, declined, off, back, left := 0, 0, 0, 0, 0, 0
	for n := range 150 {
		s := randomNight(t, random)
		want := newPlain(t, s)
		want.spend()
		plan, err := repair.New(s)
		if err != nil {
			t.Fatal(err)
		}
		says := want.told()
		if diff := gocmp.Diff(says, told(plan)); diff != "" {
			t.Fatalf("case %d (-plain +plan):\n%s", n, diff)
		}
		moves += len(want.first)
		all := fmt.Sprint(says)
		under, off, back = under+strings.Count(all, "under"), off+strings.Count(all, " off: "), back+strings.Count(all, "back")
		left += strings.Count(all, "nobody meets alone")
		for _, p := range want.sessions {
			if len(p.declinedBy) > 0 {
				declined++
			}
		}
	}
	if moves < 60 || under < 20 || declined < 40 || off < 40 || off-left < 6 || left < 20 || back < 20 {
		t.Errorf("only %d moves, %d sessions under the quorum, %d declined, %d off, %d of them as the group shrank, and %d back; the test tests too little",
			moves, under, declined, off, left, back)
	}
}

// told says what the plan moves, cancels, brings back and reports of sessions, sorted.
func told(plan scheduler.RepairPlan) (out []string) {
	for _, c := range plan.Changes {
		switch c.Action {
		case scheduler.MoveSession:
			out = append(out, fmt.Sprintf("%s %s -> %s, %d -> %d", c.Group, stamp(c.From), stamp(c.To), c.Before, c.After))
		case scheduler.CancelSession:
			why, _, _ := strings.Cut(c.Why, ":")
			out = append(out, fmt.Sprintf("%s %s off: %s", c.Group, stamp(c.From), why))
		case scheduler.RestoreSession:
			out = append(out, fmt.Sprintf("%s %s back, %d", c.Group, stamp(c.To), c.After))
		}
	}
	for _, f := range plan.Findings {
		if f.Kind == scheduler.UnderQuorum {
			out = append(out, fmt.Sprintf("%s %s under: %+v", f.Group, stamp(f.At), f.Share))
		}
	}
	slices.Sort(out)
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("02 Jan 15:04") }

// A plain is the night as a person would spend it with the contract in hand.
type plain struct {
	t        *testing.T
	s        planning.Snapshot
	members  map[calendar.Address]*availability.Member
	sessions []*plainSession
	first    map[*plainSession]time.Time // where a session that is moved tonight was
	before   map[*plainSession]int
	settled  map[*plainSession]string // what is said of one that was cancelled or brought back tonight
	back     map[*plainSession]bool   // called off and brought back tonight
}

type plainSession struct {
	booking    scheduler.Booking
	group      scheduler.Group
	index      int
	original   time.Time
	iv         availability.Interval
	off        bool
	ours       bool // an earlier night cancelled it
	byHand     bool
	declinedBy []calendar.Address
	hours      []availability.Interval // declined for this session
	moved      int                     // how often the night moved it
}

func newPlain(t *testing.T, s planning.Snapshot) *plain {
	t.Helper()
	p := &plain{t: t, s: s, members: map[calendar.Address]*availability.Member{}, first: map[*plainSession]time.Time{}, before: map[*plainSession]int{}, settled: map[*plainSession]string{}, back: map[*plainSession]bool{}}
	for k, b := range s.Bookings {
		current := s.Current[b.Series.UID]
		sessions, err := current.Occurrences()
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range sessions {
			one := &plainSession{booking: b, group: s.Workspace.Groups[k], index: i, original: o.Original, iv: o.Interval, off: o.Cancelled}
			was, is := b.Series.Override(o.Original), current.Override(o.Original)
			one.ours = slices.ContainsFunc(b.Off, o.Original.Equal)
			one.byHand = !was.Moved.Start.Equal(is.Moved.Start) || was.Cancelled != is.Cancelled || was.Note != is.Note
			for _, a := range one.group.Members {
				if s.Workspace.Roster.Of(a).Reply(current, o) == calendar.Declined {
					one.declinedBy = append(one.declinedBy, a)
				}
			}
			for _, h := range b.Hours {
				if h.Original.Equal(o.Original) {
					one.hours = append(one.hours, h.Interval)
				}
			}
			for _, m := range b.Moves {
				if m.Equal(o.Original) {
					one.moved++
				}
			}
			p.sessions = append(p.sessions, one)
		}
	}
	return p
}

// counts returns the members who count: who declined the whole series does not come.
func (p *plain) counts(one *plainSession) (out []calendar.Address) {
	for _, a := range one.group.Members {
		declinedAll := slices.ContainsFunc(p.s.Current[one.booking.Series.UID].Attendees, func(at calendar.Attendee) bool {
			return at.Address == a && at.RSVP == calendar.Declined
		})
		if !declinedAll {
			out = append(out, a)
		}
	}
	return out
}

// can answers for a member at a time that nobody replied to.
func (p *plain) can(a calendar.Address, one *plainSession, iv availability.Interval) availability.Can {
	can, _ := p.member(a).CanAttend(iv)
	for _, other := range p.sessions {
		if other.booking.Series.UID != one.booking.Series.UID && !other.off && slices.Contains(other.group.Members, a) &&
			!slices.Contains(other.declinedBy, a) && other.iv.Overlaps(iv) {
			return availability.No
		}
	}
	return can
}

func (p *plain) member(a calendar.Address) *availability.Member {
	if m := p.members[a]; m != nil {
		return m
	}
	m, err := p.s.Workspace.Roster.Of(a).Member(p.s.Busy[a], p.s.Window, p.s.Holidays)
	if err != nil {
		p.t.Fatal(err)
	}
	p.members[a] = &m
	return &m
}

// now answers for all who count where the session is.
func (p *plain) now(one *plainSession) (out []availability.Can) {
	for _, a := range p.counts(one) {
		if slices.Contains(one.declinedBy, a) {
			out = append(out, availability.No)
		} else {
			out = append(out, p.can(a, one, one.iv))
		}
	}
	return out
}

func share(answers []availability.Can) (s scheduler.Share) {
	for _, c := range answers {
		s.Count(c)
	}
	return s
}

func (p *plain) quorum(answers []availability.Can) bool {
	s := share(answers)
	return 10*(s.Yes+s.Unknown) >= 6*len(answers) // that of groups without a program
}

// spend moves sessions and calls them off until the night has no more to do.
func (p *plain) spend() {
	for more := true; more; {
		p.moveAll()
		more = false
		for _, one := range p.sessions {
			more = p.settle(one) || more
		}
	}
}

// alone reports whether fewer than two can attend a session of a group that shrank, or
// of which fewer than two come at all.
func (p *plain) alone(one *plainSession) bool {
	s := share(p.now(one))
	booked := one.booking.Possible / one.booking.Series.Count
	return s.Yes+s.Unknown < 2 && (len(one.group.Members) < booked || len(p.counts(one)) < 2)
}

// settle cancels a session that is not to be held, once a night, and brings back one that is.
// Which of its people were told enough of tonight may be moved another night.
func (p *plain) settle(one *plainSession) bool {
	rules, answers := p.s.Workspace.Repair, p.now(one)
	holds := p.quorum(answers) && !p.alone(one)
	if p.settled[one] != "" && !one.off || p.back[one] || one.byHand || one.iv.Start.Before(p.s.Now.Add(rules.Notice)) {
		return false
	}
	switch {
	case one.off && one.ours && holds && !p.others(one, one.iv):
		one.off = false
		if p.settled[one] != "" { // called off tonight, of which nobody has heard
			p.back[one] = true
			delete(p.settled, one)
			break
		}
		p.settled[one] = fmt.Sprintf("%s %s back, %d", one.group.Name, stamp(one.iv.Start), share(answers).Yes)
	case !one.off && !holds && (rules.CancelBelow || p.alone(one)) && !one.iv.Start.After(p.s.Now.Add(rules.CancelWithin)):
		tomorrow := p.s.Now.Add(rules.Notice).AddDate(0, 0, 1)
		if _, found := p.option(one); found && p.toldTwice(one) && !one.iv.Start.Before(tomorrow) {
			return false
		}
		why := "nobody meets alone"
		if !p.alone(one) {
			s := share(answers)
			if why = fmt.Sprintf("only %d of %d can come, and the quorum is 60%%", s.Yes+s.Unknown, s.All()); s.Yes+s.Unknown == 0 {
				why = fmt.Sprintf("none of the %d can come, and the quorum is 60%%", s.All())
			}
		}
		p.settled[one] = fmt.Sprintf("%s %s off: %s", one.group.Name, stamp(one.iv.Start), why)
		one.off = true
	default:
		return false
	}
	return true
}

// moveAll moves sessions, the soonest first, until none can be moved.
func (p *plain) moveAll() {
	for moved := true; moved; {
		moved = false
		order := slices.Clone(p.sessions)
		slices.SortStableFunc(order, func(a, b *plainSession) int { return a.iv.Start.Compare(b.iv.Start) })
		for _, one := range order {
			if to, ok := p.better(one); ok {
				p.move(one, to)
				moved = true
				break
			}
		}
	}
}

func (p *plain) move(one *plainSession, to availability.Interval) {
	if _, again := p.first[one]; !again {
		p.first[one], p.before[one] = one.iv.Start, share(p.now(one)).Yes
	}
	if p.declined(one) {
		one.hours = append(one.hours, one.iv)
	}
	one.iv, one.declinedBy = to, nil
	one.moved++
	if to.Start.Equal(p.first[one]) {
		delete(p.first, one)
	}
}

// better returns the best time to which the session may be moved.
func (p *plain) better(one *plainSession) (availability.Interval, bool) {
	rules, notice, answers := p.s.Workspace.Repair, p.s.Now.Add(p.s.Workspace.Repair.Notice), p.now(one)
	switch {
	case one.off, one.byHand, !slices.Contains(answers, availability.No):
		return availability.Interval{}, false
	case one.iv.Start.Before(notice), one.iv.Start.After(p.s.Now.Add(rules.Horizon)):
		return availability.Interval{}, false
	case p.toldTwice(one):
		return availability.Interval{}, false
	}
	return p.option(one)
}

// option returns the best other time of the session, if one is worth it.
func (p *plain) option(one *plainSession) (availability.Interval, bool) {
	rules, notice, answers := p.s.Workspace.Repair, p.s.Now.Add(p.s.Workspace.Repair.Notice), p.now(one)
	if len(answers) < 2 {
		return availability.Interval{}, false
	}
	sparing := one.moved >= rules.MovesPerSession || p.s.Month[one.group.Name]+p.movedOf(one.group.Name) >= rules.PerMonth
	zone, err := availability.LoadZone(one.booking.Series.Slot.Zone)
	if err != nil {
		p.t.Fatal(err)
	}
	type option struct {
		iv                                  availability.Interval
		yes, maybe, overlaps, otherDay, far int
	}
	var options []option
	year, week := one.iv.Start.In(zone).ISOWeek()
	for at := one.iv.Start.AddDate(0, 0, -8).Truncate(15 * time.Minute); at.Before(one.iv.Start.AddDate(0, 0, 8)); at = at.Add(15 * time.Minute) {
		to := availability.Interval{Start: at, End: at.Add(one.iv.Length())}
		local := at.In(zone)
		y, w := local.ISOWeek()
		first, _ := availability.At(availability.DateOf(local), time.Duration(local.Hour())*time.Hour+time.Duration(local.Minute())*time.Minute, zone)
		if y != year || w != week || at.Before(notice) || at.Equal(one.iv.Start) || !first.Equal(at) || !p.between(one, to) || p.taken(one, to) {
			continue
		}
		var then []availability.Can
		gain := 0
		for i, a := range p.counts(one) {
			then = append(then, p.can(a, one, to))
			switch {
			case answers[i] == availability.No && then[i].Attends():
				gain++
			case answers[i].Attends() && !then[i].Attends():
				gain--
			}
		}
		if gain < rules.MinGain || sparing && gain < 2 && !(!p.quorum(answers) && p.quorum(then)) {
			continue
		}
		o := option{iv: to, yes: share(then).Yes, maybe: share(then).Unknown, far: int(at.Sub(one.iv.Start).Abs())}
		if to.Overlaps(one.iv) {
			o.overlaps = 1
		}
		if local.YearDay() != one.iv.Start.In(zone).YearDay() {
			o.otherDay = 1
		}
		options = append(options, o)
	}
	if len(options) == 0 {
		return availability.Interval{}, false
	}
	best := slices.MinFunc(options, func(a, b option) int {
		return cmp.Or(b.yes-a.yes, b.maybe-a.maybe, a.overlaps-b.overlaps, a.otherDay-b.otherDay, cmp.Compare(a.far, b.far), a.iv.Start.Compare(b.iv.Start))
	})
	there := *one // called off there, too, it need not be moved
	there.iv, there.declinedBy = best.iv, nil
	holds := p.quorum(p.now(&there)) && !p.alone(&there)
	return best.iv, holds || !rules.CancelBelow && !p.alone(&there) || best.iv.Start.After(p.s.Now.Add(rules.CancelWithin))
}

func (p *plain) movedOf(group string) (n int) {
	for one := range p.first {
		if one.group.Name == group {
			n++
		}
	}
	return n
}

func (p *plain) toldTwice(one *plainSession) bool {
	if _, again := p.first[one]; again {
		return false
	}
	return slices.ContainsFunc(one.group.Members, func(a calendar.Address) bool {
		n := p.s.Tonight[a]
		for other := range p.first {
			if slices.Contains(other.group.Members, a) {
				n++
			}
		}
		return n >= 2
	})
}

// between reports whether a time lies between the neighbours of the session.
func (p *plain) between(one *plainSession, to availability.Interval) bool {
	for _, other := range p.sessions {
		if other.booking.Series.UID != one.booking.Series.UID {
			continue
		}
		if other.index == one.index-1 && to.Start.Before(other.iv.End) || other.index == one.index+1 && to.End.After(other.iv.Start) {
			return false
		}
	}
	return true
}

// taken reports whether a member has another session then, or somebody declined it.
func (p *plain) taken(one *plainSession, to availability.Interval) bool {
	return p.others(one, to) || slices.ContainsFunc(one.hours, to.Overlaps) || p.declined(one) && one.iv.Overlaps(to)
}

// others reports whether a member has another session then, whatever they replied.
func (p *plain) others(one *plainSession, to availability.Interval) bool {
	for _, other := range p.sessions {
		shared := slices.ContainsFunc(one.group.Members, func(a calendar.Address) bool { return slices.Contains(other.group.Members, a) })
		if other.booking.Series.UID != one.booking.Series.UID && !other.off && shared && other.iv.Overlaps(to) {
			return true
		}
	}
	return false
}

// declined reports whether a member who counts declined the session.
func (p *plain) declined(one *plainSession) bool {
	return slices.ContainsFunc(p.counts(one), func(a calendar.Address) bool { return slices.Contains(one.declinedBy, a) })
}

func (p *plain) told() (out []string) {
	for one, from := range p.first {
		out = append(out, fmt.Sprintf("%s %s -> %s, %d -> %d", one.group.Name, stamp(from), stamp(one.iv.Start), p.before[one], share(p.now(one)).Yes))
	}
	for _, one := range p.sessions {
		if p.settled[one] != "" {
			out = append(out, p.settled[one])
		}
		now, rules := p.s.Now, p.s.Workspace.Repair
		later := one.iv.Start.After(now.Add(max(rules.Notice, rules.CancelWithin))) && !one.byHand && (rules.CancelBelow || p.alone(one)) // it is called off once it is near
		if one.off || later || !one.iv.Start.After(now) || one.iv.Start.After(now.Add(rules.Horizon)) || p.quorum(p.now(one)) {
			continue
		}
		if p.toldTwice(one) && !one.byHand && !one.iv.Start.Before(now.Add(rules.Notice).AddDate(0, 0, 1)) {
			if _, found := p.option(one); found {
				continue // it can be moved another night
			}
		}
		out = append(out, fmt.Sprintf("%s %s under: %+v", one.group.Name, stamp(one.iv.Start), share(p.now(one))))
	}
	slices.Sort(out)
	return out
}

// randomNight returns groups that share members, in weeks in which clocks change in
// one of their zones.
func randomNight(t *testing.T, random *rand.Rand) planning.Snapshot {
	t.Helper()
	change := []time.Time{at(3, 29, 3).Start, at(10, 25, 3).Start, at(3, 8, 9).Start, at(4, 4, 17).Start, at(10, 3, 18).Start}[random.IntN(5)]
	day := 24 * time.Hour
	s := planning.Snapshot{
		Workspace: scheduler.Workspace{Organizer: calendar.Attendee{Address: organizer}, Zone: "Europe/Berlin", Roster: scheduler.NewRoster()},
		Busy:      map[calendar.Address]availability.Busy{}, Current: map[calendar.UID]calendar.Series{},
		Tonight: map[calendar.Address]int{}, Month: map[string]int{},
		Now: change.Add(-time.Duration(random.IntN(8*24)) * time.Hour).Truncate(time.Hour),
	}
	s.Window = availability.Interval{Start: s.Now, End: s.Now.AddDate(0, 0, 50)}
	s.Workspace.Repair = scheduler.RepairRules{
		Horizon: time.Duration(7+random.IntN(8)) * day, Notice: time.Duration(random.IntN(48)) * time.Hour, MinGain: 1 + random.IntN(5)/4,
		MovesPerSession: 1 + random.IntN(2), PerMonth: 1 + random.IntN(4),
		CancelBelow: random.IntN(4) > 0, CancelWithin: time.Duration(2+random.IntN(12)) * day,
	}
	var people []calendar.Address
	for i := range 7 {
		a := calendar.Address(fmt.Sprintf("p%d@acme.example", i))
		people = append(people, a)
		person := scheduler.Person{Address: a, Zone: randomZone(random), Hours: availability.OfficeHours()}
		if err := person.Stretch.Set("mon-fri", "07:00-20:00"); err != nil {
			t.Fatal(err)
		}
		s.Workspace.Roster.Put(person)
		s.Busy[a] = randomBusy(random, s.Window)
		s.Tonight[a] = random.IntN(6) / 5
	}
	for i := range 4 {
		randomSeries(t, random, &s, fmt.Sprint("g", i), people)
	}
	return s
}

// randomZone returns Berlin as often as all others, whose clocks change on other dates,
// or by half an hour, or in the south.
func randomZone(random *rand.Rand) string {
	if random.IntN(2) == 0 {
		return "Europe/Berlin"
	}
	return []string{"America/New_York", "Europe/London", "Australia/Lord_Howe", "Australia/Sydney", "Africa/Casablanca"}[random.IntN(5)]
}

func randomBusy(random *rand.Rand, window availability.Interval) availability.Busy {
	busy := availability.Busy{Window: window}
	for range random.IntN(160) {
		from := window.Start.Add(time.Duration(random.IntN(30*24*4)) * 15 * time.Minute)
		kind := []availability.Kind{availability.Firm, availability.Firm, availability.Firm, availability.Tentative, availability.Unknown}[random.IntN(5)]
		busy.Spans = append(busy.Spans, availability.Span{Interval: availability.Interval{Start: from, End: from.Add(time.Duration(2+random.IntN(14)) * 15 * time.Minute)}, Kind: kind})
	}
	busy.Normalize()
	return busy
}

// randomSeries adds a group with its series, which people and earlier nights changed.
func randomSeries(t *testing.T, random *rand.Rand, s *planning.Snapshot, name string, people []calendar.Address) {
	t.Helper()
	g := scheduler.Group{Name: name}
	for _, i := range random.Perm(len(people))[:3+random.IntN(2)] {
		g.Members = append(g.Members, people[i])
	}
	slices.Sort(g.Members)
	first := availability.DateOf(s.Now).AddDays(-7 + random.IntN(5))
	series := calendar.Series{
		UID: scheduler.NewUID(organizer, name, 1), Version: "v", Organizer: s.Workspace.Organizer, Cadence: availability.Weekly, Count: 5, First: first,
		Slot: availability.Slot{Day: first.Weekday(), Start: time.Duration(36+random.IntN(30)) * 15 * time.Minute, Length: time.Hour, Zone: randomZone(random)},
	}
	for _, a := range g.Members {
		at := calendar.Attendee{Address: a}
		if random.IntN(12) == 0 {
			at.RSVP = calendar.Declined
		}
		series.Attendees = append(series.Attendees, at)
	}
	b := scheduler.Booking{Group: name, State: scheduler.Booked, Invited: g.Members, OwnText: true, Possible: series.Count * (len(g.Members) + random.IntN(3)/2)}
	if random.IntN(4) == 0 { // somebody left since, or all but two did
		g.Members = g.Members[:len(g.Members)-1-random.IntN(len(g.Members)-2)]
		b.Possible = series.Count * len(b.Invited)
	}
	sessions, err := series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range sessions[:4] {
		if random.IntN(4) == 0 && i > 0 { // an earlier night moved it
			by := time.Duration(random.IntN(9)-4) * 15 * time.Minute
			series = series.WithOverride(calendar.Override{Original: o.Original, Moved: availability.Interval{Start: o.Start.Add(by), End: o.End.Add(by)}, Note: "moved"})
			b.Moves = append(b.Moves, o.Original)
			b.Hours = append(b.Hours, scheduler.DeclinedHour{Original: o.Original, Interval: o.Interval})
		}
	}
	for _, o := range sessions[:4] {
		if random.IntN(6) == 0 { // an earlier night cancelled it
			override := series.Override(o.Original)
			override.Original, override.Cancelled = o.Original, true
			series, b.Off = series.WithOverride(override), append(b.Off, o.Original)
		}
	}
	b.Series = series
	for _, o := range sessions[:4] {
		override := series.Override(o.Original)
		override.Original = o.Original
		switch random.IntN(6) {
		case 0:
			override.RSVPs = map[calendar.Address]calendar.RSVP{g.Members[random.IntN(len(g.Members))]: calendar.Declined}
		case 1:
			if random.IntN(3) == 0 {
				override.Cancelled = !override.Cancelled
			} else {
				by := time.Duration(1+random.IntN(8)) * 15 * time.Minute
				override.Moved = availability.Interval{Start: o.Start.Add(by), End: o.End.Add(by)}
			}
		default:
			continue
		}
		series = series.WithOverride(override)
	}
	s.Month[name] = random.IntN(3)
	s.Workspace.Groups = append(s.Workspace.Groups, g)
	s.Bookings = append(s.Bookings, b)
	s.Current[series.UID] = series
}
