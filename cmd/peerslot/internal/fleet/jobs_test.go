package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// BenchmarkJobs does the jobs of a workspace whose groups of five have names of their own, one
// member in four another address, and one a feed: books series, sends what their members are to
// hear of it, looks for what is due while much waits, and does what was done already.
func BenchmarkJobs(b *testing.B) {
	for _, groups := range []int{2_000, 20_000} {
		c, m := newLargeCrew(b, groups, &mailtest.PostOffice{Auth: []string{"PLAIN"}, Token: "secret"})
		st, err := c.Databases.Open(b.Context(), account.StoreURL(m.Config))
		if err != nil {
			b.Fatal(err)
		}
		defer st.Close()
		var batch scheduler.Batch
		for i := range groups {
			batch.Bookings = append(batch.Bookings, intended(i))
		}
		if _, err := st.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		do := func(b *testing.B, j worker.Job) {
			if _, err := c.Do(b.Context(), j); err != nil {
				b.Fatal(err)
			}
		}
		booked := 0
		b.Run(fmt.Sprint("series of ", groups), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do(b, worker.Job{Kind: worker.Series, Workspace: "a", Subject: groupName(booked % groups)})
				booked++
			}
		})
		var letters []string
		for _, one := range batch.Bookings[:min(booked, 400)] {
			told, err := st.Told(b.Context(), one.Series.UID)
			if err != nil {
				b.Fatal(err)
			}
			for _, n := range told {
				letters = append(letters, n.ID)
			}
		}
		b.Run(fmt.Sprint("message of ", groups), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				do(b, worker.Job{Kind: worker.Message, Workspace: "a", Subject: letters[i%len(letters)]})
			}
		})
		b.Run(fmt.Sprint("nothing of ", groups), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do(b, worker.Job{Kind: worker.Series, Workspace: "a", Subject: groupName(0)})
			}
		})
		dead := scheduler.Unattended{}
		for i := range groups {
			dead.Dead = append(dead.Dead, scheduler.FailedJob{Kind: string(worker.Message), Subject: fmt.Sprint("n", i), At: c.App.Now(), Why: "the server is away"})
		}
		if _, err := st.Commit(b.Context(), scheduler.Batch{Unattended: &dead}); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("nothing where much failed of ", groups), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do(b, worker.Job{Kind: worker.Series, Workspace: "a", Subject: groupName(0)})
			}
		})
		waiting := scheduler.Batch{}
		for i := range 5 * groups {
			waiting.Notices = append(waiting.Notices, scheduler.Notice{ID: fmt.Sprintf("n%06d", i), UID: batch.Bookings[i/5].Series.UID, To: personName(i), Kind: scheduler.NoticeInvited, Made: c.App.Now().Add(time.Duration(i-5*groups) * time.Second / 50), State: scheduler.NoticeWaits})
		}
		if _, err := st.Commit(b.Context(), waiting); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint("find of ", groups), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(c.Find(b.Context())) == 0 {
					b.Fatal("nothing is due")
				}
			}
		})
	}
}

// BenchmarkMember finds the workspace of a job among few and many.
func BenchmarkMember(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			stores := map[string]string{}
			for i := range n {
				stores[fmt.Sprintf("w%04d", i)] = fmt.Sprintf("w%04d.db", i)
			}
			f, _ := folderOf(b, stores)
			members, err := f.Members()
			if err != nil {
				b.Fatal(err)
			}
			jobs, err := f.openJobs(b.Context(), members[0].Config)
			if err != nil {
				b.Fatal(err)
			}
			c := &crew{Fleet: f, jobs: jobs}
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := c.member("w0007"); !ok {
					b.Fatal("not found")
				}
			}
		})
	}
}

func groupName(i int) string { return fmt.Sprintf("g%05d", i) }

func personName(i int) calendar.Address {
	return calendar.Address(fmt.Sprintf("p%06d@acme.example", i))
}

// newLargeCrew is newCrew of a workspace of many groups of five, whose members hear of their
// series from a mail server.
func newLargeCrew(b *testing.B, groups int, server *mailtest.PostOffice) (*crew, Member) {
	b.Helper()
	dir := b.TempDir()
	var text, people strings.Builder
	fmt.Fprintf(&text, "organizer: robot@acme.example\ntimezone: UTC\nworkspace: a\nstore: a.db\nmail: {server: %q, from: robot@acme.example, password_env: SECRET}\npeople: people.csv\ngroups:\n", server.Open(b, "smtp", nil))
	people.WriteString("email,timezone,aliases,calendar\n")
	for i := range 5 * groups {
		fmt.Fprintf(&people, "%s,Europe/Berlin%s\n", personName(i), []string{",,", fmt.Sprintf(",q%06d@acme.example,", i), fmt.Sprintf(",,https://feeds.example/%d.ics", i), ",,"}[i%4])
	}
	for i := range groups {
		fmt.Fprintf(&text, "  - {name: %s, members: [", groupName(i))
		for n := range 5 {
			text.WriteString(string(personName(5*i+n)) + ", ")
		}
		text.WriteString("]}\n")
	}
	for name, text := range map[string]string{"a.yaml": text.String(), "people.csv": people.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	now := func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	f, err := OpenFleet(&console.App{ConfigPath: dir, Getenv: func(string) string { return "secret" }, Now: now, Stderr: b.Output(), Quiet: true}, 1, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Close)
	members, err := f.Members()
	if err != nil || len(members) != 1 {
		b.Fatalf("the folder has %v, %v; want a workspace", members, err)
	}
	jobs, err := f.openJobs(b.Context(), members[0].Config)
	if err != nil {
		b.Fatal(err)
	}
	return &crew{Fleet: f, jobs: jobs, asked: map[string]time.Time{}, passed: map[string]int{}, noticed: map[string]string{}}, members[0]
}

// intended returns the booking of group i as it is before its series is on the calendar.
func intended(i int) scheduler.Booking {
	first := availability.Date{Year: 2026, Month: 3, Day: 9}
	s := calendar.Series{
		UID: scheduler.NewUID("robot@acme.example", groupName(i), 1), Title: "Peer circle", Organizer: calendar.Attendee{Address: "robot@acme.example"},
		Slot: availability.Slot{Day: time.Monday, Start: 10 * time.Hour, Length: time.Hour, Zone: "UTC"}, First: first, Cadence: availability.Weekly, Count: 4,
		Updated: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC),
	}
	for n := range 5 {
		s.Attendees = append(s.Attendees, calendar.Attendee{Address: personName(5*i + n)})
	}
	return scheduler.Booking{Group: groupName(i), Generation: 1, State: scheduler.Intended, Possible: 20, Attendance: 20, Created: s.Updated, Series: s}
}
