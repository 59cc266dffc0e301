package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// newFaultWorld makes a workspace with work for every command: sound has a session in
// conflict, ending is to be reviewed, fresh to be booked and circles to be formed. What
// is done to broken concerns none of them.
func newFaultWorld(t *testing.T) lifeWorld {
	t.Helper()
	w := lifeWorld{t.TempDir()}
	write(t, filepath.Join(w.dir, "peerslot.yaml"), `organizer: robot@acme.example
timezone: Europe/Berlin
people: people.csv
programs:
  - {name: own, people: {emails: [ana@acme.example, bo@acme.example]}, size: 2-4, agenda: own.txt}
  - {name: circles, people: {role: em}, size: 2-4, never_together: [[gil@acme.example, hal@acme.example]]}
  - {name: talks, kind: one-on-one, links: [[cem@acme.example, dee@acme.example]]}
groups:
  - {name: broken, program: own, members: [ana@acme.example, bo@acme.example]}
  - {name: sound, members: [cem@acme.example, dee@acme.example]}
  - {name: ending, members: [eva@acme.example, fay@acme.example]}
  - {name: fresh, members: [eva@acme.example, fay@acme.example]}
`)
	write(t, filepath.Join(w.dir, "own.txt"), "Talk.\n")
	roster := "email,role,manager,holidays\n"
	for _, p := range []string{"ana", "bo", "cem", "dee", "eva", "fay"} {
		roster += p + "@acme.example,,,\n"
	}
	for _, p := range []string{"gil", "hal", "ida", "jon"} {
		roster += p + "@acme.example,em,,\n"
	}
	write(t, filepath.Join(w.dir, "people.csv"), roster)
	for _, p := range []string{"ana", "bo", "cem", "dee", "eva", "fay", "gil", "hal", "ida", "jon"} {
		w.calendar(t, p)
	}
	w.must(t, "book", "ending", "--yes", "--start", "2026-03-02", "--slot", "tue 15:00", "--now", "2026-02-20T09:00:00Z")
	w.must(t, "book", "broken", "--yes", "--start", "2026-04-20", "--slot", "mon 10:00", "--now", "2026-04-15T09:00:00Z")
	w.must(t, "book", "sound", "--yes", "--start", "2026-04-20", "--slot", "wed 11:00", "--now", "2026-04-15T09:00:00Z")
	w.calendar(t, "cem", "DTSTART:20260527T083000Z\r\nDTEND:20260527T100000Z")
	w.calendar(t, "dee", "DTSTART:20260527T083000Z\r\nDTEND:20260527T100000Z")
	return w
}

// A fault breaks one thing of a workspace.
type fault struct {
	spoil func(t *testing.T, w lifeWorld)
	named string // how the answer names it
	ends  bool   // broken can be cancelled and booked anew without being understood
}

const (
	unusable = `broken.*the series on the organizer's calendar cannot be used`
	stranger = `zoe@acme\.example is named, and is not among the people`
)

