// Package adopt puts together from the organizer's calendar what a lost store knew.
package adopt

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Plan reads the series of the organizer and proposes a booking for each that
// the store does not know. A session that was moved or cancelled without our words is
// taken for changed by hand.
func Plan(ctx context.Context, s *scheduler.Service) (scheduler.Adoption, error) {
	lister, ok := calendar.AsLister(s.Backend)
	if !ok {
		return scheduler.Adoption{}, calendar.ErrNoList
	}
	uids, err := lister.List(ctx, s.Workspace.Organizer.Address)
	if err != nil {
		return scheduler.Adoption{}, fmt.Errorf("list the series of %s: %w", s.Workspace.Organizer.Address, err)
	}
	var found scheduler.Bookings
	for _, uid := range uids {
		found = append(found, scheduler.Booking{Series: calendar.Series{UID: uid}})
	}
	current, faults, err := planning.Current(ctx, s, found)
	if err != nil {
		return scheduler.Adoption{}, err
	}
	var a scheduler.Adoption
	for _, uid := range slices.Sorted(maps.Keys(faults)) {
		a.Findings = append(a.Findings, scheduler.Finding{Kind: scheduler.BrokenSeries, UID: uid, Group: string(uid), Err: faults[uid]})
	}
	groups, of := s.Workspace.GroupsByName(), map[string][]calendar.Series{}
	for _, uid := range slices.Sorted(maps.Keys(current)) {
		if series, group := current[uid], groupName(current[uid]); !series.Cancelled && ours(s, groups, group, uid) {
			of[group] = append(of[group], series)
		}
	}
	for _, group := range slices.Sorted(maps.Keys(of)) {
		if err := adoptGroup(ctx, s, &a, groups, group, of[group]); err != nil {
			return a, err
		}
	}
	return a, adoptRounds(ctx, s, &a)
}

// groupName returns whose series it is: what was noted with it, or else its title says. Its
// letters are composed, as those of a configuration are.
func groupName(s calendar.Series) string {
	_, titled, _ := strings.Cut(s.Title, ": ")
	return norm.NFC.String(cmp.Or(s.Group, titled, s.Title, string(s.UID)))
}

// ours reports whether a series may be one of this workspace. Another one of the same
// organizer gives other UIDs; those of a time before this one had a name are of its groups.
func ours(s *scheduler.Service, groups *scheduler.Groups, group string, uid calendar.UID) bool {
	w := s.Workspace
	if w.ID == "" || numbered(w, group, uid) > 0 {
		return true
	}
	_, configured := groups.Find(group)
	_, _, formed := formedFor(s, group)
	w.ID = ""
	return (configured || formed) && numbered(w, group, uid) > 0
}

// adoptGroup adds the bookings of one group, the oldest first.
func adoptGroup(ctx context.Context, s *scheduler.Service, a *scheduler.Adoption, groups *scheduler.Groups, group string, all []calendar.Series) error {
	known, err := s.Store.BookingsOf(ctx, group)
	if err != nil {
		return fmt.Errorf("read the bookings of group %q: %w", group, err)
	}
	slices.SortFunc(all, func(x, y calendar.Series) int {
		return cmp.Or(x.First.Compare(y.First), cmp.Compare(x.UID, y.UID))
	})
	taken := map[int]bool{}
	for _, b := range known {
		taken[b.Generation] = true
	}
	open := slices.ContainsFunc(known, func(b scheduler.Booking) bool { return b.State != scheduler.Ended && !b.Reviewed })
	for i, series := range all {
		if slices.ContainsFunc(known, func(b scheduler.Booking) bool { return b.Series.UID == series.UID }) {
			continue
		}
		b := adopted(s, groups, group, series)
		b.Generation = generation(s, group, series.UID, taken)
		taken[b.Generation] = true
		if over, err := s.IsOver(series); err == nil && over {
			b.State = scheduler.Ended
		}
		b.Reviewed = open || i+1 < len(all) // a later one follows it
		a.Bookings = append(a.Bookings, b)
	}
	return nil
}

