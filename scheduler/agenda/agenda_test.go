package agenda_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/agenda"
)

var minutesOf = regexp.MustCompile(`\((-?\d+) min\)`)

// The parts of each agenda fill a session of any length, and none is without time.
func TestPartsFillTheSession(t *testing.T) {
	for _, name := range []string{"peer-circle", "coaching", "one-on-one"} {
		a, ok := agenda.BuiltIn(name)
		if !ok {
			t.Fatalf("there is no agenda %s", name)
		}
		for minutes := 15; minutes <= 240; minutes += 5 {
			text, err := a.Text(agenda.Data{Group: "g", Members: []string{"Ana", "Bo"}}, time.Duration(minutes)*time.Minute)
			sum := 0
			for _, m := range minutesOf.FindAllStringSubmatch(text, -1) {
				n, _ := strconv.Atoi(m[1])
				if sum += n; n <= 0 {
					t.Errorf("%s of %d minutes has a part of %d:\n%s", name, minutes, n, text)
				}
			}
			if err != nil || sum != minutes {
				t.Errorf("%s of %d minutes has parts of %d, %v:\n%s", name, minutes, sum, err, text)
			}
		}
	}
}

// An agenda that is not there says so where it is rendered.
func TestMissingAgendas(t *testing.T) {
	if a, ok := agenda.BuiltIn("tea"); ok {
		t.Errorf("there is an agenda tea: %+v", a)
	}
	lost := errors.New("no such file")
	for want, a := range map[string]agenda.Agenda{lost.Error(): agenda.Missing(lost), "there is no such agenda": {}} {
		if _, err := a.Text(agenda.Data{}, time.Hour); err == nil || err.Error() != want {
			t.Errorf("Text: %v; want %s", err, want)
		}
	}
	if _, err := agenda.Parse("own.txt", "{{.Group"); err == nil || !strings.Contains(fmt.Sprint(err), "own.txt") {
		t.Errorf("Parse of half a template: %v; want an error that names it", err)
	}
}

// As many words as are few for a built-in agenda are rendered, though somebody of a long
// name leads every session of a quarter.
func TestFewWordsAreRendered(t *testing.T) {
	long := strings.Repeat("n", 1000)
	d := agenda.Data{Group: long, Focus: long, Notes: long, Members: []string{long, "Bo"}}
	for range 13 {
		d.Sessions = append(d.Sessions, agenda.Session{Date: "Tue 3 Mar", Facilitator: long})
	}
	for _, name := range []string{"peer-circle", "coaching", "one-on-one"} {
		a, _ := agenda.BuiltIn(name)
		if _, err := a.Text(d, time.Hour); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of the program's own agendas alone it is sure that they render.
func TestSure(t *testing.T) {
	builtIn, _ := agenda.BuiltIn("coaching")
	own, err := agenda.Parse("own.txt", "{{.Group}} {{index .Members 1}}")
	if err != nil {
		t.Fatal(err)
	}
	if !builtIn.Sure(1000) || builtIn.Sure(1001) || own.Sure(0) || agenda.Missing(errors.New("gone")).Sure(0) || (agenda.Agenda{}).Sure(0) {
		t.Error("an agenda is sure that is not built in, or one that is is not")
	}
}
