package roster_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/roster"
)

// A Roster holds what a map of people by address holds, every field of everybody, after
// whatever was put in, replaced and taken out.
func TestRosterIsAMapOfPeople(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	r, plain := roster.New(), map[calendar.Address]roster.Person{}
	for range 2000 {
		a := calendar.Address(fmt.Sprintf("p%d@acme.example", random.IntN(60)))
		if random.IntN(4) == 0 {
			r.Remove(a)
			delete(plain, a)
		} else {
			p := somebody(random)
			p.Address = a
			r.Put(p)
			plain[a] = p
		}
		b := calendar.Address(fmt.Sprintf("p%d@acme.example", random.IntN(60)))
		want, there := plain[b]
		if got, ok := r.Find(b); ok != there || r.Has(b) != there || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(r.Of(b), want) {
			t.Fatalf("Find(%s) = %+v, %v; want %+v, %v", b, got, ok, want, there)
		}
	}
	got := map[calendar.Address]roster.Person{}
	for a, p := range r.All() {
		got[a] = p
	}
	if !reflect.DeepEqual(got, plain) || r.Len() != len(plain) || len(r.Addresses()) != len(plain) || !slices.IsSorted(r.Addresses()) {
		t.Errorf("All, Len and Addresses are not of the %d people", len(plain))
	}
}

// A Set has who was put into it, of a roster of which some were taken out.
func TestSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	address := func() calendar.Address { return calendar.Address(fmt.Sprintf("p%d@acme.example", random.IntN(60))) }
	for range 100 {
		r, plain := roster.New(), map[calendar.Address]bool{}
		for range random.IntN(100) {
			r.Put(roster.Person{Address: address()})
			r.Remove(address())
		}
		s := r.Nobody()
		for range random.IntN(60) {
			a := address()
			s.Add(a)
			plain[a] = r.Has(a)
		}
		for n := range 60 {
			if a := calendar.Address(fmt.Sprintf("p%d@acme.example", n)); s.Has(a) != plain[a] {
				t.Fatalf("Has(%s) = %v", a, s.Has(a))
			}
		}
	}
	if s := (roster.Roster{}).Nobody(); s.Has(address()) {
		t.Error("the set of nobody has somebody")
	}
}

// somebody returns a person of whom one field is set, or each is set or not, whichever fields
// there are.
func somebody(random *rand.Rand) (p roster.Person) {
	v := reflect.ValueOf(&p).Elem()
	only, one := random.IntN(v.NumField()), random.IntN(2) == 0
	for i := range v.NumField() {
		if one && i == only || !one && random.IntN(3) == 0 {
			fill(v.Field(i), random)
		}
	}
	return p
}

func fill(f reflect.Value, random *rand.Rand) {
	switch f.Kind() {
	case reflect.String:
		f.SetString(fmt.Sprint("text ", random.IntN(5)))
	case reflect.Int:
		f.SetInt(int64(random.IntN(10)))
	case reflect.Slice:
		f.Set(reflect.MakeSlice(f.Type(), 1+random.IntN(2), 2))
		fill(f.Index(0), random)
	case reflect.Struct:
		switch f.Interface().(type) {
		case availability.Hours:
			f.Set(reflect.ValueOf(availability.OfficeHours()))
		case availability.Date:
			f.Set(reflect.ValueOf(availability.Date{Year: 2026, Month: 3, Day: 1 + random.IntN(28)}))
		default:
			for i := range f.NumField() {
				fill(f.Field(i), random)
			}
		}
	default:
		panic("a field of a kind that is not filled: " + f.Type().String())
	}
}

func TestAClonedRosterIsAnother(t *testing.T) {
	r := roster.New(roster.Person{Address: "ana@acme.example", Team: "a"}, roster.Person{Address: "bo@acme.example"})
	c := r.Clone()
	if !r.Equal(c) || !c.Equal(r) {
		t.Error("a clone is not equal")
	}
	c.Put(roster.Person{Address: "ana@acme.example", Team: "b"})
	c.Put(roster.Person{Address: "cem@acme.example"})
	c.Remove("bo@acme.example")
	if r.Len() != 2 || r.Of("ana@acme.example").Team != "a" || !r.Has("bo@acme.example") || r.Equal(c) {
		t.Errorf("a change of the clone changed it: %v", r.Addresses())
	}
}

// Somebody is known under each of their addresses, and found under one.
func TestKnown(t *testing.T) {
	r := roster.New(roster.Person{Address: "bo@acme.example"}, roster.Person{Address: "ana.lima@acme.example", Aliases: []calendar.Address{"ana@acme.example"}})
	for a, want := range map[calendar.Address]calendar.Address{"bo@acme.example": "bo@acme.example", "ana@acme.example": "ana.lima@acme.example", "cem@acme.example": ""} {
		if p, ok := r.Known(a); p.Address != want || ok != (want != "") {
			t.Errorf("Known(%s) = %s, %v; want %q", a, p.Address, ok, want)
		}
	}
}

