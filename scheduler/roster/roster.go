package roster

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Roster is all the people, by address. A hundred thousand of them are a company, so
// that they are kept as small as they can be: a word that many share, such as a zone or a
// manager, is kept once, and what few have takes no room from the others. Copies share what
// is put into one; Clone does not. The zero Roster has nobody.
type Roster struct{ *table }

type table struct {
	rows  []row
	of    map[calendar.Address]int32 // their rows
	words []string                   // the first is ""
	ids   map[string]word            // of the words
}

// A word is a number of one of the table's words.
type word int32

// A row is a person.
type row struct {
	address                                                   calendar.Address
	name                                                      string
	hours, stretch                                            availability.Hours
	zone, holidays, role, team, department, location, manager word
	level                                                     int32
	rare                                                      *rare // nil for nothing
}

// rare is what few people have.
type rare struct {
	mail        MailReader
	aliases     []calendar.Address
	away        []DateRange
	travel      []Trip
	calendar    string
	more        []string
	unread      string
	left        []string
	pausedUntil availability.Date
}

// New returns the roster of some people.
func New(people ...Person) Roster {
	r := Roster{&table{words: []string{""}, of: map[calendar.Address]int32{}, ids: map[string]word{"": 0}}}
	for _, p := range people {
		r.Put(p)
	}
	return r
}

// Put puts somebody in, or in the place of who has that address.
func (t *table) Put(p Person) {
	kept := row{
		address: calendar.Address(strings.Clone(string(p.Address))), name: strings.Clone(p.Name), hours: p.Hours, stretch: p.Stretch, level: int32(p.Level),
		zone: t.word(p.Zone), holidays: t.word(p.Holidays), role: t.word(p.Role), team: t.word(p.Team), department: t.word(p.Department), location: t.word(p.Location), manager: t.word(string(p.Manager)),
	}
	few := rare{p.Mail, p.Aliases, p.Away, p.Travel, p.Calendar, p.More, p.Unread, p.Left, p.PausedUntil}
	if !few.empty() {
		kept.rare = &few
	}
	if i, known := t.of[p.Address]; known {
		t.rows[i] = kept
		return
	}
	t.of[kept.address] = int32(len(t.rows))
	t.rows = append(t.rows, kept)
}

func (r rare) empty() bool {
	return r.mail == "" && r.calendar == "" && r.unread == "" && r.pausedUntil == (availability.Date{}) &&
		r.aliases == nil && r.away == nil && r.travel == nil && r.more == nil && r.left == nil
}

func (t *table) word(s string) word {
	id, known := t.ids[s]
	if !known {
		id, s = word(len(t.words)), strings.Clone(s) // it may be a piece of much more
		t.words, t.ids[s] = append(t.words, s), id
	}
	return id
}

// person returns who is in a row.
func (t *table) person(r *row) Person {
	p := Person{
		Address: r.address, Name: r.name, Hours: r.hours, Stretch: r.stretch, Level: int(r.level),
		Zone: t.words[r.zone], Holidays: t.words[r.holidays], Role: t.words[r.role], Team: t.words[r.team], Department: t.words[r.department], Location: t.words[r.location], Manager: calendar.Address(t.words[r.manager]),
	}
	if few := r.rare; few != nil {
		p.Mail, p.Aliases, p.Away, p.Travel, p.Calendar, p.More = few.mail, few.aliases, few.away, few.travel, few.calendar, few.more
		p.Unread, p.Left, p.PausedUntil = few.unread, few.left, few.pausedUntil
	}
	return p
}

// Remove takes somebody out.
func (t *table) Remove(a calendar.Address) {
	if i, known := t.of[a]; known {
		t.rows[i] = row{}
		delete(t.of, a)
	}
}

// Find returns who has that address; ok is false if nobody has.
func (r Roster) Find(a calendar.Address) (p Person, ok bool) {
	if r.table == nil {
		return p, false
	}
	i, ok := r.of[a]
	if ok {
		p = r.person(&r.rows[i])
	}
	return p, ok
}

// Of returns who has that address; nobody, without an address, if there is none.
func (r Roster) Of(a calendar.Address) Person {
	p, _ := r.Find(a)
	return p
}

// Has reports whether somebody has that address.
func (r Roster) Has(a calendar.Address) bool {
	if r.table == nil {
		return false
	}
	_, ok := r.of[a]
	return ok
}

// Len returns how many people there are.
func (r Roster) Len() int {
	if r.table == nil {
		return 0
	}
	return len(r.of)
}

// All yields the people by their addresses, in the order in which they were put in.
func (r Roster) All() iter.Seq2[calendar.Address, Person] {
	return func(yield func(calendar.Address, Person) bool) {
		if r.table == nil {
			return
		}
		for i := range r.rows {
			if at := &r.rows[i]; at.address != "" && !yield(at.address, r.person(at)) {
				return
			}
		}
	}
}

// Addresses returns those of the people, sorted.
func (r Roster) Addresses() []calendar.Address {
	if r.table == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.of))
}

// Clone returns a roster of the same people that may become another.
func (r Roster) Clone() Roster {
	c := New()
	if r.table != nil {
		*c.table = table{slices.Clone(r.rows), maps.Clone(r.of), slices.Clone(r.words), maps.Clone(r.ids)}
	}
	return c
}

// Equal reports whether both are of the same people.
func (r Roster) Equal(o Roster) bool {
	if r.Len() != o.Len() {
		return false
	}
	for a, p := range r.All() {
		if q, ok := o.Find(a); !ok || !reflect.DeepEqual(p, q) {
			return false
		}
	}
	return true
}

// Aliases returns the other addresses of all people. The address of a person is nobody
// else's alias.
func (r Roster) Aliases() calendar.Aliases {
	aliases := calendar.Aliases{}
	if r.table == nil {
		return aliases
	}
	for i := range r.rows {
		few := r.rows[i].rare
		if few == nil {
			continue
		}
		for _, a := range few.aliases {
			if !r.Has(a) {
				aliases[a] = r.rows[i].address
			}
		}
	}
	return aliases
}
