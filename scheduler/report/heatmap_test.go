package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// ranked returns a ranking of four people, one of them in New York with stretch
// hours, one unknown, and all candidates.
func ranked(t testing.TB, step time.Duration, top int) (planning.Ranking, []availability.Candidate) {
	t.Helper()
	var stretch availability.Hours
	if err := stretch.Set("mon-fri", "07:00-19:00"); err != nil {
		t.Fatal(err)
	}
	s := planning.Snapshot{
		Workspace: scheduler.Workspace{Zone: "Europe/Berlin", Roster: scheduler.NewRoster()},
		Now:       time.Date(2026, 2, 26, 9, 0, 0, 0, time.UTC), Busy: map[calendar.Address]availability.Busy{},
	}
	start := availability.Date{Year: 2026, Month: time.March, Day: 2}
	s.Window = availability.Interval{Start: start.In(time.UTC).Start.AddDate(0, 0, -7), End: start.In(time.UTC).Start.AddDate(0, 0, 120)}
	g := scheduler.Group{Name: "leads"}
	for i, zone := range []string{"Europe/Berlin", "Europe/Berlin", "America/New_York", "Europe/Lisbon"} {
		a := calendar.Address(fmt.Sprintf("p%d@acme.example", i))
		s.Workspace.Roster.Put(scheduler.Person{Address: a, Zone: zone, Hours: availability.OfficeHours(), Stretch: stretch})
		s.Busy[a] = availability.Busy{Window: s.Window}
		g.Members = append(g.Members, a)
	}
	s.Busy["p3@acme.example"] = availability.Unreadable("no calendar")
	search := availability.Search{Zone: "Europe/Berlin", Start: start, Cadence: availability.Weekly, Length: time.Hour, Step: step, Top: top}
	best, err := booking.RankSlots(t.Context(), s, g, search, true)
	if err != nil {
		t.Fatal(err)
	}
	search.Top = 100_000
	all, err := availability.Rank(search, best.Members)
	if err != nil {
		t.Fatal(err)
	}
	return best, all
}

func draw(t *testing.T, h HeatMap) string {
	t.Helper()
	var b bytes.Buffer
	if err := h.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return b.String()
		} else if err != nil {
			t.Fatalf("it is no XML: %v", err)
		}
	}
}

func TestHeatMapTellsTheStory(t *testing.T) {
	best, all := ranked(t, 15*time.Minute, 7)
	svg := draw(t, HeatMap{Ranking: best, All: all, Name: func(s string) string { return "Name of " + s }})
	first := best.Candidates[0]
	for what, want := range map[string]string{
		"the best slot in the title":            fmt.Sprintf(`<title id="title">When leads can meet: %s, %d of %d (%d%%)</title>`, title(first.Slot), first.Attendance, first.Possible, percent(first.Attendance, first.Possible)),
		"the figures for who listens":           `<desc id="desc">1. ` + title(first.Slot),
		"who is free on pointing":               "Name of p0@acme.example: 13 of 13",
		"who is not known":                      "Name of p3@acme.example: 0 of 13, 13 not known",
		"the hour beside the rank":              ">1  " + availability.FormatClock(first.Slot.Start) + "<",
		"unknown":                               `fill="url(#unknown)"`,
		"stretch":                               `class="stretch"`,
		"clocks of New York":                    ">New York<",
		"clocks of Lisbon":                      ">Lisbon<",
		"that a cell is where a session starts": "a cell is where a session would start",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s: no %q in the picture", what, want)
		}
	}
	if got := strings.Count(svg, `class="mark"`); got != mostListed {
		t.Errorf("%d cells are marked, want the best %d", got, mostListed)
	}
	if again := draw(t, HeatMap{Ranking: best, All: all, Name: func(s string) string { return "Name of " + s }}); again != svg {
		t.Error("the same map gives other bytes")
	}
}

// Each mark is on the cell of its start and nowhere else.
func TestHeatMapMarksTheStart(t *testing.T) {
	best, all := ranked(t, 15*time.Minute, 5)
	g := HeatMap{Ranking: best, All: all, Name: strings.ToUpper}.grid()
	var p heatPage
	for column := range g.days {
		g.marks(&p, column)
	}
	for _, m := range p.Marks {
		rank := int(m.Text[0] - '1')
		slot := best.Candidates[rank].Slot
		cell := g.drawCell((m.X+1-g.left)/g.cell, slot.Start)
		if cell.X != m.X+1 || cell.Y != m.Y+1 || cell.H != m.H-2 || !strings.HasPrefix(cell.Tip, slot.Day.String()+" "+availability.FormatClock(slot.Start)) {
			t.Errorf("rank %d, %s, is marked at %+v, its cell is %+v", rank+1, slot, m, cell)
		}
	}
	if len(p.Marks) != 5 {
		t.Errorf("%d marks, want 5", len(p.Marks))
	}
}

func TestHeatMapFitsAScreen(t *testing.T) {
	for _, step := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour} {
		best, all := ranked(t, step, 5)
		long := strings.Repeat("Wolfeschlegelsteinhausenbergerdorff ", 4)
		best.Group.Name = long + `<script>&"`
		svg := draw(t, HeatMap{Ranking: best, All: all, Name: func(string) string { return long + "\x1b[2J\u202e<b>" }})
		var width, height int
		if _, err := fmt.Sscanf(svg[strings.Index(svg, " width="):], ` width="%d" height="%d"`, &width, &height); err != nil {
			t.Fatal(err)
		}
		if width > 1024 || height > 780 || height < 200 {
			t.Errorf("step %s: %d by %d pixels; want a picture that fits a screen", step, width, height)
		}
		if !strings.Contains(svg, "…") || strings.Contains(svg, "<script>") || strings.Contains(svg, "\x1b") || strings.Contains(svg, "\u202e") {
			t.Errorf("step %s: names are not cut, or not made harmless", step)
		}
	}
}

func TestHeatMapOfNothing(t *testing.T) {
	best, _ := ranked(t, 15*time.Minute, 5)
	best.Candidates = nil
	svg := draw(t, HeatMap{Ranking: best, All: nil, Name: strings.ToUpper})
	if !strings.Contains(svg, "When leads can meet: no slot fits") {
		t.Errorf("the title does not say so:\n%.600s", svg)
	}
}
