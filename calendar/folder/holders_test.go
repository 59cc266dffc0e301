package folder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

// Of each copy it is known who holds it, however many addresses there are.
func TestHolders(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 4))
	h, want := holders{last: map[uint64]int32{}}, map[string][]calendar.Address{}
	for i := range 5_000 { // more than a block of addresses
		a := calendar.Address(fmt.Sprintf("%0*d@acme.example", 1+random.IntN(40), i))
		for range 1 + random.IntN(3) {
			name := fmt.Sprint(random.IntN(2_000))
			h.add(name, a)
			want[name] = append(want[name], a)
		}
	}
	for n := range 2_100 {
		got := h.of(fmt.Sprint(n))
		slices.Reverse(got)
		if !slices.Equal(got, want[fmt.Sprint(n)]) {
			t.Fatalf("%d is held by %v, want %v", n, got, want[fmt.Sprint(n)])
		}
	}
	if len(h.text) < 2 {
		t.Errorf("all addresses are in %d block", len(h.text))
	}
}
