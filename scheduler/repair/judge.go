package repair

import (
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// finish cancels or reports what stays under the quorum, reports conflicts of
// sessions that are left alone, suggests another slot where the slot itself is the
// trouble, and adds the subject to the plan.
func (r *repairer) finish(sub *subject) error {
	search, err := r.search(sub)
	if err != nil {
		return err
	}
	var left, conflicts, attendance int
	for i, o := range sub.sessions {
		if o.Cancelled || !o.Start.After(r.Now) {
			continue
		}
		left++
		v := search.VerdictsNow(o)
		attendance += v.Attending()
		if v.Conflict() {
			conflicts++
		}
		if err := r.judgeQuorum(sub, i, v, search); err != nil {
			return err
		}
	}
	if conflicts >= 3 && 2*conflicts >= left {
		if err := r.suggest(sub, search, left, conflicts, attendance); err != nil {
			return err
		}
	}
	r.plan.Changes = append(r.plan.Changes, sub.changes...)
	if !sub.series.Same(r.Current[sub.series.UID]) {
		sub.series.Sequence++
		sub.series.Updated = r.Now.UTC().Truncate(time.Second)
		sub.booking.Next, sub.booking.State = &sub.series, scheduler.Changing
		sub.booking.ByHand, sub.booking.Refused = sub.byHand.sorted(), sub.refused.sorted()
		r.plan.Bookings = append(r.plan.Bookings, sub.booking)
	} else if sub.accepted {
		r.plan.Accepted = append(r.plan.Accepted, sub.booking)
	}
	return nil
}

// judgeQuorum deals with one session that too few can attend. Who may be able to
// counts as attending: unknown never cancels anything.
func (r *repairer) judgeQuorum(sub *subject, i int, v scheduler.Verdicts, search scheduler.MoveSearch) error {
	o := sub.sessions[i]
	if o.Start.After(r.Now.Add(r.Workspace.Repair.Horizon)) {
		return nil
	}
	when := o.Start.In(search.Zone).Format("Mon 2 Jan 15:04")
	possible, members := v.Attending()+v.Maybe(), len(v)
	under := float64(possible) < sub.program.Quorum*float64(members)
	if under && r.toldEnough(sub) && !sub.byHand.has(o.Original) {
		if _, later, err := search.Best(sub.sessions, i); err != nil || later {
			r.attend(sub.booking.Group, "%s: only %d of %d can attend; it can be moved another night, when its members have been told of less", when, possible, members)
			return err
		}
	}
	switch {
	case sub.byHand.has(o.Original) && v.Conflict():
		r.attend(sub.booking.Group, "%s was set by hand and is in conflict: %d of %d can attend", when, v.Attending(), members)
	case under && r.Workspace.Repair.CancelBelow && search.Due(o) && !sub.byHand.has(o.Original):
		override := sub.series.Override(o.Original)
		override.Original, override.Cancelled = o.Original, true
		override.Note = fmt.Sprintf("Cancelled: only %d of %d can attend.", possible, members)
		sub.series = sub.series.WithOverride(override)
		sub.sessions[i].Cancelled = true
		sub.changes = append(sub.changes, scheduler.Change{Group: sub.booking.Group, UID: sub.series.UID, Action: scheduler.CancelSession,
			From: o.Start, Before: v.Attending(), Why: fmt.Sprintf("only %d of %d can attend, below the quorum of %.0f%%", possible, members, 100*sub.program.Quorum)})
	case under:
		r.attend(sub.booking.Group, "%s: only %d of %d can attend, below the quorum of %.0f%%", when, possible, members, 100*sub.program.Quorum)
	}
	return nil
}

// suggest looks for a better weekly slot for the rest of a series whose slot does
// not work any more.
func (r *repairer) suggest(sub *subject, search scheduler.MoveSearch, left, conflicts, attendance int) error {
	q := availability.Search{
		Zone: sub.series.Slot.Zone, Start: availability.DateOf(r.Now.Add(r.Workspace.Repair.Notice).In(search.Zone)).AddDays(1),
		Cadence: sub.series.Cadence, Count: min(left, sub.series.Cadence.MaxCount()), Length: sub.series.Slot.Length,
		Preferred: sub.program.Prefer, OnlyDays: sub.program.OnlyDays, Top: 1,
	}
	ranked, err := availability.Rank(q, search.Members)
	if err != nil {
		return err
	}
	if len(ranked) == 0 || ranked[0].Attendance <= attendance || ranked[0].Slot == sub.series.Slot {
		return nil
	}
	best := ranked[0]
	first, err := best.Slot.On(best.First)
	if err != nil {
		return err
	}
	sub.changes = append(sub.changes, scheduler.Change{
		Group: sub.booking.Group, UID: sub.series.UID, Action: scheduler.Suggest, To: first.Start, Before: attendance, After: best.Attendance,
		Why: fmt.Sprintf("%d of the %d sessions left are in conflict; %s instead of %s would have %d of %d attendances, not %d; 'peerslot repair --rebook %s' does it",
			conflicts, left, best.Slot, sub.series.Slot, best.Attendance, best.Possible, attendance, sub.booking.Group),
	})
	return nil
}
