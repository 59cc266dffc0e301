package zones

import (
	"fmt"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/windowszone"
)

// A zone gives the same instants near and far from a change, in any order.
func TestZoneInstant(t *testing.T) {
	z := NewClock(IANA("America/New_York"))
	for _, c := range []struct{ wall, want string }{
		{"2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z"}, // the first of two
		{"2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z"},
		{"2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z"}, // skipped: 03:30
		{"2026-07-01T12:00:00Z", "2026-07-01T16:00:00Z"},
		{"2026-11-01T00:30:00Z", "2026-11-01T04:30:00Z"},
		{"2026-11-02T00:30:00Z", "2026-11-02T05:30:00Z"},
		{"2040-12-31T00:30:00Z", "2040-12-31T05:30:00Z"}, // where the bounds of Go are wrong
	} {
		wall, err := time.Parse(time.RFC3339, c.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.Unix(z.Instant(wall.Unix()), 0).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("at %s clocks: got %s, want %s", c.wall, got, c.want)
		}
	}
}

func TestWindowsZonesAreKnown(t *testing.T) {
	for _, name := range windowszone.Names() {
		if windowsZone(name) == nil {
			t.Errorf("%s is not a zone", name)
		}
	}
	for _, d := range displayNames {
		if windowsZone(d[1]) == nil {
			t.Errorf("%s: %s is not a zone of Windows", d[0], d[1])
		}
	}
}

// However many calendars are strung together, each name is looked for once, and no more
// than Max of them.
func TestNamesAreGuessedOnceForAllTables(t *testing.T) {
	shared := NewTable(nil, nil)
	broken := func(name string) *line.Component {
		return &line.Component{Name: "VTIMEZONE", Props: []line.Prop{{Name: "TZID", Value: name}}}
	}
	const known = "Pacific Standard Time"
	for i := range 3 * Max {
		name := fmt.Sprintf("/nobody/%d", i%Max)
		if f := NewTable([]*line.Component{broken(name)}, shared).Find(name); f.Loc != nil {
			t.Fatalf("%s is %v", name, f.Loc)
		}
	}
	if f := NewTable([]*line.Component{broken(known)}, shared).Find(known); f.Loc != nil || len(shared.guessed) != Max {
		t.Errorf("got %v after %d names, want none after %d", f.Loc, len(shared.guessed), Max)
	}
	if f := NewTable([]*line.Component{broken(known)}, nil).Find(known); f.Loc == nil {
		t.Error("a text with one name: it is not known")
	}
}
