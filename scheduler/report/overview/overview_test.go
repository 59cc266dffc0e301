package overview_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/report/overview"
)

var now = time.Date(2026, 4, 6, 9, 0, 0, 0, time.UTC)

// input is two circles of three, of which "amber" has met for two weeks: all at first,
// then two of three, with one of whom nothing is known in a session of "birch".
func input() overview.Input {
	names := []string{"Ana Lima", "Bo Chen", "Cem Kaya", "Dee Ito", "Eva Rocha", "Fil Marek", "Gus Lind"}
	roster := scheduler.NewRoster()
	var people []calendar.Address
	for i, name := range names {
		a := calendar.Address(strings.ToLower(name[:3]) + "@acme.example")
		a = calendar.Address(strings.ReplaceAll(string(a), " ", ""))
		zone := "Europe/Berlin"
		if i%2 == 1 {
			zone = "America/New_York"
		}
		roster.Put(scheduler.Person{Address: a, Name: name, Zone: zone, Team: fmt.Sprint("team ", i%3)})
		people = append(people, a)
	}
	p := scheduler.DefaultProgram()
	p.Name, p.Kind = "circles", scheduler.Circle
	amber := scheduler.Group{Name: "amber", Program: "circles", Members: people[:3]}
	birch := scheduler.Group{Name: "birch", Program: "circles", Members: people[3:6]}
	in := overview.Input{
		Workspace: scheduler.Workspace{Zone: "Europe/Berlin", Roster: roster, Programs: []scheduler.Program{p}, Groups: []scheduler.Group{amber, birch}},
		Rounds:    []scheduler.Round{{Program: "circles", Number: 1, Groups: []scheduler.Group{amber, birch}}},
		Attention: []report.Attention{{Group: "birch", What: "too few can attend"}},
		Now:       now,
	}
	for _, g := range []scheduler.Group{amber, birch} {
		b := scheduler.Booking{Group: g.Name, Program: "circles", State: scheduler.Booked, Attendance: 12, Possible: 15}
		b.Series.UID, b.Series.Slot.Length = calendar.UID(g.Name), time.Hour
		for _, a := range g.Members {
			b.Series.Attendees = append(b.Series.Attendees, calendar.Attendee{Address: a})
		}
		in.Bookings = append(in.Bookings, overview.BookingOf(b, roster))
	}
	in.Sessions = []overview.Session{
		session(amber, 14, availability.Yes, availability.Yes, availability.Stretch),
		session(amber, 7, availability.Yes, availability.No, availability.Yes),
		session(birch, 7, availability.No, availability.Yes, availability.Maybe),
		session(birch, -1, availability.Yes, availability.Yes, availability.Yes), // to come
		session(birch, 100, availability.No, availability.No, availability.Yes),  // in the weeks before
	}
	in.Events = []scheduler.Event{
		{At: now.AddDate(0, 0, -20), Group: "amber", UID: "amber", What: "booked"},
		{At: now.AddDate(0, 0, -8), Group: "birch", UID: "birch", What: "move", Before: 1, After: 3},
		{At: now.AddDate(0, 0, -9), Group: "birch", UID: "birch", What: "move"}, // without figures
		{At: now.AddDate(0, 0, -200), Group: "birch", UID: "birch", What: "move", Before: 1, After: 3},
	}
	return in
}

func session(g scheduler.Group, daysAgo int, cans ...availability.Can) overview.Session {
	start := now.AddDate(0, 0, -daysAgo)
	s := overview.Session{UID: calendar.UID(g.Name), Group: g.Name, Program: g.Program, Interval: availability.Interval{Start: start, End: start.Add(time.Hour)}}
	for i, can := range cans {
		s.Members = append(s.Members, overview.Attendance{Person: g.Members[i], Can: can})
	}
	return s
}

