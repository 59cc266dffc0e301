package plans_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

var choices = plans.Choices{
	Programs: []string{"circles", "pairs"},
	Formed:   []scheduler.Group{{Name: "circles-1-amber", Program: "circles"}, {Name: "pairs-1-amber", Program: "pairs"}},
	Unbooked: []string{"leads", "pairs-1-amber"},
	People:   []plans.Person{{Address: "ana@acme.example"}, {Address: "bo@acme.example"}},
}

// What is asked for, sent again by its own fields, is the same.
func TestReadWhatCanBeChosen(t *testing.T) {
	for form, want := range map[string]plans.Ask{
		"":                              {},
		"do=dance":                      {},
		"do=repair":                     {Do: "repair"},
		"do=book":                       {Do: "book"},
		"do=book&group=leads":           {Do: "book", Groups: []string{"leads"}},
		"do=form&program=pairs&seed=":   {Do: "form", Program: "pairs", Seed: 1},
		"do=form&program=pairs&swap-a=": {Do: "form", Program: "pairs", Seed: 1},
		"do=form&program=circles&seed=7&keep=circles-1-amber&swap-a=ana@acme.example&swap-b=bo@acme.example": {Do: "form", Program: "circles", Seed: 7, Keep: []string{"circles-1-amber"}, Swap: [2]calendar.Address{"ana@acme.example", "bo@acme.example"}},
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		got, err := choices.Read(values)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", form, err, diff)
		}
		again := url.Values{}
		for _, f := range got.Fields() {
			again.Add(f.Name, f.Value)
		}
		if got, err := choices.Read(again); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s, by its own fields: %+v, %v; want the same", form, got, err)
		}
	}
}

// What cannot be chosen is never left out: to book a group that was booked meanwhile
// would be to book all others.
func TestReadRefusesWhatCannotBeChosen(t *testing.T) {
	for _, form := range []string{
		"do=book&group=booked", "do=book&group=leads&group=booked",
		"do=form&program=pairs&seed=x", "do=form&program=pairs&seed=-1", "do=form&program=pairs&seed=99999999999999999999",
		"do=form&program=others", "do=form&program=circles&keep=leads", "do=form&program=circles&keep=pairs-1-amber",
		"do=form&program=circles&swap-a=ana@acme.example", "do=form&program=circles&swap-b=ana@acme.example",
		"do=form&program=circles&swap-a=ana@acme.example&swap-b=ana@acme.example", "do=form&program=circles&swap-a=ana@acme.example&swap-b=eve@acme.example",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if ask, err := choices.Read(values); err == nil {
			t.Errorf("%s asks for %+v; want an error", form, ask)
		}
	}
}