var faults = map[string]fault{
	"endless rule":            {spoilRule("FREQ=WEEKLY"), unusable, true},
	"daily rule":              {spoilRule("FREQ=DAILY;COUNT=13"), unusable, true},
	"too long a rule":         {spoilRule("FREQ=WEEKLY;COUNT=200"), unusable, true},
	"two thousand million":    {spoilRule("FREQ=WEEKLY;COUNT=2000000000"), unusable, true},
	"truncated file":          {spoilFile, unusable, true},
	"undecodable booking":     {inStore(`UPDATE booking SET record = '{"Series": 5' WHERE group_name = 'broken'`), `broken.*booking in the store cannot be used`, true},
	"undecodable settings":    {inStore(`INSERT INTO own_setting (person, version, record) VALUES ('jon@acme.example', 1, '{')`), `jon@acme\.example.* set about themselves cannot be read`, false},
	"settings of no region":   {inStore(`INSERT INTO own_setting (person, version, record) VALUES ('jon@acme.example', 1, '{"Person": "jon@acme.example", "Own": {"Zone": "Europe/Berlin", "Holidays": "days.ics"}}')`), `jon@acme\.example.* set about themselves cannot be read: no public holidays are known`, false},
	"undecodable round":       {inStore(`INSERT INTO round (program, number, start_date, seed, members, promised, created) VALUES ('own', 1, 'soon', '1', '[]', '[]', 1)`), `own.*round 1 of program "own" cannot be read`, false},
	"undecodable mark":        {inStore(`UPDATE setting SET value = '{' WHERE name = 'workspace'`), `store: whose the store is cannot be read`, false},
	"missing program":         {inFile("peerslot.yaml", "name: own", "name: another"), `broken.*"own" is not configured`, false},
	"leaver named in a rule":  {inFile("peerslot.yaml", "[gil@acme.example, hal", "[zoe@acme.example, hal"), stranger, false},
	"leaver named in a link":  {inFile("peerslot.yaml", "links: [[cem", "links: [[zoe@acme.example, dee@acme.example], [cem"), stranger, false},
	"leaver named in a group": {inFile("peerslot.yaml", "members: [ana", "members: [zoe@acme.example, ana"), stranger, false},
	"unreadable roster line":  {inFile("people.csv", "jon@acme.example,em,,", "jon@acme.example,em,,\nkim at acme,em,,"), `people\.csv:12`, false},
	"unreadable roster quote": {inFile("people.csv", "jon@acme.example,em,,", "jon@acme.example,em,,\nkim \"@acme.example,em,,"), `people\.csv:12`, false},
	"managers in a circle":    {inFile("people.csv", "ida@acme.example,em,,\njon@acme.example,em,,", "ida@acme.example,em,jon@acme.example,\njon@acme.example,em,ida@acme.example,"), `people\.csv:10.*never ends`, false},
	"unknown region":          {inFile("people.csv", "jon@acme.example,em,,", "jon@acme.example,em,,Germany"), `people\.csv:11.*Germany`, false},
	"template that fails":     {inFile("own.txt", "Talk.", "{{.Nobody}}"), `own: its agenda cannot be used`, false},
}

// broad are the commands that look at everything, each with what it says of what is in
// order.
var broad = []struct {
	args  []string
	wants []string
}{
	{[]string{"status"}, []string{`(?m)^sound\s+wed 11:00`, `(?m)^ending\s+tue 15:00`, `(?m)^fresh\s+not booked`}},
	{[]string{"groups"}, []string{`(?m)^broken\s.*mon 10:00`, `(?m)^sound\s.*wed 11:00`, `(?m)^ending\s`, `(?m)^fresh\s`}},
	{[]string{"check"}, []string{`cem@acme\.example`, `jon@acme\.example`}},
	{[]string{"export", "--all", "-o", "DIR/out"}, []string{`sound\.ics`, `ending\.ics`}},
	{[]string{"book", "--all", "--yes"}, []string{`Booked fresh`}},
	{[]string{"form", "circles", "--yes"}, []string{`Formed round 1 of circles: 2 groups`}},
	{[]string{"repair", "--yes"}, []string{`sound`, `1 change`}},
	{[]string{"review", "--yes"}, []string{`ending`}},
	{[]string{"history"}, []string{`sound\s+booked`, `ending\s+booked`}},
}

// One fault stops one thing. Whatever is broken, every command does all
// else, names it, and says that somebody must look.
func TestOneFaultStopsOneThing(t *testing.T) {
	t.Parallel()
	sound := newFaultWorld(t)
	for _, c := range broad {
		w := sound.copied(t)
		if got := w.run(t, c.args...); got.status != console.ExitDone || !said(got, c.wants) {
			t.Errorf("undisturbed, peerslot %v: status %d\n%s%s\nwant %q", c.args, got.status, got.stdout, got.stderr, c.wants)
		}
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoilt := sound.copied(t)
			f.spoil(t, spoilt)
			for _, c := range broad {
				w := spoilt.copied(t)
				got := w.run(t, c.args...)
				if got.status != console.ExitPerson || !said(got, append(c.wants, f.named)) || twice(got.stdout) {
					t.Errorf("peerslot %v: status %d\n%s%s\nwant 3, %q and %q named once", c.args, got.status, got.stdout, got.stderr, c.wants, f.named)
				}
			}
			if f.ends {
				spoilt.endsBroken(t)
			}
		})
	}
}

