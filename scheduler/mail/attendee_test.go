package mail

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-message"
	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// An attendee is a calendar program that applies what arrives (RFC 5546): each
// component by itself, if its SEQUENCE and DTSTAMP are not below those that it has.
type attendee struct {
	forgets  bool // a new series drops what was told of single sessions, as Exchange does
	master   *component
	gone     *component           // the last cancellation of it all, which takes everything older with it
	sessions map[string]component // by the instant of the RECURRENCE-ID
}

type component struct {
	*ical.Component
	sequence int
	stamp    string
	off      bool
}

func (c component) older(than component) bool {
	return c.sequence < than.sequence || c.sequence == than.sequence && c.stamp < than.stamp
}

// calendarIn returns the text/calendar part of a message.
func calendarIn(t *testing.T, raw []byte) *ical.Calendar {
	t.Helper()
	root, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	err = root.Walk(func(_ []int, e *message.Entity, err error) error {
		if kind, _, _ := e.Header.ContentType(); err == nil && kind == "text/calendar" {
			text, err = io.ReadAll(e.Body)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cal, err := ical.NewDecoder(bytes.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return cal
}

func (a *attendee) receive(t *testing.T, raw []byte) {
	t.Helper()
	cal := calendarIn(t, raw)
	method := cal.Props.Get("METHOD").Value
	events := cal.Events()
	if len(events) != 1 {
		t.Fatalf("got %d events in a message, want 1", len(events))
	}
	e := events[0]
	sequence, err := strconv.Atoi(e.Props.Get("SEQUENCE").Value)
	if err != nil {
		t.Fatal(err)
	}
	c := component{e.Component, sequence, e.Props.Get("DTSTAMP").Value, method == "CANCEL"}
	if id := e.Props.Get("RECURRENCE-ID"); id != nil {
		key := instantOf(t, id).Format(time.RFC3339)
		if a.forgets && a.master != nil && c.older(*a.master) {
			return // to Outlook, what is below the series' SEQUENCE is stale
		}
		if a.gone != nil && c.older(*a.gone) {
			return
		}
		if had, ok := a.sessions[key]; !ok || !c.older(had) {
			a.sessions[key] = c
		}
		return
	}
	if a.master != nil && c.older(*a.master) {
		return
	}
	a.master = &c
	if c.off {
		a.gone = &c
	}
	if a.forgets || c.off {
		for key, s := range a.sessions {
			if s.older(c) {
				delete(a.sessions, key)
			}
		}
	}
}

func instantOf(t *testing.T, p *ical.Prop) time.Time {
	t.Helper()
	at, err := p.DateTime(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// shows returns the sessions after now that the program shows, sorted.
func (a *attendee) shows(t *testing.T, now time.Time) []string {
	t.Helper()
	starts := map[string]time.Time{}
	if a.master != nil && !a.master.off {
		p := a.master.Props.Get("DTSTART")
		first, err := p.DateTime(time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		var interval, count int
		var day string
		if _, err := fmt.Sscanf(a.master.Props.Get("RRULE").Value, "FREQ=WEEKLY;INTERVAL=%d;COUNT=%d;BYDAY=%s", &interval, &count, &day); err != nil {
			t.Fatal(err)
		}
		for i := range count {
			at := first.AddDate(0, 0, 7*interval*i)
			starts[at.UTC().Format(time.RFC3339)] = at.UTC()
		}
		for _, x := range a.master.Props["EXDATE"] {
			delete(starts, instantOf(t, &x).Format(time.RFC3339))
		}
	}
	for key, c := range a.sessions {
		switch {
		case a.master != nil && a.master.off && !a.master.older(c):
		case c.off:
			delete(starts, key)
		default:
			starts[key] = instantOf(t, c.Props.Get("DTSTART"))
		}
	}
	var out []string
	for _, at := range starts {
		if at.After(now) {
			out = append(out, at.Format(time.RFC3339))
		}
	}
	slices.Sort(out)
	return out
}

// A life is a series that changes at random, and everything that was mailed of it.
type life struct {
	*rand.Rand
	series calendar.Series
	now    time.Time
	log    []scheduler.Notice
}

var people = []calendar.Address{"ana@acme.example", "bo@acme.example", "cem@acme.example"}

func newLife(seed uint64) *life {
	zones := []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"}
	r := rand.New(rand.NewPCG(seed, 1))
	return &life{Rand: r, now: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), series: calendar.Series{
		UID: "ps1", Title: "Circle", Group: "leads", Organizer: calendar.Attendee{Address: "ops@acme.example"},
		Slot:  availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: zones[seed%3]},
		First: availability.Date{Year: 2026, Month: 3, Day: 3}, Cadence: availability.Weekly, Count: 8,
	}}
}

// change makes one random change of the series.
func (l *life) change(t *testing.T) {
	t.Helper()
	sessions, err := l.series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	i := l.IntN(len(sessions))
	o := l.series.Override(sessions[i].Original)
	o.Original = sessions[i].Original
	switch l.IntN(7) {
	case 0, 1:
		at := o.Original.Add(time.Duration(1+l.IntN(40)) * 15 * time.Minute)
		o.Moved, o.Note = availability.Interval{Start: at, End: at.Add(time.Hour)}, "Moved from there to here (zone): 3 instead of 2 can attend."
		l.series = l.series.WithOverride(o)
	case 2:
		o.Moved = availability.Interval{}
		l.series = l.series.WithOverride(o)
	case 3:
		o.Cancelled = !o.Cancelled
		l.series = l.series.WithOverride(o)
	case 4:
		a := people[l.IntN(len(people))]
		if had := len(l.series.Attendees); true {
			l.series.Attendees = slices.DeleteFunc(slices.Clone(l.series.Attendees), func(at calendar.Attendee) bool { return at.Address == a })
			if len(l.series.Attendees) == had {
				l.series.Attendees = append(l.series.Attendees, calendar.Attendee{Address: a})
			}
		}
		slices.SortFunc(l.series.Attendees, func(a, b calendar.Attendee) int { return strings.Compare(string(a.Address), string(b.Address)) })
	case 5:
		l.series.Title += "!"
	case 6:
		if l.IntN(4) == 0 {
			if l.series, err = l.series.Until(l.now.AddDate(0, 0, 7*l.IntN(8))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// step changes the series and composes what is to be mailed of that.
func (l *life) step(t *testing.T, c *Composer) []scheduler.Notice {
	t.Helper()
	before := l.series
	if len(l.log) == 0 {
		before = calendar.Series{}
		l.series.Attendees = []calendar.Attendee{{Address: people[0]}, {Address: people[1]}}
	} else {
		l.now = l.now.Add(time.Duration(l.IntN(60)) * time.Hour)
		l.change(t)
		l.series.Sequence = before.Sequence + 1
	}
	notices, err := Notices(before, l.series, l.log, l.now)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range notices {
		if notices[i], err = c.Compose(n, before, l.series, ""); err != nil {
			t.Fatalf("compose %+v: %v", n, err)
		}
	}
	l.log = append(l.log, notices...)
	return notices
}

// wants returns the sessions after now that a member should see.
func (l *life) wants(t *testing.T, a calendar.Address) []string {
	t.Helper()
	var out []string
	if !slices.ContainsFunc(l.series.Attendees, func(at calendar.Attendee) bool { return at.Address == a }) {
		return nil
	}
	sessions, err := l.series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range sessions {
		if !o.Cancelled && o.Start.After(l.now) {
			out = append(out, o.Start.UTC().Format(time.RFC3339))
		}
	}
	slices.Sort(out)
	return out
}

func composer() *Composer {
	return &Composer{From: calendar.Attendee{Address: "ops@acme.example", Name: "People Ops"}, Workspace: scheduler.Workspace{
		Zone: "Europe/Berlin", Roster: scheduler.NewRoster(
			scheduler.Person{Address: "ana@acme.example", Name: "Ana Lima", Zone: "Europe/Lisbon"},
			scheduler.Person{Address: "bo@acme.example", Name: "Bo Berg", Zone: "America/New_York"},
			scheduler.Person{Address: "sy@acme.example", Name: "Sy Dean", Zone: "Australia/Sydney"},
		)}}
}

func TestEveryAttendeeEndsWithTheSessionsOfTheSeries(t *testing.T) {
	for seed := range uint64(100) {
		l, c := newLife(seed), composer()
		for range 12 {
			l.step(t, c)
		}
		for _, forgets := range []bool{false, true} {
			for _, order := range []string{"in order", "twice", "out of order"} {
				for _, a := range people {
					program := &attendee{forgets: forgets, sessions: map[string]component{}}
					for _, n := range l.arriving(order, a) {
						program.receive(t, n.Message)
					}
					if d := cmp.Diff(l.wants(t, a), program.shows(t, l.now)); d != "" {
						t.Fatalf("seed %d, %s, mail %s, a program that forgets: %v (-series +shown):\n%s", seed, a, order, forgets, d)
					}
				}
			}
		}
	}
}

// arriving returns what was mailed to a, in the order in which it arrives. Out of
// order, messages of one change overtake each other, and those of neighbouring ones.
func (l *life) arriving(order string, a calendar.Address) []scheduler.Notice {
	var out []scheduler.Notice
	for _, n := range l.log {
		if n.To == a {
			out = append(out, n)
			if order == "twice" {
				out = append(out, n)
			}
		}
	}
	if order == "out of order" {
		for i := range out {
			j := min(len(out)-1, i+l.IntN(3))
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

func TestNobodyHearsOfWhatDoesNotConcernThem(t *testing.T) {
	l, c := newLife(1), composer()
	l.step(t, c)
	before := l.series
	agenda := before
	agenda.Description, agenda.Sequence = "another agenda", 1
	joined := before
	joined.Attendees = append(slices.Clone(before.Attendees), calendar.Attendee{Address: "cem@acme.example"})
	for name, row := range map[string]struct {
		after calendar.Series
		want  []string
	}{
		"nothing changed":      {before, nil},
		"an agenda":            {agenda, nil},
		"somebody else joined": {joined, []string{"cem@acme.example invited"}},
	} {
		notices, err := Notices(before, row.after, nil, l.now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range notices {
			got = append(got, fmt.Sprintf("%s %s", n.To, n.Kind))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", name, got, row.want)
		}
	}
}
