package caldav_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar/calendartest"
)

func TestCheckSaysWhatTheServerGives(t *testing.T) {
	for name, row := range map[string]struct {
		set  func(*standIn)
		want string
	}{
		"all":            {nil, "sync tokens; conditional writes"},
		"weak ETags":     {func(s *standIn) { s.Weak = true }, "sync tokens; no conditional writes"},
		"no sync tokens": {func(s *standIn) { s.NoSync = true }, "no sync tokens, so that it is listed whole; conditional writes"},
	} {
		s := newStandIn(row.set)
		b := s.open(t)
		says := func() (all []string) {
			for _, f := range b.Check(t.Context()) {
				if f.Err != nil {
					t.Errorf("%s: %s: %v", name, f.What, f.Err)
				}
				all = append(all, f.What)
			}
			return all
		}
		if got := says(); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "it holds none yet") }) {
			t.Errorf("%s, on an empty calendar: got %q", name, got)
		}
		if _, err := b.Put(t.Context(), calendartest.Series("checked")); err != nil {
			t.Fatal(err)
		}
		if got := says(); !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, row.want) || strings.Contains(s, ": "+row.want) }) {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}
