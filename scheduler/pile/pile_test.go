package pile_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/pile"
)

// What is put on a pile is taken off as it was, also after some was looked at.
func TestPile(t *testing.T) {
	var found pile.Pile[attendance.Found]
	for range found.All() {
		t.Fatal("an empty pile has something")
	}
	var want []attendance.Found
	for i := range 500 {
		start := time.Date(2026, 1, 5, 9, i, 0, 0, time.UTC)
		one := attendance.Found{
			UID: calendar.UID(fmt.Sprint("ps", i)), Group: fmt.Sprint("g", i), At: start, Members: []calendar.Address{"ana@acme.example", "bo@acme.example"},
			Sessions: []attendance.Session{{Original: start, Interval: availability.Interval{Start: start, End: start.Add(time.Hour)}, Verdicts: []availability.Verdict{{Can: availability.Yes}, {Can: availability.No, Why: availability.BusyThen}}}},
			Week:     attendance.Week{Possible: i, Attendance: [][]int16{{1, -1, int16(i)}}},
		}
		want = append(want, one)
		if err := found.Add(one); err != nil {
			t.Fatal(err)
		}
		if i%100 != 99 {
			continue
		}
		var got []attendance.Found
		for one, err := range found.All() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, one)
		}
		var some []attendance.Found
		for few, err := range found.Some(150) {
			if err != nil || len(few) != min(150, len(want)-len(some)) {
				t.Fatal(len(few), err)
			}
			some = append(some, few...)
		}
		if diff := cmp.Diff(got, some); diff != "" || found.Len() != len(want) {
			t.Fatalf("of %d, %d (-all +some):\n%s", found.Len(), len(want), diff)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("after %d (-put on +taken off):\n%s", i+1, diff)
		}
	}
}

// What has a number is taken off in the order of the numbers, in whatever order it was put
// on; one that is missing ends it, as an error.
func TestOrdered(t *testing.T) {
	var letters pile.Ordered[*string]
	taken := func() (got string, failed error) {
		for one, err := range letters.All() {
			if failed = err; err == nil && one != nil {
				got += *one
			}
		}
		return got, failed
	}
	if got, err := taken(); got != "" || err != nil || letters.Len() != 0 {
		t.Errorf("of nothing: %q, %v", got, err)
	}
	for _, number := range []int{3, 0, 4} {
		letter := string(rune('a' + number))
		if err := letters.Add(number, &letter); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := taken(); got != "a" || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "number 1 ") {
		t.Errorf("without those of 1 and 2: %q, %v; want a, and an error that names 1", got, err)
	}
	c := "c"
	if err := errors.Join(letters.Add(2, &c), letters.Add(1, nil)); err != nil {
		t.Fatal(err)
	}
	if got, err := taken(); got != "acde" || err != nil || letters.Len() != 5 {
		t.Errorf("%q of %d, %v; want all in their order, but for 1, which is nil", got, letters.Len(), err)
	}
	for one, err := range letters.All() {
		if *one != "a" || err != nil {
			t.Error(*one, err)
		}
		break
	}
}

// What is on a large pile is taken off as it was, wherever it lies: in a file that nobody
// else sees, or in memory where there can be none; and so is what is put on it afterwards.
func TestALargePile(t *testing.T) {
	for name, folder := range map[string]string{"a folder": t.TempDir(), "none": filepath.Join(t.TempDir(), "gone")} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", folder)
			var texts pile.Pile[string]
			var want []string
			random := rand.New(rand.NewPCG(1, 2))
			for range 2 {
				for range 300 {
					text := make([]byte, 16<<10)
					for i := range text {
						text[i] = 'a' + byte(random.IntN(26))
					}
					want = append(want, string(text))
					if err := texts.Add(want[len(want)-1]); err != nil {
						t.Fatal(err)
					}
				}
				var got []string
				for one, err := range texts.All() {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, one)
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%d of %d texts, or others, came back", len(got), len(want))
				}
			}
			if left, err := filepath.Glob(filepath.Join(folder, "*")); len(left) > 0 || err != nil {
				t.Errorf("files %q, %v; want none", left, err)
			}
		})
	}
}
