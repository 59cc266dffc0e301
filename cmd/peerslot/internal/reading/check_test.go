package reading

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

const (
	ana calendar.Address = "ana@acme.example"
	bo  calendar.Address = "bo@acme.example"
	cem calendar.Address = "cem@acme.example"
	dee calendar.Address = "dee@acme.example"
)

// Everybody takes part as long as there is neither a program nor a group; then those who are
// in one.
func TestWhoTakesPart(t *testing.T) {
	w := scheduler.Workspace{Roster: scheduler.NewRoster(scheduler.Person{Address: ana, Role: "em"}, scheduler.Person{Address: bo, Role: "em", Left: []string{"circles"}}, scheduler.Person{Address: cem}, scheduler.Person{Address: dee})}
	for _, step := range []struct {
		change func()
		want   []calendar.Address
	}{
		{func() {}, []calendar.Address{ana, bo, cem, dee}},
		{func() {
			w.Programs = []scheduler.Program{{Name: "circles", People: scheduler.Selector{Role: "em"}}}
		}, []calendar.Address{ana}},
		{func() { w.Groups = []scheduler.Group{{Name: "g", Members: []calendar.Address{ana, dee}}} }, []calendar.Address{ana, dee}},
	} {
		step.change()
		var got []calendar.Address
		for _, a := range []calendar.Address{ana, bo, cem, dee} {
			if takesPart(w)(a) {
				got = append(got, a)
			}
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("with %d programs and %d groups (-want +got):\n%s", len(w.Programs), len(w.Groups), diff)
		}
	}
}
