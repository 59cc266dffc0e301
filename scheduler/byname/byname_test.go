package byname_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/peerslot/peerslot/scheduler/byname"
)

// What is called by a name is found, the last where several are, and nothing else.
func TestFind(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 4))
	for range 200 {
		list, want := make([]string, random.IntN(30)), map[string]int{}
		for i := range list {
			list[i] = fmt.Sprint(random.IntN(40))
			want[list[i]] = i
		}
		at := func(i int) string { return list[i] }
		x := byname.New(len(list), at)
		for n := range 40 {
			name := fmt.Sprint(n)
			i, known := want[name]
			if got, ok := x.Find(name, at); got != i || ok != known {
				t.Fatalf("Find(%q) of %q = %d, %v; want %d, %v", name, list, got, ok, i, known)
			}
		}
	}
	if _, ok := (byname.Index)(nil).Find("", nil); ok {
		t.Error("the zero Index has something")
	}
}

// A thing is found by what it was called, however accents are written.
func TestRenames(t *testing.T) {
	var r byname.Renames
	r.Add("plain")
	if !r.None() {
		t.Error("a name that was always that is another")
	}
	r.Add("new", "old", "m\u00fcnchen")
	r.Add("caf\u00e9")
	for was, want := range map[string]string{"old": "new", "mu\u0308nchen": "new", "m\u00fcnchen": "new", "cafe\u0301": "caf\u00e9", "caf\u00e9": "caf\u00e9", "other": "other", "plain": "plain"} {
		if got := r.Now(was); got != want {
			t.Errorf("%+q is %+q now; want %+q", was, got, want)
		}
	}
	if got := r.Was("new"); len(got) != 3 || r.None() || len(r.Was("plain")) > 0 {
		t.Errorf("new was %+q; want both, and one of them with its accents apart", got)
	}
}
