package overview

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Moves is what moving single sessions won.
type Moves struct {
	Moves  int         `json:"moves"`
	Known  int         `json:"known"` // of which the history has figures
	Gained int         `json:"attendances_gained"`
	Hours  float64     `json:"hours_gained"` // of members, who could not have come
	Groups []GroupMove `json:"groups"`
}

// GroupMove is the moves of one group: the members who could come, over all of them.
type GroupMove struct {
	Group  string `json:"group"`
	Moves  int    `json:"moves"`
	Before int    `json:"before"`
	After  int    `json:"after"`
}

// countMoves counts the moves of the weeks, by group.
func (o *Overview) countMoves(in Input) {
	length := map[calendar.UID]time.Duration{}
	for _, b := range in.Bookings {
		length[b.UID] = b.Length
	}
	of := map[string]*GroupMove{}
	for _, e := range in.Events {
		if e.What != string(scheduler.MoveSession) || e.At.Before(o.since) || e.At.After(o.To) {
			continue
		}
		o.Moves.Moves++
		if e.After == 0 {
			continue // made before the history had figures
		}
		o.Moves.Known++
		o.Moves.Gained += e.After - e.Before
		o.Moves.Hours += float64(e.After-e.Before) * length[e.UID].Hours()
		if of[e.Group] == nil {
			of[e.Group] = &GroupMove{Group: e.Group}
		}
		g := of[e.Group]
		g.Moves, g.Before, g.After = g.Moves+1, g.Before+e.Before, g.After+e.After
	}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		o.Moves.Groups = append(o.Moves.Groups, *of[name])
	}
}

// Told is how many changes members heard of, by whatever way.
type Told struct {
	People  int          `json:"people"` // members of any series
	Changes int          `json:"changes"`
	Most    int          `json:"most"` // of one person
	Spread  []ToldSpread `json:"spread"`
}

// ToldSpread is how many people heard of so many changes.
type ToldSpread struct {
	Changes int `json:"changes"`
	People  int `json:"people"`
}

// telling are the events of which members hear.
var telling = map[string]bool{
	"booked": true, "rebooked": true, "cancelled": true,
	string(scheduler.MoveSession): true, string(scheduler.CancelSession): true, string(scheduler.RestoreSession): true,
}

// countTold counts, for each attendee of a series, the changes of it.
func (o *Overview) countTold(in Input) {
	changes := map[calendar.UID]int{}
	for _, e := range in.Events {
		if telling[e.What] && !e.At.Before(o.since) && !e.At.After(o.To) {
			changes[e.UID]++
		}
	}
	person := map[calendar.Address]int{}
	for _, b := range in.Bookings {
		if n := changes[b.UID]; n > 0 || !b.Ended {
			for _, a := range b.Attendees {
				person[a] += n
			}
		}
	}
	spread := map[int]int{}
	for _, n := range person {
		o.Told.Changes += n
		o.Told.Most = max(o.Told.Most, n)
		spread[n]++
	}
	o.Told.People = len(person)
	for _, n := range slices.Sorted(maps.Keys(spread)) {
		o.Told.Spread = append(o.Told.Spread, ToldSpread{n, spread[n]})
	}
}

// ZoneHours is what the time difference asks of who lives in a zone.
type ZoneHours struct {
	Zone     string `json:"zone"`
	People   int    `json:"people"`
	Attended int    `json:"attended"`
	Stretch  int    `json:"stretch"` // of them, in stretch hours
}

// addZones counts by the members' zones the sessions that a group held.
func (t *Tally) addZones(held []Session) {
	for _, s := range held {
		for _, m := range s.Members {
			person, known := t.o.roster.Find(m.Person)
			if !known || !m.Can.Attends() {
				continue
			}
			if t.zones[person.Zone] == nil {
				t.zones[person.Zone] = &ZoneHours{Zone: person.Zone}
			}
			z := t.zones[person.Zone]
			if c := t.people[m.Person]; !c.zone {
				c.zone = true
				t.people[m.Person] = c
				z.People++
			}
			z.Attended++
			if m.Can == availability.Stretch {
				z.Stretch++
			}
		}
	}
}

// countZones lists the zones, the most stretched first.
func (t *Tally) countZones(o *Overview) {
	for _, z := range t.zones {
		o.Zones = append(o.Zones, *z)
	}
	slices.SortFunc(o.Zones, func(a, b ZoneHours) int {
		return cmp.Or(cmp.Compare(b.Stretch*a.Attended, a.Stretch*b.Attended), cmp.Compare(a.Zone, b.Zone))
	})
}

// Unplaced is who takes part in a program and is in none of its groups.
type Unplaced struct {
	Program string   `json:"program"`
	People  []string `json:"people"` // addresses
	Of      int      `json:"of"`     // who takes part
}

// countUnplaced finds who is in no group. Whoever is paused waits for a round.
func (o *Overview) countUnplaced(in Input) {
	placed := map[string]map[calendar.Address]bool{}
	for _, g := range in.Workspace.Groups {
		if placed[g.Program] == nil {
			placed[g.Program] = map[calendar.Address]bool{}
		}
		for _, a := range g.Members {
			placed[g.Program][a] = true
		}
	}
	for _, p := range in.Workspace.Programs {
		if p.Kind == scheduler.OneOnOne || placed[p.Name] == nil {
			continue
		}
		people := in.Workspace.Participants(p)
		u := Unplaced{Program: p.Name, People: []string{}, Of: len(people)}
		for _, a := range people {
			if !placed[p.Name][a] {
				u.People = append(u.People, string(a))
			}
		}
		o.Unplaced = append(o.Unplaced, u)
	}
}