func counted(t testing.TB, in overview.Input) overview.Overview {
	t.Helper()
	o, err := overview.New(in)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestFigures(t *testing.T) {
	t.Parallel()
	o := counted(t, input())
	want := overview.Figures{Attendance: overview.Share{Yes: 6, Known: 8, Unknown: 1}, Held: 3, NeedPerson: 1, Hours: 6, People: 4, Weeks: 2}
	if diff := cmp.Diff(want, o.Figures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if got := o.Before.Attendance; got != (overview.Share{Yes: 1, Known: 3}) || o.Before.Held != 1 {
		t.Errorf("the weeks before: %+v, %d sessions; want 1 of 3 at 1", got, o.Before.Held)
	}
	weeks := []overview.Week{
		{Monday: "2026-03-23", Sessions: 1, Attendance: overview.Share{Yes: 3, Known: 3}, Poorest: overview.Share{Yes: 3, Known: 3}, Best: overview.Share{Yes: 3, Known: 3}},
		{Monday: "2026-03-30", Sessions: 2, Attendance: overview.Share{Yes: 3, Known: 5, Unknown: 1}, Poorest: overview.Share{Yes: 1, Known: 2, Unknown: 1}, Best: overview.Share{Yes: 2, Known: 3}},
	}
	if len(o.Programs) != 1 || cmp.Diff(weeks, o.Programs[0].Weeks) != "" {
		t.Errorf("weeks of the program: %+v; want %+v", o.Programs, weeks)
	}
	groups := []overview.Group{
		{Group: "amber", Program: "circles", Expected: overview.Share{Yes: 12, Known: 15}, Sessions: 2, Held: overview.Share{Yes: 5, Known: 6}},
		{Group: "birch", Program: "circles", Expected: overview.Share{Yes: 12, Known: 15}, Sessions: 1, Held: overview.Share{Yes: 1, Known: 2, Unknown: 1}, Needs: true},
	}
	if diff := cmp.Diff(groups, o.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestWhatMovesWonAndWhoHeard(t *testing.T) {
	t.Parallel()
	o := counted(t, input())
	moves := overview.Moves{Moves: 2, Known: 1, Gained: 2, Hours: 2, Groups: []overview.GroupMove{{Group: "birch", Moves: 1, Before: 1, After: 3}}}
	if diff := cmp.Diff(moves, o.Moves); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
	told := overview.Told{People: 6, Changes: 9, Most: 2, Spread: []overview.ToldSpread{{Changes: 1, People: 3}, {Changes: 2, People: 3}}}
	if diff := cmp.Diff(told, o.Told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	zones := []overview.ZoneHours{{Zone: "Europe/Berlin", People: 3, Attended: 5, Stretch: 1}, {Zone: "America/New_York", People: 1, Attended: 1}}
	if diff := cmp.Diff(zones, o.Zones); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
}

func TestWhoMetAndWhoIsInNoGroup(t *testing.T) {
	t.Parallel()
	in := input()
	last := scheduler.Group{Name: "cedar", Program: "circles", Members: []calendar.Address{"ana@acme.example", "bo@acme.example", "dee@acme.example"}}
	unmet := scheduler.Group{Name: "dill", Program: "circles", Members: []calendar.Address{"cem@acme.example", "gus@acme.example"}}
	in.Rounds = append(in.Rounds, scheduler.Round{Program: "circles", Number: 2, Groups: []scheduler.Group{last, unmet}})
	in.Sessions = append(in.Sessions, session(last, 1, availability.Yes, availability.Yes, availability.Yes), session(unmet, -1, availability.Yes, availability.Yes))
	o := counted(t, in)
	m := o.Met[0]
	if m.Possible != 21 || len(m.Pairs) != 8 || m.Pairs[0] != (overview.MetPair{A: "ana@acme.example", B: "bo@acme.example", Times: 2}) {
		t.Errorf("%d of %d pairs met, first %+v; want 8 of 21, ana and bo twice", len(m.Pairs), m.Possible, m.Pairs[0])
	}
	if diff := cmp.Diff([]overview.MetByRound{{Round: 1, Met: 6}, {Round: 2, Met: 8}}, m.Rounds); diff != "" {
		t.Errorf("by round (-want +got):\n%s", diff)
	}
	met, possible := 0, 0
	for _, p := range m.Teams {
		met, possible = met+p.Met, possible+p.Possible
	}
	if met != len(m.Pairs) || possible != m.Possible {
		t.Errorf("the teams' pairs are %d of %d; want those of all people, %d of %d", met, possible, len(m.Pairs), m.Possible)
	}
	if diff := cmp.Diff([]overview.Unplaced{{Program: "circles", People: []string{"gus@acme.example"}, Of: 7}}, o.Unplaced); diff != "" {
		t.Errorf("in no group (-want +got):\n%s", diff)
	}
}

func page(t testing.TB, o overview.Overview, names bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := o.WriteHTML(&b, names); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageNeedsNothingElse(t *testing.T) {
	t.Parallel()
	o := counted(t, input())
	got := page(t, o, true)
	if again := page(t, o, true); again != got {
		t.Error("the same overview gave other bytes")
	}
	if found := regexp.MustCompile(`(?i)(src|href)=|url\(|<script|@import|style=`).FindString(got); found != "" {
		t.Errorf("the page has %q: it would load something, or not keep its own policy", found)
	}
	_, rest, _ := strings.Cut(got, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(got, want) {
		t.Errorf("the policy does not allow the page's own style, %s", want)
	}
	for _, id := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if n := strings.Count(got, ` id="`+id[1]+`"`); n != 1 {
			t.Errorf("%q names a picture or table and is there %d times", id[1], n)
		}
	}
	for _, want := range []string{"Of 9 attendances 8 known", "75% of the attendances came about, 33% in the weeks before", "2 moves won 2 attendances", "6 of 21 pairs have met (29%)", "Without a group: 1 of 7 in circles", "Berlin pays most"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// The quorum is drawn on the band, which would hide it; grey is named where there is any.
func TestLinesThatCanBeSeen(t *testing.T) {
	t.Parallel()
	in := input()
	got := page(t, counted(t, in), true)
	if band, quorum := strings.Index(got, `class="band"`), strings.Index(got, `class="quorum"`); band < 0 || quorum < band {
		t.Errorf("the band is drawn at %d and the quorum at %d; want the quorum on it", band, quorum)
	}
	const label = ">not known</text>"
	if !strings.Contains(got, label) {
		t.Error("there is no label beside what is not known")
	}
	for i := range in.Sessions {
		in.Sessions[i].Members = slices.DeleteFunc(in.Sessions[i].Members, func(a overview.Attendance) bool { return a.Can == availability.Maybe })
	}
	if strings.Contains(page(t, counted(t, in), true), label) {
		t.Error("nothing is unknown, and a label says what is")
	}
}

// Whoever gets the page without names learns none, from the pictures neither.
func TestWithoutNames(t *testing.T) {
	t.Parallel()
	in := input()
	o := counted(t, in)
	var text bytes.Buffer
	o.WriteText(report.Printer{W: &text}, false)
	listed, err := json.Marshal(o.Listed(false))
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]string{"page": page(t, o, false), "text": text.String(), "JSON": string(listed)} {
		for a, p := range in.Workspace.Roster.All() {
			for _, name := range []string{string(a), p.Name} {
				if strings.Contains(got, name) {
					t.Errorf("the %s without names names %s", what, name)
				}
			}
		}
		if strings.Contains(got, "amber") || strings.Contains(got, "birch") {
			t.Errorf("the %s without names names a group", what)
		}
	}
}

// Names are text, whatever is in them.
func TestNamesAreText(t *testing.T) {
	t.Parallel()
	in := input()
	p := in.Workspace.Roster.Of("ana@acme.example")
	p.Name = `<script>alert(1)</script>"&` + "\u202e"
	in.Workspace.Roster.Put(p)
	if got := page(t, counted(t, in), true); strings.Contains(got, "<script") || strings.Contains(got, "\u202e") {
		t.Error("a name became markup, or turns what is read")
	}
}

func TestNoEvidence(t *testing.T) {
	t.Parallel()
	in := input()
	empty := page(t, counted(t, overview.Input{Workspace: scheduler.Workspace{Zone: "Europe/Berlin"}, Now: now}), true)
	for i := range in.Sessions {
		for j := range in.Sessions[i].Members {
			in.Sessions[i].Members[j].Can = availability.Maybe
		}
	}
	unknown := page(t, counted(t, in), true)
	for what, got := range map[string]string{"nothing held": empty, "nothing known": unknown} {
		if !strings.Contains(got, "no evidence") || strings.Contains(got, "100%</dd>") || strings.Contains(got, "NaN") {
			t.Errorf("%s: the page claims a share", what)
		}
	}
	if strings.Contains(empty, "over 0 weeks") || !strings.Contains(empty, "No session was held.") {
		t.Errorf("nothing held: the page does not say so:\n%s", empty)
	}
}

// Twice the groups take twice the time.
func BenchmarkNew(b *testing.B) {
	for _, groups := range []int{500, 1000, 2000} {
		in := input()
		in.Workspace.Groups, in.Rounds[0].Groups, in.Sessions = nil, nil, nil
		for i := range groups {
			g := scheduler.Group{Name: fmt.Sprint("group ", i), Program: "circles"}
			for j := range 5 {
				a := calendar.Address(fmt.Sprintf("p%d-%d@acme.example", i, j))
				in.Workspace.Roster.Put(scheduler.Person{Address: a, Zone: "Europe/Berlin", Team: fmt.Sprint("team ", i)})
				g.Members = append(g.Members, a)
			}
			in.Workspace.Groups = append(in.Workspace.Groups, g)
			in.Rounds[0].Groups = append(in.Rounds[0].Groups, g)
			for week := range 13 {
				in.Sessions = append(in.Sessions, session(g, 7*week+1, availability.Yes, availability.Yes, availability.No, availability.Maybe, availability.Stretch))
			}
		}
		b.Run(fmt.Sprintf("groups=%d", groups), func(b *testing.B) {
			for b.Loop() {
				page(b, counted(b, in), true)
			}
		})
	}
}

// Half an hour that a move saved is not none.
func TestHoursAreSaidAsTheyAre(t *testing.T) {
	t.Parallel()
	o := counted(t, input())
	for saved, want := range map[float64]string{0.5: "moves saved 0.5 hours from clashes", 1: "moves saved 1 hour from clashes", 12: "moves saved 12 hours from clashes"} {
		if o.Moves.Hours = saved; !strings.Contains(page(t, o, true), want) {
			t.Errorf("with %v hours saved the page does not say %q", saved, want)
		}
	}
}
