package api

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFreeBusyIsRead(t *testing.T) {
	const text = `{"kind": "calendar#freeBusy", "groups": {
		"all@acme.example": {"calendars": ["ana@acme.example", "B\u006f@acme.example"]},
		"big@acme.example": {"errors": [{"domain": "global", "reason": "groupTooBig"}]}},
	"calendars": {
		"ana@acme.example": {"busy": [
			{"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"},
			{"end": "2026-03-02T12:00:00.5+01:00", "start": "2026-03-02T11:30:00+01:00", "more": {"start": 1}}]},
		"bo@acme.example": {"errors": [{"reason": "notFound"}], "busy": []},
		"cem@acme.example": {"errors": [{}]},
		"dora@acme.example": {"busy": []},
		"eve@acme.example": {},
		"day": {"busy": [{"start": "2026-03-02", "end": "2026-03-03"}]},
		"number": {"busy": [{"start": 1772442000, "end": 1772445600}]},
		"words": {"busy": "always"},
		"nothing": null,
		"half": {"busy": [{"start": "2026-03-02T09:00:00Z"}]}}}`
	want := &FreeBusy{
		Calendars: map[string]Calendar{
			"ana@acme.example":  {Busy: []Period{{1772442000, 1772445600}, {1772447400, 1772449201}}},
			"bo@acme.example":   {Reason: "notFound"},
			"cem@acme.example":  {Reason: "no reason given"},
			"dora@acme.example": {},
			"eve@acme.example":  {},
			"day":               {Odd: true},
			"number":            {Odd: true},
			"words":             {Odd: true},
			"nothing":           {Odd: true},
			"half":              {Odd: true},
		},
		Lists: map[string]List{
			"all@acme.example": {Calendars: []string{"ana@acme.example", "Bo@acme.example"}},
			"big@acme.example": {Reason: "groupTooBig"},
		},
	}
	got := &FreeBusy{}
	if !got.read([]byte(text)) {
		t.Fatal("it does not fit")
	}
	for id, c := range got.Calendars {
		if c.Odd {
			got.Calendars[id] = Calendar{Odd: true}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFreeBusyOfSomethingElse(t *testing.T) {
	for text, want := range map[string]bool{
		`{"calendars": {}}`:                                  true,
		`{"kind": "calendar#freeBusy"}`:                      true,
		`{"kind": "calendar#freeBusy", "calendars": "none"}`: true,
		`{"calendars": []}`:                                  false,
		`{"kind": "calendar#events"}`:                        false,
		`{}`:                                                 false,
		`[]`:                                                 false,
		`"calendars"`:                                        false,
	} {
		if got := (&FreeBusy{}).read([]byte(text)); got != want {
			t.Errorf("%s fits: %v, want %v", text, got, want)
		}
	}
}

// An answer nested without end is refused: to follow it would overflow the stack, which ends
// the process.
func TestDeepNestingIsRefused(t *testing.T) {
	err := decode(strings.NewReader(strings.Repeat("[", 10<<20)), &FreeBusy{})
	if _, odd := errors.AsType[*errOdd](err); !odd {
		t.Errorf("got %v, want that it is none of Google's answers", err)
	}
}