// TestKnownAfter: who no longer has another address is not known by it, and a clone knows who the roster knew.
func TestKnownAfter(t *testing.T) {
	before := roster.New(roster.Person{Address: "ana.lima@acme.example", Aliases: []calendar.Address{"ana@acme.example"}})
	r := before.Clone()
	r.Put(roster.Person{Address: "ana.lima@acme.example", Aliases: []calendar.Address{"a.lima@acme.example"}})
	if _, ok := r.Known("ana@acme.example"); ok || len(r.Aliases()) != 1 {
		t.Errorf("after the change ana@ is known: %v, and others are %v; want a.lima@ alone", ok, r.Aliases())
	}
	r.Put(roster.Person{Address: "bo.silva@acme.example", Aliases: []calendar.Address{"bo@acme.example"}})
	if got := r.Aliases(); len(got) != 2 || got["bo@acme.example"] != "bo.silva@acme.example" {
		t.Errorf("with bo others are %v; want bo@, too", got)
	}
	r.Remove("bo.silva@acme.example")
	if got := r.Aliases(); len(got) != 1 {
		t.Errorf("without bo others are %v; want a.lima@ alone", got)
	}
	if p, _ := r.Known("a.lima@acme.example"); p.Address != "ana.lima@acme.example" {
		t.Errorf("a.lima@ is %q, want ana.lima@", p.Address)
	}
	if p, _ := before.Known("ana@acme.example"); p.Address != "ana.lima@acme.example" {
		t.Errorf("before the change ana@ is %q, want ana.lima@", p.Address)
	}
}

// BenchmarkKnown looks for somebody by another address, and for nobody, in rosters of which each has tenfold.
func BenchmarkKnown(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		r := roster.New()
		for i := range n {
			r.Put(roster.Person{Address: calendar.Address(fmt.Sprintf("p%d@acme.example", i)), Aliases: []calendar.Address{calendar.Address(fmt.Sprintf("q%d@acme.example", i))}})
		}
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, ok := r.Known("q7@acme.example"); !ok {
					b.Fatal("not known")
				}
				if _, ok := r.Known("nobody@acme.example"); ok {
					b.Fatal("known")
				}
			}
		})
	}
}

// A manager who is named by another address is the same one, whoever was put in first.
func TestKnowManagers(t *testing.T) {
	r := roster.New(roster.Person{Address: "bo@acme.example", Manager: "ana@acme.example", Team: "ana@acme.example"},
		roster.Person{Address: "ana.lima@acme.example", Aliases: []calendar.Address{"ana@acme.example"}, Manager: "omar@acme.example"}, roster.Person{Address: "omar@acme.example"})
	r.KnowManagers()
	for a, want := range map[calendar.Address]calendar.Address{"bo@acme.example": "ana.lima@acme.example", "ana.lima@acme.example": "omar@acme.example", "omar@acme.example": ""} {
		if got := r.Of(a).Manager; got != want {
			t.Errorf("the manager of %s is %s; want %s", a, got, want)
		}
	}
	if got := r.Of("bo@acme.example").Team; got != "ana@acme.example" {
		t.Errorf("bo's team is now %s", got)
	}
}

// The zero Roster has nobody, and can be asked everything.
func TestTheZeroRoster(t *testing.T) {
	var r roster.Roster
	if _, ok := r.Find("ana@acme.example"); ok || r.Has("ana@acme.example") || r.Len() != 0 || len(r.Addresses()) != 0 || len(r.Aliases()) != 0 || len(r.Circles()) != 0 || !r.Equal(roster.New()) {
		t.Error("it has somebody")
	}
	if p, ok := r.Known("ana@acme.example"); ok {
		t.Errorf("it knows %+v", p)
	}
	for a := range r.All() {
		t.Errorf("it has %s", a)
	}
	c := r.Clone()
	c.Put(roster.Person{Address: "ana@acme.example"})
	if c.Len() != 1 || r.Len() != 0 {
		t.Error("its clone is none of its own")
	}
}

// People have numbers in the order in which they were put in, and keep them.
func TestNumbers(t *testing.T) {
	r := roster.New(roster.Person{Address: "ana@acme.example"}, roster.Person{Address: "bo@acme.example"}, roster.Person{Address: "cem@acme.example"})
	r.Put(roster.Person{Address: "bo@acme.example", Name: "Bo"})
	r.Remove("ana@acme.example")
	if n, ok := r.Number("bo@acme.example"); n != 1 || !ok {
		t.Errorf("Bo has number %d, %v", n, ok)
	}
	if n, ok := r.Number("cem@acme.example"); n != 2 || !ok {
		t.Errorf("Cem has number %d, %v", n, ok)
	}
	if n, ok := r.Number("ana@acme.example"); n != 0 || ok {
		t.Errorf("who is gone has number %d, %v", n, ok)
	}
}

func TestCirclesOfManagers(t *testing.T) {
	r := roster.New()
	for _, line := range []string{"a b", "b c", "c b", "d c", "e e", "f nobody", "g", "h g"} {
		who, manager, _ := strings.Cut(line, " ")
		r.Put(roster.Person{Address: calendar.Address(who), Manager: calendar.Address(manager)})
	}
	if got, want := r.Circles(), [][]calendar.Address{{"b", "c"}, {"e"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the circles are %v, want %v", got, want)
	}
}

// Who keeps many addresses keeps the roster's own; of strangers what was given.
func TestOwn(t *testing.T) {
	r := roster.New(roster.Person{Address: "ana@acme.example"}, roster.Person{Address: "bo@acme.example"})
	given := []calendar.Address{calendar.Address(strings.Clone("bo@acme.example")), "stranger@acme.example", calendar.Address(strings.Clone("ana@acme.example"))}
	own := r.Own(given)
	if !slices.Equal(own, given) {
		t.Fatalf("got %v, want the same addresses", own)
	}
	for i, a := range own {
		there := r.Of(a).Address
		if kept := unsafe.StringData(string(a)) == unsafe.StringData(string(there)); kept != r.Has(a) {
			t.Errorf("%s is the roster's own: %t", given[i], kept)
		}
	}
}
