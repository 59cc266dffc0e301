package planning_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// That the calendars are away is said once, of no series, whatever else is found.
func TestCalendarsAwayAreNamedOnce(t *testing.T) {
	var found []scheduler.Finding
	for _, group := range []string{"a", "b", "c"} {
		b := scheduler.Booking{Group: group}
		found = append(found, planning.BrokenSeries(b, errors.Join(calendar.ErrNotFound, calendar.ErrAway)), planning.BrokenSeries(b, errors.New("no start")))
	}
	var got []string
	for _, f := range planning.Once(found) {
		got = append(got, string(f.Kind)+" "+f.Group)
	}
	if want := []string{"calendars-away ", "broken-series a", "broken-series b", "broken-series c"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
