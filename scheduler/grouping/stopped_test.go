package grouping

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// TestSolveUntil: a search that would go on for an hour ends when it is stopped, at
// whichever moment that is, and asks often enough to hear of it.
func TestSolveUntil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		people, size int
		asks         int64 // how often all kinds of its work ask at least
	}{
		{150, 2, 200}, // matched exactly, and the rounds ahead
		{31, 2, 60},   // pairs and a trio
		{24, 3, 40},   // trios
		{60, 4, 30},   // proven
		{150, 5, 50},  // a dive
	} {
		for _, most := range []int64{0, 1, c.asks} {
			t.Run(fmt.Sprintf("%d people by %d, stopped when asked for the %dth time", c.people, c.size, most), func(t *testing.T) {
				t.Parallel()
				p := generated(c.people, c.size, 2, 1)
				p.Budget, p.Cores = time.Hour, 2
				var asked atomic.Int64
				_, err := SolveUntil(p, func() bool { return asked.Add(1) > most })
				if !errors.Is(err, ErrStopped) {
					t.Errorf("%v after it asked %d times; want %v", err, asked.Load(), ErrStopped)
				}
			})
		}
	}
}

// TestSolveUntilTheEnd: a search that nobody stops gives what Solve does.
func TestSolveUntilTheEnd(t *testing.T) {
	t.Parallel()
	p := generated(20, 4, 2, 1)
	p.Budget = 100 * time.Millisecond
	want, err := Solve(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := SolveUntil(p, func() bool { return false })
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("SolveUntil gives\n%+v, %v\nand Solve\n%+v", got, err, want)
	}
}
