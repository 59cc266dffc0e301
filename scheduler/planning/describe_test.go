package planning_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// describe renders the text of a booking as a night would.
func describe(t *testing.T, w *world, b scheduler.Booking, g scheduler.Group, series calendar.Series, anyway bool) (string, []calendar.Address) {
	t.Helper()
	snapshot := schedulertest.ReadNight(t, w.Service)
	p, err := planning.New(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	text, leaders, err := p.Describe(b, g, series, anyway)
	if err != nil {
		t.Fatal(err)
	}
	return text, leaders
}

func TestLeadersFollow(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	g := w.Workspace.Groups[0]
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	text, leaders := describe(t, w, b, g, b.Series, false)
	if text != b.Series.Description || !slices.Equal(leaders, b.Facilitators) {
		t.Errorf("nothing happened, and the text is another one:\n%s\nwant\n%s", text, b.Series.Description)
	}
	// A conflict of the leader's changes nothing; it may pass.
	w.Fake.Meet(b.Facilitators[0], sessions[0].Interval)
	if _, leaders := describe(t, w, b, g, b.Series, false); !slices.Equal(leaders, b.Facilitators) {
		t.Errorf("leaders %v; want the table as it was", leaders)
	}
	// A decline, and a session that moved to where its leader cannot come, do.
	series := b.Series
	declined, moved := 1, 2
	to := availability.Interval{Start: sessions[moved].Start.Add(2 * time.Hour), End: sessions[moved].End.Add(2 * time.Hour)}
	w.Fake.Meet(b.Facilitators[moved], to)
	series = series.WithOverride(calendar.Override{Original: sessions[declined].Original, RSVPs: map[calendar.Address]calendar.RSVP{b.Facilitators[declined]: calendar.Declined}})
	series = series.WithOverride(calendar.Override{Original: sessions[moved].Original, Moved: to})
	series = series.WithOverride(calendar.Override{Original: sessions[5].Original, Cancelled: true})
	text, leaders = describe(t, w, b, g, series, true)
	for i, a := range leaders {
		if changed := a != b.Facilitators[i]; changed != (i == declined || i == moved) {
			t.Errorf("session %d is led by %s, it was %s", i+1, a, b.Facilitators[i])
		}
	}
	if strings.Contains(text, sessions[5].Start.Format("Mon 2 Jan")+": ") {
		t.Errorf("the table names a session that is cancelled:\n%s", text)
	}
	if _, leaders = describe(t, w, b, g, series, false); leaders[declined] != b.Facilitators[declined] {
		t.Error("a decline of one session, a week ahead, changed the table by itself")
	}
	w.Now = func() time.Time { return sessions[declined].Start.Add(-48 * time.Hour) }
	if _, leaders = describe(t, w, b, g, series, false); leaders[declined] == b.Facilitators[declined] {
		t.Error("two days ahead somebody who declined is still to lead")
	}
	// Who left leads no more; what is over stays as it was.
	w.Now = func() time.Time { return sessions[4].End }
	gone := b.Facilitators[0]
	left := g
	left.Members = slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool { return a == gone })
	_, leaders = describe(t, w, b, left, b.Series, false)
	if !slices.Equal(leaders[:5], b.Facilitators[:5]) || slices.Contains(leaders[5:], gone) {
		t.Errorf("leaders %v; want the first five as they were, and %s in none after", leaders, gone)
	}
}

// Leaders whom a change calls for are the ones that the next night finds, too: here nobody
// can come to one session, and the leader of the next one cannot.
func TestLeadersAreFoundAtOnce(t *testing.T) {
	w, b := booked(t, ana, bo, cem)
	series := b.Series
	for i, people := range map[int][]calendar.Address{1: {ana, bo, cem}, 2: {b.Facilitators[2]}} {
		iv := calendartest.Sessions(b.Series)[i]
		to := availability.Interval{Start: iv.Start.Add(time.Hour), End: iv.End.Add(time.Hour)}
		for _, a := range people {
			w.Fake.Meet(a, to)
		}
		series = series.WithOverride(calendar.Override{Original: iv.Start, Moved: to})
	}
	text, leaders := describe(t, w, b, w.Workspace.Groups[0], series, true)
	b.Facilitators = leaders
	if again, _ := describe(t, w, b, w.Workspace.Groups[0], series, false); again != text {
		t.Errorf("the text is\n%s\nand then\n%s", text, again)
	}
}

// The invite says from the beginning when the series ends, what follows, and how to
// have a say in it.
func TestInviteAsks(t *testing.T) {
	_, b := booked(t, ana, bo)
	for _, want := range []string{"last session is on Tue 31 Mar", "By Sat 21 Mar it is decided", "From Tue 3 Mar on, tell " + string(organizer), "keep, rarer, oftener or stop", "from three answers on", "who runs the server could find out"} {
		if !strings.Contains(b.Series.Description, want) {
			t.Errorf("the invite does not say %q:\n%s", want, b.Series.Description)
		}
	}
	w := newWorld(t, ana, bo)
	w.Workspace.URL = "https://peers.acme.example/"
	r := w.NewGroup("g", ana, bo)
	if text := w.Plan(t, r)[0].Booking.Series.Description; !strings.Contains(text, "say at https://peers.acme.example/groups/g/answer") {
		t.Errorf("the invite does not name the page:\n%s", text)
	}
	r.Search.Count = 1
	if text := w.Plan(t, r)[0].Booking.Series.Description; !strings.Contains(text, "Nothing follows by itself") {
		t.Errorf("the invite of one session:\n%s", text)
	}
}

// What an invite says will follow is what the review can decide about such a group.
func TestInviteSaysWhatMayFollow(t *testing.T) {
	for _, c := range []struct {
		program          string
		rotate, sessions int
		want             string
	}{
		{"", 26, 13, "what follows: the same again, rarer, oftener, or an end."},
		{"circles", 0, 13, "what follows: the same again, rarer, oftener, or an end."},
		{"circles", 26, 13, "what follows: the same again, rarer, oftener, an end, or new groups."},
		{"circles", 13, 13, "what follows: new groups, or an end."},
		{"pairs", 3, 3, "what follows: new groups, or an end."},
		{"pairs", 6, 3, "Nothing follows by itself"},
	} {
		w := newWorld(t, ana, bo)
		p := scheduler.DefaultProgram()
		p.Name, p.RotateAfter = c.program, c.rotate
		r := w.NewGroup("g", ana, bo)
		r.Program, r.Group.Program, r.Search.Count = &p, c.program, c.sessions
		if text := w.Plan(t, r)[0].Booking.Series.Description; !strings.Contains(text, c.want) {
			t.Errorf("%+v: the invite says\n%s", c, text)
		}
	}
}

func TestFacilitatorsCanAttend(t *testing.T) {
	w := newWorld(t, ana, bo)
	r := w.NewGroup("g", ana, bo)
	r.Stay, r.Anyway = true, true
	r.Slot = schedulertest.Slot(t, "tue 15:00")
	for week := range 13 {
		from := at(1, 6, 15).Start.AddDate(0, 0, 7*week)
		w.Fake.Meet(ana, availability.Interval{Start: from, End: from.Add(time.Hour)})
	}
	for i, f := range w.MustBook(t, w.Plan(t, r)[0]).Facilitators {
		if f != bo {
			t.Errorf("session %d is led by %s, who cannot attend any", i+1, f)
		}
	}
}
