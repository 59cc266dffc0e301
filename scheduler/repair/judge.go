package repair

import (
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// The rest of a series is suggested another slot when at least so many of its
// sessions, and half of them, are in conflict, and the slot gains so many attendances.
const (
	manyConflicts = 3
	worthTelling  = 4
)

// fewest is how many a session is worth holding for.
const fewest = 2

// shrank reports whether the group has fewer members than its series was booked for, or
// so many declined the series that nobody is left to meet.
func (sub *subject) shrank() bool {
	return sub.booking.Shrank(len(sub.group.Members)) || sub.deserted
}

// holds reports whether enough can come to a session; alone says that nobody who is
// left could meet anybody.
func (r *pass) holds(sub *subject, v planning.Verdicts) (holds, alone bool) {
	s := v.Share()
	alone = s.Yes+s.Unknown < fewest && sub.shrank()
	return v.Meets(sub.program.Quorum) && !alone, alone
}

// settleQuorum cancels what too few can attend, where that is configured or the group
// shrank to fewer than two who can, and brings back what it cancelled if enough can attend
// again, also tonight: what is called off or moved after it may leave its members free. It
// reports whether it did either.
func (r *pass) settleQuorum(sub *subject) (changed bool, err error) {
	rules := r.Workspace.Repair
	if sub.faulty || sub.rests || !rules.CancelBelow && len(sub.booking.Off) == 0 && !sub.shrank() {
		return false, nil
	}
	for i, o := range sub.sessions {
		if sub.settled.has(o.Original) && !o.Cancelled || sub.byHand.has(o.Original) || o.Start.Before(r.Now.Add(rules.Notice)) {
			continue
		}
		v, err := r.verdicts(sub, o)
		if err != nil {
			return changed, err
		}
		holds, alone := r.holds(sub, v)
		switch off := instantsOf(sub.booking.Off).has(o.Original); {
		case o.Cancelled && off && holds && !slices.ContainsFunc(r.Taken(sub.attendees(), sub.series.UID), o.Overlaps):
			r.restore(due{sub, i}, v)
		case !o.Cancelled && (rules.CancelBelow || alone) && !o.Start.After(r.Now.Add(rules.CancelWithin)) && !holds:
			waits, err := r.waits(due{sub, i}, v)
			if err != nil {
				return changed, err
			}
			if waits {
				continue
			}
			r.cancel(due{sub, i}, v, alone)
		default:
			continue
		}
		changed = true
		sub.settled.add(o.Original)
		r.lookAround(sub, o.Start)
	}
	return changed, nil
}

// waits reports whether a session can be moved another night, which its members were
// told of too much for tonight.
func (r *pass) waits(d due, v planning.Verdicts) (bool, error) {
	o := *d.session()
	if !r.toldEnough(d.sub) || r.lastChance(o) {
		return false, nil
	}
	_, found, err := r.best(d, v)
	return found, err
}

func (r *pass) cancel(d due, v planning.Verdicts, alone bool) {
	sub, o := d.sub, d.session()
	s := v.Share()
	who := fmt.Sprintf("only %d of %d", s.Yes+s.Unknown, s.All())
	if s.Yes+s.Unknown == 0 {
		who = fmt.Sprintf("none of the %d", s.All())
	}
	why := fmt.Sprintf("%s can come, and the quorum is %s", who, percent(sub.program.Quorum))
	if alone {
		why = "nobody meets alone: " + ofThoseLeft(s.Yes+s.Unknown)
	}
	override := sub.series.Override(o.Original)
	override.Original = o.Original
	sub.called[o.Original.Unix()] = override
	override.Cancelled, override.Note = true, "Cancelled: "+why+"."
	sub.series = sub.series.WithOverride(override)
	sub.booking.Off = append(slices.Clone(sub.booking.Off), o.Original.UTC())
	r.keepDeclined(sub, *o)
	r.Retake(sub.series, o.Interval, availability.Interval{})
	o.Cancelled = true
	c := sub.change(scheduler.CancelSession, "", why)
	c.From, c.Before = o.Start, s.Yes
	sub.changes = append(sub.changes, c)
}

func ofThoseLeft(n int) string {
	if n == 0 {
		return "none of those who are left can come"
	}
	return "only one of those who are left can come"
}

// restore has a session take place after all. Of one that was cancelled tonight nobody hears.
func (r *pass) restore(d due, v planning.Verdicts) {
	sub, o := d.sub, d.session()
	sub.booking.Off = slices.DeleteFunc(slices.Clone(sub.booking.Off), o.Original.Equal)
	r.Add(sub.series, *o)
	o.Cancelled = false
	if was, tonight := sub.called[o.Original.Unix()]; tonight {
		sub.series = sub.series.WithOverride(was)
		sub.changes = slices.DeleteFunc(sub.changes, func(c scheduler.Change) bool { return c.Action == scheduler.CancelSession && c.From.Equal(o.Start) })
		return
	}
	s := v.Share()
	why := fmt.Sprintf("takes place after all: %d of %d can come", s.Yes+s.Unknown, s.All())
	override := sub.series.Override(o.Original)
	override.Original, override.Cancelled, override.Note = o.Original, false, "T"+why[1:]+"."
	sub.series = sub.series.WithOverride(override)
	c := sub.change(scheduler.RestoreSession, "", why)
	c.To, c.After = o.Start, s.Yes
	sub.changes = append(sub.changes, c)
}

// judge reports the sessions that stay under the quorum, and suggests another slot
// where the slot itself is the trouble.
func (r *pass) judge(sub *subject) error {
	var left []int // who can attend each session that is left
	conflicts := 0
	for i, o := range sub.sessions {
		if o.Cancelled || !o.Start.After(r.Now) {
			continue
		}
		v, err := r.verdicts(sub, o)
		if err != nil {
			return err
		}
		left = append(left, v.Attending())
		if v.Conflict() {
			conflicts++
		}
		if _, alone := r.holds(sub, v); !v.Meets(sub.program.Quorum) && !o.Start.After(r.Now.Add(r.Workspace.Repair.Horizon)) && !r.willCancel(sub, o, alone) {
			waits, err := r.waits(due{sub, i}, v)
			if err != nil {
				return err
			}
			if !waits || sub.byHand.has(o.Original) {
				r.find(sub.underQuorum(o, v))
			}
		}
	}
	if conflicts < manyConflicts || 2*conflicts < len(left) || len(sub.members) < 2 || sub.rests {
		return nil
	}
	return r.suggest(sub, left, conflicts)
}

// willCancel reports whether a session is cancelled by itself once it is near enough, or
// its series no longer rests.
func (r *pass) willCancel(sub *subject, o calendar.Occurrence, alone bool) bool {
	rules := r.Workspace.Repair
	far := o.Start.After(r.Now.Add(max(rules.Notice, rules.CancelWithin))) || sub.rests && !r.lastChance(o)
	return (rules.CancelBelow || alone) && !sub.byHand.has(o.Original) && far
}

// lastChance reports whether a session is too near to be changed another night.
func (r *pass) lastChance(o calendar.Occurrence) bool {
	return o.Start.Before(r.Now.Add(r.Workspace.Repair.Notice).AddDate(0, 0, 1))
}

func (sub *subject) underQuorum(o calendar.Occurrence, v planning.Verdicts) scheduler.Finding {
	f := scheduler.Finding{Kind: scheduler.UnderQuorum, Group: sub.booking.Group, UID: sub.series.UID, At: o.Start, Share: v.Share()}
	for i, a := range sub.members {
		if v[i] == availability.No {
			f.Missing = append(f.Missing, a)
		}
	}
	return f
}

// suggest looks for a better weekly slot for the rest of a series. The same
// suggestion is made once; who only looks, and who looks at what the night found, sees it
// for as long as it stands.
func (r *pass) suggest(sub *subject, left []int, conflicts int) error {
	past, err := r.past(sub.booking)
	if err != nil {
		return err
	}
	b := sub.booking
	b.Series = sub.series // whose members are those of tonight
	plan, err := booking.Rebook(r.Planner, b, booking.Ahead(sub.sessions, r.Now), past)
	if err != nil {
		return nil // no slot is any better, or it would not be booked
	}
	best := plan.Candidate
	members, err := r.membersOver(sub, r.Window)
	if err != nil {
		return err
	}
	sessions, err := best.Slot.Occurrences(best.First, sub.series.Cadence, best.Count)
	if err != nil {
		return err
	}
	before, after := 0, 0
	for _, n := range left[max(0, len(left)-best.Count):] {
		before += n
	}
	for _, iv := range sessions {
		after += planning.VerdictsAt(members, iv).Attending()
	}
	if after-before < worthTelling {
		return nil
	}
	why := fmt.Sprintf("%d of the %d sessions left are in conflict; %s instead of %s would have %d of %d attendances, not %d",
		conflicts, len(left), best.Slot, sub.series.Slot, after, best.Count*len(members), before)
	c := sub.change(scheduler.Suggest, "", why)
	c.To, c.Before, c.After = sessions[0].Start, before, after
	return r.offer(sub, plan, c)
}

// offer suggests another slot, or has it booked.
func (r *pass) offer(sub *subject, plan scheduler.BookingPlan, c scheduler.Change) error {
	better := scheduler.Finding{Kind: scheduler.BetterSlot, Group: c.Group, UID: c.UID, Err: errors.New(c.Why)}
	switch {
	case r.Workspace.Repair.Reslot:
		c.Action, sub.ends = scheduler.Rebook, true
		r.leaveAlone(sub)
		sub.changes = append(sub.changes, c)
		r.plan.Reslots = append(r.plan.Reslots, scheduler.Reslot{Booking: sub.booking, Plan: plan})
		r.Planner = r.Without(sub.series)
		return r.Take(plan.Booking.Series)
	case r.shown:
		r.find(better)
	default:
		r.plan.Better = append(r.plan.Better, better)
	}
	if sub.booking.Suggested != plan.Candidate.Slot {
		sub.booking.Suggested, sub.noted = plan.Candidate.Slot, true
		sub.changes = append(sub.changes, c)
	}
	return nil
}

// leaveAlone drops what the night would do and say of the sessions of a series that is
// booked elsewhere.
func (r *pass) leaveAlone(sub *subject) {
	sub.series.Overrides = sub.current.Overrides
	sub.changes = slices.DeleteFunc(sub.changes, func(c scheduler.Change) bool {
		return c.Action == scheduler.MoveSession || c.Action == scheduler.CancelSession || c.Action == scheduler.RestoreSession
	})
	r.plan.Findings = slices.DeleteFunc(r.plan.Findings, func(f scheduler.Finding) bool {
		return f.Kind == scheduler.UnderQuorum && f.UID == sub.series.UID
	})
}

func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }
