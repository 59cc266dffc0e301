package plans

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Choices are what an admin can choose from at one moment.
type Choices struct {
	Programs []string          // that have rounds
	Formed   []scheduler.Group // of their last rounds, which may be kept
	Unbooked []string          // groups without a series
	People   []Person
}

// A Person is somebody who may change places with another.
type Person struct {
	Address calendar.Address
	Name    string
}

// ChoicesOf returns what there is to choose from in a workspace that is ready.
func ChoicesOf(w scheduler.Workspace, bookings scheduler.Bookings, rounds []scheduler.Round) Choices {
	c := Choices{Formed: w.CurrentGroups(rounds)}
	for _, p := range w.Programs {
		if p.Kind != scheduler.OneOnOne {
			c.Programs = append(c.Programs, p.Name)
		}
	}
	booked := bookings.ByGroup()
	for _, g := range w.Groups {
		if _, has := booked[g.Name]; !has {
			c.Unbooked = append(c.Unbooked, g.Name)
		}
	}
	for _, a := range w.Roster.Addresses() {
		c.People = append(c.People, Person{a, w.Name(a)})
	}
	return c
}

// Read reads what a form asks for. What cannot be chosen, or no longer, is an error in
// words for who sent it: another plan than the one that they meant is never made.
func (c Choices) Read(form url.Values) (Ask, error) {
	ask := Ask{Do: form.Get("do")}
	switch ask.Do {
	case "repair", "review":
		return ask, nil
	case "form":
		return c.readForm(ask, form)
	case "book":
		for _, g := range form["group"] {
			if !slices.Contains(c.Unbooked, g) {
				return ask, fmt.Errorf("%q has a series by now, or is no group any more; choose again", g)
			}
			ask.Groups = append(ask.Groups, g)
		}
		return ask, nil
	}
	return Ask{}, nil
}

func (c Choices) readForm(ask Ask, form url.Values) (Ask, error) {
	if ask.Program = form.Get("program"); !slices.Contains(c.Programs, ask.Program) {
		return ask, fmt.Errorf("there is no program %q", ask.Program)
	}
	ask.Seed = 1
	if text := form.Get("seed"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return ask, fmt.Errorf("the seed %q is not a whole number such as 1", text)
		}
		ask.Seed = seed
	}
	for _, name := range form["keep"] {
		ask.Keep = append(ask.Keep, name)
		if !slices.ContainsFunc(c.Formed, func(g scheduler.Group) bool { return g.Name == name && g.Program == ask.Program }) {
			return ask, fmt.Errorf("%q is no group of the last round of %s; leave it out", name, ask.Program)
		}
	}
	ask.Swap = [2]calendar.Address{calendar.Address(form.Get("swap-a")), calendar.Address(form.Get("swap-b"))}
	a, b := ask.Swap[0], ask.Swap[1]
	switch {
	case a == b && a == "":
		return ask, nil
	case a == b || !c.knows(a) || !c.knows(b):
		return ask, fmt.Errorf("choose two people who change places, or nobody")
	}
	return ask, nil
}

func (c Choices) knows(a calendar.Address) bool {
	return slices.ContainsFunc(c.People, func(p Person) bool { return p.Address == a })
}

// A Field is one of a form.
type Field struct{ Name, Value string }

// Fields are those of a form that asks for the same again.
func (a Ask) Fields() []Field {
	out := []Field{{"do", a.Do}}
	if a.Do == "form" {
		out = append(out, Field{"program", a.Program}, Field{"seed", strconv.FormatUint(a.Seed, 10)})
		out = append(out, Field{"swap-a", string(a.Swap[0])}, Field{"swap-b", string(a.Swap[1])})
	}
	for _, g := range a.Keep {
		out = append(out, Field{"keep", g})
	}
	for _, g := range a.Groups {
		out = append(out, Field{"group", g})
	}
	return out
}
