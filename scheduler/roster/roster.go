package roster

import (
	"cmp"
	"hash/maphash"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Roster is all the people, by address. A hundred thousand of them are a company, so
// that they are kept as small as they can be, and without pointers that the garbage
// collector would follow: 110 bytes each with an address of 20 letters, of which 60 are
// for finding it. What many have in common is kept once, and what few have takes no room
// from the others. Copies share what is put into one; Clone does not. The zero Roster has
// nobody.
type Roster struct{ *table }

type table struct {
	rows    []row
	heads   []int32         // by hash of the address: the first row of those with it, from 1; 0 for none
	live    int             // rows that are somebody's
	text    strings.Builder // of the rows: addresses and names
	commons []common
	common  map[common]int32                 // their numbers
	words   []string                         // the first is ""
	ids     map[string]int32                 // of the words
	few     []rare                           // the first is nobody's
	others  map[calendar.Address]int32       // by another address of somebody: their row, from 1, if it still has that
	aliases atomic.Pointer[calendar.Aliases] // what Aliases returned since the last change; nil if it was not asked
}

// A row is a person.
type row struct {
	at            uint32 // where the address stands in the text, and behind it the name
	address, name uint32 // their lengths; no address for who was taken out
	common        int32
	team, manager int32 // words
	few           int32
	next          int32 // row with the same hash, from 1
}

// common is what many people have in common.
type common struct {
	zone, holidays, role, department, location string
	hours, stretch                             availability.Hours
	level                                      int
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
	r := Roster{&table{heads: make([]int32, 8), common: map[common]int32{}, words: []string{""}, ids: map[string]int32{"": 0}, few: make([]rare, 1), others: map[calendar.Address]int32{}}}
	for _, p := range people {
		r.Put(p)
	}
	return r
}

// Put puts somebody in, or in the place of who has that address.
func (t *table) Put(p Person) {
	t.aliases.Store(nil)
	kept := row{
		at: uint32(t.text.Len()), address: uint32(len(p.Address)), name: uint32(len(p.Name)),
		common: t.commonOf(p), team: t.word(p.Team), manager: t.word(string(p.Manager)),
	}
	t.text.WriteString(string(p.Address))
	t.text.WriteString(p.Name)
	few := rare{p.Mail, p.Aliases, p.Away, p.Travel, p.Calendar, p.More, p.Unread, p.Left, p.PausedUntil}
	if !few.empty() {
		kept.few = int32(len(t.few))
		t.few = append(t.few, few)
	}
	at := t.find(p.Address)
	for _, a := range p.Aliases {
		t.others[a] = cmp.Or(*at, int32(len(t.rows)+1))
	}
	if *at != 0 {
		kept.next = t.rows[*at-1].next
		t.rows[*at-1] = kept
		return
	}
	t.rows = append(t.rows, kept)
	t.live++
	if len(t.rows) <= len(t.heads) {
		t.link(len(t.rows) - 1)
		return
	}
	t.heads = make([]int32, 2*len(t.heads))
	for i := range t.rows {
		t.link(i)
	}
}

// Clip frees the room that was left for more people.
func (t *table) Clip() { t.rows = slices.Clone(t.rows) }

// seed is that of the hashes of addresses.
var seed = maphash.MakeSeed()

// head returns where the rows begin that may have an address.
func (t *table) head(a calendar.Address) *int32 {
	return &t.heads[maphash.String(seed, string(a))&uint64(len(t.heads)-1)]
}

// link puts a row before those with the same hash.
func (t *table) link(i int) {
	if at := &t.rows[i]; at.address > 0 {
		head := t.head(t.address(at))
		at.next, *head = *head, int32(i+1)
	}
}

// find returns where the number of the row with an address stands, from 1. It is 0 there
// if there is none.
func (t *table) find(a calendar.Address) *int32 {
	at := t.head(a)
	for *at != 0 && t.address(&t.rows[*at-1]) != a {
		at = &t.rows[*at-1].next
	}
	return at
}

func (t *table) address(r *row) calendar.Address {
	return calendar.Address(t.text.String()[r.at:][:r.address])
}

func (r rare) empty() bool {
	return r.mail == "" && r.calendar == "" && r.unread == "" && r.pausedUntil == (availability.Date{}) &&
		r.aliases == nil && r.away == nil && r.travel == nil && r.more == nil && r.left == nil
}

func (t *table) commonOf(p Person) int32 {
	c := common{p.Zone, p.Holidays, p.Role, p.Department, p.Location, p.Hours, p.Stretch, p.Level}
	id, known := t.common[c]
	if !known {
		for _, s := range []*string{&c.zone, &c.holidays, &c.role, &c.department, &c.location} {
			*s = strings.Clone(*s) // it may be a piece of much more
		}
		id = int32(len(t.commons))
		t.commons, t.common[c] = append(t.commons, c), id
	}
	return id
}

func (t *table) word(s string) int32 {
	id, known := t.ids[s]
	if !known {
		id, s = int32(len(t.words)), strings.Clone(s)
		t.words, t.ids[s] = append(t.words, s), id
	}
	return id
}

// person returns who is in a row.
func (t *table) person(r *row) Person {
	c, few := &t.commons[r.common], &t.few[r.few]
	return Person{
		Address: t.address(r), Name: t.text.String()[r.at+r.address:][:r.name],
		Zone: c.zone, Holidays: c.holidays, Role: c.role, Department: c.department, Location: c.location, Hours: c.hours, Stretch: c.stretch, Level: c.level,
		Team: t.words[r.team], Manager: calendar.Address(t.words[r.manager]),
		Mail: few.mail, Aliases: few.aliases, Away: few.away, Travel: few.travel, Calendar: few.calendar, More: few.more,
		Unread: few.unread, Left: few.left, PausedUntil: few.pausedUntil,
	}
}

// KnowManagers puts managers who are named by another address of theirs under that by which
// they are known.
func (t *table) KnowManagers() {
	known := map[int32]int32{}
	for a, owner := range (Roster{t}).Aliases() {
		if id, named := t.ids[string(a)]; named {
			known[id] = t.word(string(owner))
		}
	}
	for i := range t.rows {
		if id, other := known[t.rows[i].manager]; other {
			t.rows[i].manager = id
		}
	}
}

// Remove takes somebody out.
func (t *table) Remove(a calendar.Address) {
	t.aliases.Store(nil)
	if at := t.find(a); *at != 0 {
		gone := &t.rows[*at-1]
		*at = gone.next
		*gone = row{}
		t.live--
	}
}

// other returns the row of who has that address among their others, nil if nobody has.
func (t *table) other(a calendar.Address) *row {
	i := t.others[a]
	if i == 0 || !slices.Contains(t.few[t.rows[i-1].few].aliases, a) {
		return nil
	}
	return &t.rows[i-1]
}

// Find returns who has that address; ok is false if nobody has.
func (r Roster) Find(a calendar.Address) (p Person, ok bool) {
	if r.table == nil {
		return p, false
	}
	i := *r.find(a)
	if i != 0 {
		p = r.person(&r.rows[i-1])
	}
	return p, i != 0
}

// Of returns who has that address; nobody, without an address, if there is none.
func (r Roster) Of(a calendar.Address) Person {
	p, _ := r.Find(a)
	return p
}

// Has reports whether somebody has that address.
func (r Roster) Has(a calendar.Address) bool {
	return r.table != nil && *r.find(a) != 0
}

// Present returns those of some people who are on the roster, in their order.
func (r Roster) Present(people []calendar.Address) []calendar.Address {
	return slices.DeleteFunc(slices.Clone(people), func(a calendar.Address) bool { return !r.Has(a) })
}

// Own returns some people by the addresses as they lie in the roster, so that who keeps many
// does not keep them twice. Who is not on it stays as they are.
func (r Roster) Own(people []calendar.Address) []calendar.Address {
	out := slices.Clip(slices.Clone(people))
	for i, a := range people {
		if n, ok := r.Number(a); ok {
			if own := r.address(&r.rows[n]); own == a {
				out[i] = own
			}
		}
	}
	return out
}

// Number returns as which of the people, from 0, whoever has that address was put in; ok is
// false if nobody has. It stays theirs.
func (r Roster) Number(a calendar.Address) (n int, ok bool) {
	if !r.Has(a) {
		return 0, false
	}
	return int(*r.find(a)) - 1, true
}

// Circles returns the chains of managers that never end, each once, from some person to
// who has them as manager.
func (r Roster) Circles() (circles [][]calendar.Address) {
	if r.table == nil {
		return nil
	}
	const onChain, done = 1, 2
	state := make([]byte, len(r.rows))
	for a := range r.All() {
		var chain []calendar.Address
		i, there := r.Number(a)
		for there && state[i] == 0 {
			state[i] = onChain
			chain = append(chain, a)
			a = calendar.Address(r.words[r.rows[i].manager])
			i, there = r.Number(a)
		}
		if there && state[i] == onChain {
			circles = append(circles, chain[slices.Index(chain, a):])
		}
		for _, b := range chain {
			i, _ = r.Number(b)
			state[i] = done
		}
	}
	return circles
}

// Len returns how many people there are.
func (r Roster) Len() int {
	if r.table == nil {
		return 0
	}
	return r.live
}

// All yields the people by their addresses, in the order in which they were put in.
func (r Roster) All() iter.Seq2[calendar.Address, Person] {
	return func(yield func(calendar.Address, Person) bool) {
		if r.table == nil {
			return
		}
		for i := range r.rows {
			if at := &r.rows[i]; at.address > 0 && !yield(r.address(at), r.person(at)) {
				return
			}
		}
	}
}

// Known returns who has that address, or has it among their others; ok is false if nobody
// has.
func (r Roster) Known(a calendar.Address) (p Person, ok bool) {
	if p, ok = r.Find(a); ok || r.table == nil {
		return p, ok
	}
	if at := r.other(a); at != nil {
		return r.person(at), true
	}
	return p, false
}

// Addresses returns those of the people, sorted.
func (r Roster) Addresses() []calendar.Address {
	var out []calendar.Address
	for a := range r.All() {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// Clone returns a roster of the same people that may become another.
func (r Roster) Clone() Roster {
	c := New()
	if r.table != nil {
		c.rows, c.heads, c.live = slices.Clone(r.rows), slices.Clone(r.heads), r.live
		c.commons, c.common, c.words, c.ids, c.few = slices.Clone(r.commons), maps.Clone(r.common), slices.Clone(r.words), maps.Clone(r.ids), slices.Clone(r.few)
		c.others = maps.Clone(r.others)
		c.text.WriteString(r.text.String())
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

// Aliases returns the other addresses of all people, which must not be changed. The address
// of a person is nobody else's alias. They are made once for as long as nobody is put in or
// taken out.
func (r Roster) Aliases() calendar.Aliases {
	if r.table == nil {
		return nil
	}
	if made := r.aliases.Load(); made != nil {
		return *made
	}
	aliases := calendar.Aliases{}
	for a := range r.others {
		if at := r.other(a); at != nil && !r.Has(a) {
			aliases[a] = r.address(at)
		}
	}
	r.aliases.Store(&aliases)
	return aliases
}
