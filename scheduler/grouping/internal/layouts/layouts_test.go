package layouts

import (
	"fmt"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/meter"
)

// checkRounds reports what is wrong with a layout.
func checkRounds(layout [][][]int, groups, size, rounds int) error {
	n := groups * size
	met := matrix[bool](n, n)
	if len(layout) != rounds {
		return fmt.Errorf("got %d rounds, want %d", len(layout), rounds)
	}
	for r, round := range layout {
		seen := make([]bool, n)
		if len(round) != groups {
			return fmt.Errorf("round %d: got %d groups, want %d", r, len(round), groups)
		}
		for _, g := range round {
			if len(g) != size {
				return fmt.Errorf("round %d: got a group of %d, want %d", r, len(g), size)
			}
			for k, a := range g {
				if seen[a] {
					return fmt.Errorf("round %d: %d is in two groups", r, a)
				}
				seen[a] = true
				for _, b := range g[:k] {
					if met[a][b] {
						return fmt.Errorf("round %d: %d and %d meet again", r, a, b)
					}
					met[a][b], met[b][a] = true, true
				}
			}
		}
	}
	return nil
}

func TestRounds(t *testing.T) {
	tests := []struct{ groups, size, rounds int }{
		{2, 2, 3}, {3, 3, 4}, {4, 4, 5}, {5, 3, 7}, {5, 4, 5}, {5, 5, 6}, {7, 7, 8}, {8, 8, 9}, {8, 4, 8}, {8, 4, 10},
		{9, 3, 13}, {9, 8, 9}, {16, 4, 21}, {12, 5, 12}, {10, 2, 19}, {6, 3, 7}, {6, 3, 8}, {20, 5, 21}, {7, 3, 9}, {1, 5, 1}, {3, 4, 1},
	}
	for _, tt := range tests {
		layout, ok := Rounds(tt.groups, tt.size, tt.rounds, 1, ample())
		if !ok {
			t.Errorf("%dx%d for %d rounds: found none", tt.groups, tt.size, tt.rounds)
			continue
		}
		if err := checkRounds(layout, tt.groups, tt.size, tt.rounds); err != nil {
			t.Errorf("%dx%d: %v", tt.groups, tt.size, err)
		}
	}
}

// ample is a meter for more work than any of the tests takes.
func ample() *meter.Meter { return meter.New(time.Hour, nil) }

// TestStopped: a search counts what it does, is over when its meter is, and ends soon when it is
// stopped.
func TestStopped(t *testing.T) {
	for _, tt := range []struct{ groups, size, rounds int }{{6, 3, 8}, {7, 3, 9}, {12, 5, 12}} {
		m := ample()
		if _, ok := Rounds(tt.groups, tt.size, tt.rounds, 1, m); !ok || m.Used == 0 {
			t.Errorf("%dx%d: found %t for %d units of work", tt.groups, tt.size, ok, m.Used)
		}
		if layout, ok := Rounds(tt.groups, tt.size, tt.rounds, 1, meter.New(0, nil)); ok {
			t.Errorf("%dx%d: got %d rounds from a search that was over before it began", tt.groups, tt.size, len(layout))
		}
		asked := 0
		Longest(tt.groups, tt.size, meter.New(time.Hour, func() bool { asked++; return asked > 3 }))
		if asked > 60 {
			t.Errorf("%dx%d: asked %d times more after it was to stop", tt.groups, tt.size, asked-3)
		}
	}
}

func TestRoundsOfPairs(t *testing.T) {
	for groups := 1; groups <= 100; groups++ {
		layout, ok := Rounds(groups, 2, 2*groups-1, 0, ample())
		if err := checkRounds(layout, groups, 2, 2*groups-1); !ok || err != nil {
			t.Errorf("%d people in pairs: %v, %v", 2*groups, ok, err)
		}
	}
}

func TestRoundsImpossible(t *testing.T) {
	for _, tt := range []struct{ groups, size, rounds int }{{2, 2, 4}, {3, 4, 2}, {0, 3, 1}, {3, 1, 1}, {3, 3, 5}} {
		if layout, ok := Rounds(tt.groups, tt.size, tt.rounds, 1, ample()); ok {
			t.Errorf("%dx%d for %d rounds: got %v, want none", tt.groups, tt.size, tt.rounds, layout)
		}
	}
}

func BenchmarkRounds(b *testing.B) {
	for _, tt := range []struct{ groups, size, rounds int }{{3, 3, 4}, {4, 4, 5}, {5, 3, 7}, {5, 4, 5}, {12, 5, 12}} {
		b.Run(fmt.Sprintf("%dx%dx%d", tt.groups, tt.size, tt.rounds), func(b *testing.B) {
			for b.Loop() {
				if _, ok := Rounds(tt.groups, tt.size, tt.rounds, 1, ample()); !ok {
					b.Fatal("found none")
				}
			}
		})
	}
}