// adopted returns the booking of a series as far as the calendar tells.
func adopted(s *scheduler.Service, groups *scheduler.Groups, group string, series calendar.Series) scheduler.Booking {
	b := scheduler.Booking{Group: group, State: scheduler.Booked, Series: series, Created: series.Updated}
	if b.Created.IsZero() {
		b.Created = s.Now().UTC()
	}
	if g, ok := groups.Find(group); ok {
		b.Program = g.Program
	} else if p, _, ok := formedFor(s, group); ok {
		b.Program = p
	} else {
		b.Loose = true
	}
	if p, ok := s.Workspace.Program(b.Program); ok {
		b.Rules = p.Rules()
	}
	for _, at := range series.Attendees {
		b.Invited = append(b.Invited, at.Address)
	}
	for _, o := range series.Overrides {
		if o.Note == "" && (o.Cancelled || !o.Moved.Empty()) {
			b.ByHand = append(b.ByHand, o.Original.UTC())
		}
	}
	return b
}

// generation returns which of the group's series has that UID, or the next that is
// not taken.
func generation(s *scheduler.Service, group string, uid calendar.UID, taken map[int]bool) int {
	if n := numbered(s.Workspace, group, uid); n > 0 {
		return n
	}
	n := 1
	for taken[n] {
		n++
	}
	return n
}

// numbered returns which of a group's series has that UID, 0 for none.
func numbered(w scheduler.Workspace, group string, uid calendar.UID) int {
	const most = 200 // four weekly series a year, for fifty years
	for n := 1; n <= most; n++ {
		if w.UID(group, n) == uid {
			return n
		}
	}
	return 0
}

// formedName is how forming names groups: program, number of the round, a word.
var formedName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.+)-(\d+)-[^-]+$`) })

// formedFor returns for which round of which program a group was formed.
func formedFor(s *scheduler.Service, group string) (program string, round int, ok bool) {
	m := formedName().FindStringSubmatch(group)
	if m == nil {
		return "", 0, false
	}
	p, ok := s.Workspace.Program(m[1])
	round, err := strconv.Atoi(m[2])
	return p.Name, round, ok && err == nil && round > 0
}

// adoptRounds puts the formed groups whose series are under way together again: as
// the last round of their program, if the store knows none.
func adoptRounds(ctx context.Context, s *scheduler.Service, a *scheduler.Adoption) error {
	known, err := s.Store.Rounds(ctx, "")
	if err != nil {
		return fmt.Errorf("read the rounds: %w", err)
	}
	rounds, has := map[string]*scheduler.Round{}, map[string]bool{}
	for _, r := range known {
		has[r.Program] = true
	}
	for _, b := range a.Bookings {
		program, number, ok := formedFor(s, b.Group)
		if !ok || b.State == scheduler.Ended || b.Reviewed || has[program] {
			continue
		}
		r := rounds[program]
		if r == nil {
			r = &scheduler.Round{Program: program, Start: b.Series.First.Monday(), Created: s.Now().UTC().Truncate(time.Second)}
			rounds[program] = r
		}
		r.Number = max(r.Number, number)
		r.Groups = append(r.Groups, scheduler.Group{Name: b.Group, Program: program, Members: b.Invited})
	}
	for _, program := range slices.Sorted(maps.Keys(rounds)) {
		a.Rounds = append(a.Rounds, *rounds[program])
	}
	return nil
}

// Apply keeps what was adopted, and marks the store as this workspace's.
func Apply(ctx context.Context, s *scheduler.Service, a scheduler.Adoption) error {
	mark := s.Workspace.Mark()
	batch := scheduler.Batch{Bookings: a.Bookings, Mark: &mark}
	for _, b := range a.Bookings {
		batch.Events = append(batch.Events, s.Event(b, "adopted", fmt.Sprintf("%s, %s, from the organizer's calendar", b.Series.Slot, scheduler.Plural(b.Series.Count, "session"))))
	}
	if _, err := s.Commit(ctx, batch); err != nil {
		return err
	}
	for i := range a.Rounds {
		if _, err := s.Commit(ctx, scheduler.Batch{Round: &a.Rounds[i]}); err != nil {
			return err
		}
	}
	return nil
}
