package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/report"
)

// writeCompany lays out a workspace of n managers in four cities, each with a
// calendar of so many years.
func writeCompany(t testing.TB, n, years int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	zones := []string{"Europe/Berlin", "Europe/Lisbon", "Europe/Berlin", "America/New_York"}
	var y strings.Builder
	y.WriteString("organizer: people-ops@acme.example\ntimezone: Europe/Berlin\npeople:\n")
	for i := range n {
		address, zone := fmt.Sprintf("p%03d@acme.example", i), zones[i%len(zones)]
		fmt.Fprintf(&y, "  - {email: %s, timezone: %s, role: em, level: %d, team: t%d, department: d%d, manager: m%d@acme.example}\n", address, zone, 4+i%2, i/3, i%5, i%6)
		write(t, filepath.Join(dir, "calendars", address+".ics"), companyCalendar(rng, zone, years))
	}
	for i := range 6 {
		fmt.Fprintf(&y, "  - {email: m%d@acme.example, role: director}\n", i)
	}
	y.WriteString("programs:\n  - {name: circles, people: {role: em}, size: 4-5, apart: [reporting-line, team], max_level_gap: 1}\n")
	write(t, filepath.Join(dir, "peerslot.yaml"), y.String())
	return dir
}

// companyCalendar has weekly meetings, and three single ones a week.
func companyCalendar(rng *rand.Rand, zone string, years int) string {
	var b strings.Builder
	first := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -52*7*(years/2))
	event := func(uid string, day, hour int, rule string) {
		at := first.AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Busy\r\nDTSTART;TZID=%s:%s\r\nDTEND;TZID=%s:%s\r\n%sEND:VEVENT\r\n",
			uid, zone, at.Format("20060102T150405"), zone, at.Add(time.Hour).Format("20060102T150405"), rule)
	}
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n")
	for k := range 7 {
		event(fmt.Sprint("weekly-", k), rng.IntN(5), 9+rng.IntN(8), fmt.Sprintf("RRULE:FREQ=WEEKLY;INTERVAL=%d\r\n", 1+rng.IntN(2)))
	}
	for k := range 3 * 52 * years {
		event(fmt.Sprint("single-", k), k/3*7+rng.IntN(5), 9+rng.IntN(8), "")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// perform runs a command in the workspace and returns what it answers.
func perform(t testing.TB, dir string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	a := &console.App{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(string) string { return "" }, Now: time.Now}
	args = append([]string{"-c", filepath.Join(dir, "peerslot.yaml"), "--now", "2026-02-26T09:00:00Z", "--json"}, args...)
	if status := execute(context.Background(), a, args); status != console.ExitDone {
		t.Fatalf("peerslot %s: status %d\n%s%s", strings.Join(args, " "), status, out.Bytes(), errs.Bytes())
	}
	return out.Bytes()
}

// TestSixtyPeopleFromColdToBooked forms circles of sixty people and books them all.
func TestSixtyPeopleFromColdToBooked(t *testing.T) {
	t.Parallel()
	dir := writeCompany(t, 60, 1)
	var formed report.Form
	if err := json.Unmarshal(perform(t, dir, "form", "circles", "--budget", "200ms", "--yes"), &formed); err != nil {
		t.Fatal(err)
	}
	group := map[string]string{}
	for _, g := range formed.Groups {
		teams := map[string]bool{}
		for _, m := range g.Members {
			var i int
			if _, err := fmt.Sscanf(m, "p%d@", &i); err != nil || group[m] != "" {
				t.Errorf("%s is in %s and %s", m, group[m], g.Name)
			}
			group[m] = g.Name
			team := fmt.Sprint(i / 3)
			if teams[team] {
				t.Errorf("%s has two members of team %s", g.Name, team)
			}
			teams[team] = true
		}
		if n := len(g.Members); n < 4 || n > 5 || g.Possible != 13*n || g.Attendance > g.Possible || g.Slot == "" {
			t.Errorf("%s: %d members, slot %q, %d of %d", g.Name, n, g.Slot, g.Attendance, g.Possible)
		}
	}
	if len(group) != 60 {
		t.Errorf("%d people are in groups; want all 60", len(group))
	}
	var booked report.Book
	if err := json.Unmarshal(perform(t, dir, "book", "--all", "--yes"), &booked); err != nil {
		t.Fatal(err)
	}
	if len(booked.Series) != len(formed.Groups) || len(booked.Failed) != 0 {
		t.Fatalf("%d series booked, %d failed; want %d", len(booked.Series), len(booked.Failed), len(formed.Groups))
	}
	slots := map[string]string{}
	for _, s := range booked.Series {
		slots[s.Group] = s.Slot
	}
	for _, g := range formed.Groups {
		if slots[g.Name] != g.Slot {
			t.Errorf("%s is booked at %s; form said %s", g.Name, slots[g.Name], g.Slot)
		}
	}
}

// BenchmarkForm forms circles of sixty people whose calendars hold three years, all
// in: configuration, calendars, search, answer.
func BenchmarkForm(b *testing.B) {
	dir := writeCompany(b, 60, 3)
	var formed report.Form
	for b.Loop() {
		if err := json.Unmarshal(perform(b, dir, "form", "circles", "--dry-run"), &formed); err != nil {
			b.Fatal(err)
		}
	}
	noSlot := 0
	for _, g := range formed.Groups {
		if 2*g.Common < 13 {
			noSlot++
		}
	}
	b.ReportMetric(float64(formed.Cost), "cost")
	b.ReportMetric(float64(formed.Bound), "bound")
	b.ReportMetric(float64(noSlot), "slotless")
}