// endsBroken tests that the broken series can be cancelled, and can have another slot.
func (w lifeWorld) endsBroken(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{{"cancel", "broken", "--yes"}, {"repair", "--rebook", "broken", "--yes"}} {
		c := w.copied(t)
		if got := c.run(t, args...); got.status != console.ExitDone && got.status != console.ExitPerson {
			t.Errorf("peerslot %v: status %d\n%s%s\nwant it done", args, got.status, got.stdout, got.stderr)
		}
		if got := c.run(t, "status"); got.status != console.ExitDone || !said(got, []string{`(?m)^broken\s`}) {
			t.Errorf("after peerslot %v, status: status %d\n%s%s\nwant nothing to see", args, got.status, got.stdout, got.stderr)
		}
	}
}

// twice reports whether a line that names what needs a person is there twice.
func twice(text string) bool {
	named := map[string]bool{}
	for line := range strings.Lines(text) {
		if named[line] {
			return true
		}
		named[line] = strings.HasPrefix(line, "! ")
	}
	return false
}

// said reports whether the answers have all that is wanted.
func said(r ran, patterns []string) bool {
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(r.stdout + r.stderr) {
			return false
		}
	}
	return true
}

// inFile puts one text in the place of another one in a file of the workspace.
func inFile(name, old, text string) func(*testing.T, lifeWorld) {
	return func(t *testing.T, w lifeWorld) {
		t.Helper()
		path := filepath.Join(w.dir, name)
		before := readText(t, path)
		after := strings.Replace(before, old, text, 1)
		if after == before {
			t.Fatalf("%s has no %q:\n%s", name, old, before)
		}
		write(t, path, after)
	}
}

// organizers returns the path of the series of broken on the organizer's calendar.
func (w lifeWorld) organizers(t *testing.T) string {
	t.Helper()
	b, ok := w.bookings(t).Current("broken")
	found, err := filepath.Glob(filepath.Join(w.dir, "calendars", "robot@acme.example", string(b.Series.UID)+"*.ics"))
	if !ok || err != nil || len(found) != 1 {
		t.Fatalf("files of %s: %v, %v; want one", b.Series.UID, found, err)
	}
	return found[0]
}

var rule = regexp.MustCompile(`RRULE:.*`)

func spoilRule(text string) func(*testing.T, lifeWorld) {
	return func(t *testing.T, w lifeWorld) {
		t.Helper()
		path := w.organizers(t)
		write(t, path, rule.ReplaceAllString(readText(t, path), "RRULE:"+text+"\r"))
	}
}

func spoilFile(t *testing.T, w lifeWorld) {
	t.Helper()
	path := w.organizers(t)
	text := readText(t, path)
	if err := os.WriteFile(path, []byte(text[:len(text)/2]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// inStore carries out a statement in the store.
func inStore(statement string) func(*testing.T, lifeWorld) {
	return func(t *testing.T, w lifeWorld) {
		t.Helper()
		db, err := sql.Open("sqlite", filepath.Join(w.dir, "peerslot.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

// Whose line of the roster cannot be read is not taken for gone: they stay invited, and
// nothing is known of their time.
func TestNobodyGoesByATypo(t *testing.T) {
	t.Parallel()
	w := newFaultWorld(t)
	inFile("people.csv", "ana@acme.example,", "ana at acme,")(t, w)
	path := w.organizers(t)
	before := readText(t, path)
	got := w.run(t, "repair", "--yes")
	if got.status != console.ExitPerson || !said(got, []string{`people\.csv:2`, `ana@acme\.example`}) {
		t.Errorf("repair: status %d\n%s%s\nwant the line named, and ana unknown", got.status, got.stdout, got.stderr)
	}
	if after := readText(t, path); after != before {
		t.Errorf("the series is\n%s\nwant it as it was:\n%s", after, before)
	}
}
