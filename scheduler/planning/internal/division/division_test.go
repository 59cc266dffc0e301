package division_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/planning/internal/division"
	"github.com/peerslot/peerslot/scheduler/roster"
)

// Whoever is on the roster, the parts are the same; no two of them share a key, and what
// hangs together by keys is in one.
func TestPartsShareNoKey(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		keys := make([][]string, 1+random.IntN(40))
		people := roster.New()
		for i := range keys {
			for range random.IntN(5) {
				key := fmt.Sprintf("p%d@acme.example", random.IntN(2*len(keys)))
				keys[i] = append(keys[i], key)
				if random.IntN(2) == 0 {
					people.Put(roster.Person{Address: calendar.Address(key)})
				}
				if random.IntN(20) == 0 {
					people.Remove(calendar.Address(key))
				}
			}
		}
		most := 1 + random.IntN(20)
		parts := partsOf(keys, people, most)
		if want := partsOf(keys, roster.New(), most); !slices.EqualFunc(parts, want, slices.Equal) {
			t.Fatalf("seed %d: %v with a roster, %v without", seed, parts, want)
		}
		at, things := map[string]int{}, 0
		for n, part := range parts {
			own := map[string]bool{}
			for _, i := range part {
				things++
				for _, key := range keys[i] {
					if other, known := at[key]; known && other != n {
						t.Fatalf("seed %d: %s is in parts %d and %d", seed, key, other, n)
					}
					at[key], own[key] = n, true
				}
			}
			if len(own) > most && !hangTogether(part, keys) {
				t.Fatalf("seed %d: part %v has %d keys, of at most %d, and does not hang together", seed, part, len(own), most)
			}
		}
		if things != len(keys) {
			t.Fatalf("seed %d: the parts have %d things of %d", seed, things, len(keys))
		}
	}
}

func partsOf(keys [][]string, people roster.Roster, most int) [][]int {
	d := division.New(len(keys), people)
	for i := range keys {
		d.Note(i, keys[i])
	}
	d.Count()
	return d.Parts(most)
}

// hangTogether reports whether all things are reached from the first by keys in common.
func hangTogether(part []int, keys [][]string) bool {
	reached := map[string]bool{}
	for _, key := range keys[part[0]] {
		reached[key] = true
	}
	in := map[int]bool{part[0]: true}
	for range part {
		for _, i := range part {
			if slices.ContainsFunc(keys[i], func(key string) bool { return reached[key] }) {
				in[i] = true
				for _, key := range keys[i] {
					reached[key] = true
				}
			}
		}
	}
	return len(in) == len(part)
}
