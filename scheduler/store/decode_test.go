package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Records are understood as encoding/json writes and understands them, also odd ones,
// and what is wrong with one is told in its words.
func TestDecode(t *testing.T) {
	at := time.Date(2026, 9, 28, 14, 0, 0, 0, time.UTC)
	text, err := json.Marshal(scheduler.Booking{
		Group: "leads", Generation: 1, State: scheduler.Booked, Created: at, ByHand: []time.Time{at},
		Series: calendar.Series{Title: "Peer circle: <leads> & \u2028", Attendees: []calendar.Attendee{{Address: "ana@acme.example"}}, Slot: availability.Slot{Day: time.Monday, Start: 14 * time.Hour}},
		Next:   &calendar.Series{Overrides: []calendar.Override{{Original: at, RSVPs: map[calendar.Address]calendar.RSVP{"ana@acme.example": calendar.Declined}}}},
		Rules:  scheduler.Program{Quorum: 0.6}, Unreached: map[calendar.Address]string{"bo@acme.example": "550"},
	})
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	instead := func(value string) string { return strings.Replace(whole, `"Generation":1`, value, 1) }
	for what, record := range map[string]string{
		"as it was written":     whole,
		"another case":          instead(`"generation":1`),
		"a field of the future": instead(`"Generation":1,"Later":{"a":[1,{}]}`),
		"twice":                 instead(`"Generation":1,"Generation":2,"GENERATION":3`),
		"null":                  instead(`"Generation":null`),
		"a zero":                instead(`"Generation":-0`),
		"a fraction":            instead(`"Generation":1.5`),
		"a power":               instead(`"Generation":1e3`),
		"too large":             instead(`"Generation":99999999999999999999`),
		"a word for a number":   instead(`"Generation":"1"`),
		"a list for a number":   instead(`"Generation":[]`),
		"no UTF-8":              instead("\"Group\":\"\xff\""),
		"half of a pair":        instead(`"Group":"\ud800"`),
		"a control character":   instead("\"Group\":\"\x01\""),
		"no escape":             instead(`"Group":"\x"`),
		"no time":               instead(`"Created":"soon"`),
		"no comma":              instead(`"Generation":1 "Group":"b"`),
		"cut off":               whole[:len(whole)/2],
		"more behind it":        whole + "{}",
		"a list":                `[]`,
		"nothing":               ``,
	} {
		var got, want scheduler.Booking
		gotErr, wantErr := decode([]byte(record), &got), json.Unmarshal([]byte(record), &want)
		if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Errorf("%s: error %v, want %v", what, gotErr, wantErr)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", what, diff)
		}
	}
}
