package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
)

// full says everything that can be said.
const full = `
organizer: people-ops@acme.example      # owns every series
timezone: Europe/Berlin
store: bookings.db
calendar:
  backend: google
  folder: {path: cals}
  google: {credentials: oauth.json, token: tok.json, subject: "robot@acme.example", endpoint: "http://127.0.0.1:8080", meet: false}
  microsoft: {tenant: acme.example, client_id: 6c1f, secret_env: MS_SECRET, token: ms.json, teams: false, endpoint: "http://127.0.0.1:8080/v1.0", login: "http://127.0.0.1:8080"}
  caldav: {url: "https://dav.acme.example/", username: robot, password_env: CALDAV_PASSWORD}
  allow_hosts: [cal.intern.acme.example, "10.0.0.5:8443"]
people:
  - email: Ana@acme.example
    name: Ana Lima
    timezone: Europe/Lisbon
    hours: {mon-thu: "09:00-17:30", fri: "09:00-12:00 13:00-15:00"}
    stretch: {mon-fri: "08:00-19:00"}
    holidays: pt-30
    role: engineering-manager
    level: 5
    team: payments
    department: product
    location: lisbon
    manager: omar@acme.example
    calendar: https://feeds.acme.example/ana.ics
    away: ["2026-08-03/2026-08-21", 2026-12-24]
    paused: until 2026-03-01
  - {email: bo@acme.example, calendar: none, team: ledger}
  - {email: omar@acme.example, calendar: omar.ics, paused: true}
programs:
  - name: em-circles
    kind: circle
    people: {role: engineering-manager, level: 5, team: payments, department: product, location: lisbon, manager: omar@acme.example, emails: [ana@acme.example, bo@acme.example]}
    size: 3-5
    cadence: biweekly
    duration: 1h30m
    apart: [reporting-line, team, close-teams, department, manager, location]
    close_teams: [[payments, ledger]]
    never_together: [[ana@acme.example, bo@acme.example]]
    max_level_gap: 0
    days: [tue, wed, thu]
    only_days: mon-thu
    quorum: 75%
    rotate_after: 13w
    agenda: agendas/own.tmpl
    focus: "Leading remote teams"
    history: past.csv
    weights: {met: 500, session: 50, no_slot: 0, zone_hour: 10, department: 5}
    max_sessions_per_week: 2
    group_days: true
  - name: Leadership pairs
    kind: one-on-one
    cadence: monthly
    links: [[ana@acme.example, bo@acme.example, weekly], [ana@acme.example, omar@acme.example]]
    interdependence: {payments-ledger: strong}
groups:
  - name: berlin-leads
    program: em-circles
    members: [ana@acme.example, Bo@acme.example, omar@acme.example]
    required: [ana@acme.example]
    notes: https://wiki.acme.example/berlin-leads
repair: {horizon: 2w, notice: 48h, min_gain: 2, moves_per_session: 2, per_month: 0, reslot: move, below_quorum: cancel, cancel_within: 3d}
review: {ask: 6w, decide: 5d, stay: 20%}
workspace: emea
answer_key_env: PEERSLOT_ANSWER_KEY
max_sessions_per_week: 4
slack: {token_env: SLACK_TOKEN, endpoint: "http://127.0.0.1:8081"}
mail:
  server: smtp://mail.acme.example:587
  username: robot
  auth: oauthbearer
  token_command: [get-token, people-ops]
  from: "Peer sessions <people-ops@acme.example>"
  replies: imaps://mail.acme.example/INBOX
  authserv: mx.acme.example
  rate: 30/min
  invite: all
  templates: letters
web:
  url: https://peers.acme.example/
  admins: [mia@acme.example]
  nightly: "02:15"
  oidc: {issuer: https://login.acme.example, client_id: peerslot, secret_env: PEERSLOT_OIDC_SECRET, trust_email: true}
  trusted_proxies: [10.1.2.3/8, 192.0.2.7]
`

func TestFull(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "past.csv", "")
	got, err := config.Parse("peerslot.yaml", []byte(full), dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantFull(dir), got, cmpopts.IgnoreUnexported(config.Config{}), cmpopts.IgnoreFields(config.Config{}, "Files"), cmpopts.IgnoreFields(scheduler.Workspace{}, "Names"), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func wantFull(dir string) *config.Config {
	const ana, bo, omar = calendar.Address("ana@acme.example"), calendar.Address("bo@acme.example"), calendar.Address("omar@acme.example")
	return &config.Config{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: "people-ops@acme.example"},
			Zone:      "Europe/Berlin", URL: "https://peers.acme.example",
			Roster: scheduler.NewRoster(
				scheduler.Person{
					Address: ana, Name: "Ana Lima", Zone: "Europe/Lisbon",
					Hours:    availability.HoursOf([7][]availability.ClockRange{time.Monday: clock(9, 17.5), time.Tuesday: clock(9, 17.5), time.Wednesday: clock(9, 17.5), time.Thursday: clock(9, 17.5), time.Friday: clock(9, 12, 13, 15)}),
					Stretch:  availability.HoursOf([7][]availability.ClockRange{time.Monday: clock(8, 19), time.Tuesday: clock(8, 19), time.Wednesday: clock(8, 19), time.Thursday: clock(8, 19), time.Friday: clock(8, 19)}),
					Holidays: "PT-30",
					Away:     []scheduler.DateRange{{First: day(2026, 8, 3), Last: day(2026, 8, 21)}, {First: day(2026, 12, 24), Last: day(2026, 12, 24)}},
					Role:     "engineering-manager", Level: 5, Team: "payments", Department: "product", Location: "lisbon", Manager: omar,
					Calendar:    "https://feeds.acme.example/ana.ics",
					PausedUntil: day(2026, 3, 1),
				},
				scheduler.Person{Address: bo, Zone: "Europe/Berlin", Hours: availability.OfficeHours(), Team: "ledger", Calendar: "none"},
				scheduler.Person{Address: omar, Zone: "Europe/Berlin", Hours: availability.OfficeHours(), Calendar: "omar.ics", PausedUntil: day(9999, 12, 31)},
			),
			Programs: []scheduler.Program{
				{
					Name: "em-circles", Kind: scheduler.Circle,
					People: scheduler.Selector{
						Role: "engineering-manager", Level: 5, Team: "payments", Department: "product", Location: "lisbon",
						Manager: omar, Addresses: []calendar.Address{ana, bo},
					},
					MinSize: 3, MaxSize: 5, Cadence: availability.Biweekly, Length: 90 * time.Minute, Quorum: 0.75,
					Prefer:        availability.DaysOf(time.Tuesday, time.Wednesday, time.Thursday),
					OnlyDays:      availability.DaysOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday),
					Apart:         []scheduler.Rule{scheduler.ReportingLine, scheduler.SameTeam, scheduler.CloseTeams, scheduler.SameDept, scheduler.SameManager, scheduler.SameLocation},
					CloseTeams:    [][]string{{"payments", "ledger"}},
					NeverTogether: [][]calendar.Address{{ana, bo}}, LevelGapSet: true, RotateAfter: 13,
					Weights: map[string]int{"met": 500, "session": 50, "no_slot": 0, "zone_hour": 10, "department": 5},
					Agenda:  "agendas/own.tmpl", Focus: "Leading remote teams", History: "past.csv",
					MaxSessionsPerWeek: 2, GroupDays: true,
				},
				{
					Name: "Leadership pairs", Kind: scheduler.OneOnOne, MinSize: 2, MaxSize: 2,
					Cadence: availability.Monthly, Length: time.Hour, Quorum: 0.6, RotateAfter: 26, Agenda: "one-on-one", GroupDays: true,
					Links:           []scheduler.Link{{A: ana, B: bo, Cadence: availability.Weekly}, {A: ana, B: omar, Cadence: availability.Monthly}},
					Interdependence: map[string]string{"payments-ledger": "strong"},
				},
			},
			Groups: []scheduler.Group{{
				Name: "berlin-leads", Program: "em-circles", Members: []calendar.Address{ana, bo, omar},
				Required: []calendar.Address{ana}, Notes: "https://wiki.acme.example/berlin-leads",
			}},
			Repair: scheduler.RepairRules{Horizon: 14 * 24 * time.Hour, Notice: 48 * time.Hour, MinGain: 2, CancelBelow: true, MovesPerSession: 2, Reslot: true, CancelWithin: 72 * time.Hour},
			Review: scheduler.ReviewRules{Ask: 42 * 24 * time.Hour, Decide: 5 * 24 * time.Hour, Stay: 0.2}, ID: "emea",
		},
		Calendar: config.Calendar{
			Backend:    config.Google,
			Folder:     config.FolderOptions{Path: "cals"},
			Google:     config.GoogleOptions{Credentials: "oauth.json", Token: "tok.json", Subject: "robot@acme.example", Endpoint: "http://127.0.0.1:8080"},
			Microsoft:  config.MicrosoftOptions{Tenant: "acme.example", ClientID: "6c1f", SecretEnv: "MS_SECRET", Token: "ms.json", Endpoint: "http://127.0.0.1:8080/v1.0", Login: "http://127.0.0.1:8080"},
			CalDAV:     config.CalDAVOptions{URL: "https://dav.acme.example/", Username: "robot", PasswordEnv: "CALDAV_PASSWORD"},
			AllowHosts: []string{"cal.intern.acme.example", "10.0.0.5:8443"},
		},
		Store: "bookings.db", Dir: dir, AnswerKeyEnv: "PEERSLOT_ANSWER_KEY", AnswerKey: filepath.Join(".peerslot", "answer.key"), MaxSessionsPerWeek: 4,
		Mail: config.Mail{
			Server: &url.URL{Scheme: "smtp", Host: "mail.acme.example:587"}, Username: "robot", Auth: "oauthbearer", TokenCommand: []string{"get-token", "people-ops"},
			From:    calendar.Attendee{Address: "people-ops@acme.example", Name: "Peer sessions"},
			Replies: &url.URL{Scheme: "imaps", Host: "mail.acme.example", Path: "/INBOX"}, Authserv: "mx.acme.example", Rate: 0.5, Invite: mail.InviteAll, Templates: "letters",
		},
		Slack: config.Slack{TokenEnv: "SLACK_TOKEN", Endpoint: "http://127.0.0.1:8081"},
		Web: config.Web{
			URL: "https://peers.acme.example", Admins: []calendar.Address{"mia@acme.example"}, Nightly: config.Daytime{Set: true, At: 2*time.Hour + 15*time.Minute},
			OIDC:    config.WebOIDC{Issuer: "https://login.acme.example", ClientID: "peerslot", SecretEnv: "PEERSLOT_OIDC_SECRET", TrustEmail: true},
			Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		},
	}
}

func TestDefaults(t *testing.T) {
	got := parse(t, `
organizer: Robot <robot@acme.example>
timezone: Asia/Kolkata
people: [{email: ana@acme.example}, {email: bo@acme.example}]
programs: [{name: c}, {name: p, kind: pair}, {name: o, kind: one-on-one}]
`)
	circle := scheduler.DefaultProgram()
	circle.Name, circle.MinSize, circle.MaxSize = "c", 4, 6
	pair := circle
	pair.Name, pair.Kind, pair.MinSize, pair.MaxSize, pair.RotateAfter, pair.Agenda = "p", scheduler.Pair, 2, 3, 6, "coaching"
	one := circle
	one.Name, one.Kind, one.MinSize, one.MaxSize, one.Agenda = "o", scheduler.OneOnOne, 2, 2, "one-on-one"
	one.GroupDays = true
	want := &config.Config{
		Workspace: scheduler.Workspace{
			Organizer: calendar.Attendee{Address: "robot@acme.example", Name: "Robot"},
			Zone:      "Asia/Kolkata",
			Roster: scheduler.NewRoster(
				scheduler.Person{Address: "ana@acme.example", Zone: "Asia/Kolkata", Hours: availability.OfficeHours()},
				scheduler.Person{Address: "bo@acme.example", Zone: "Asia/Kolkata", Hours: availability.OfficeHours()},
			),
			Programs: []scheduler.Program{circle, pair, one},
			Repair:   scheduler.DefaultRepairRules(),
			Review:   scheduler.DefaultReviewRules(),
		},
		Calendar: config.Calendar{
			Backend:   config.Folder,
			Folder:    config.FolderOptions{Path: "calendars"},
			Google:    config.GoogleOptions{Credentials: "credentials.json", Token: "token.json", Meet: true},
			Microsoft: config.MicrosoftOptions{Token: "token.json", Teams: true},
		},
		Store: "peerslot.db", AnswerKey: filepath.Join(".peerslot", "answer.key"), MaxSessionsPerWeek: 3,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(config.Config{}), cmpopts.IgnoreFields(config.Config{}, "Files"), cmpopts.IgnoreFields(scheduler.Workspace{}, "Names"), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A key with nothing after it is as good as none, and so are the ways in which
// editors save text.
func TestSpellings(t *testing.T) {
	text := "\ufeff%YAML 1.2\n---\n" + `# a workspace
organizer: "robot@acme.example"
store: postgres://peerslot@db.acme.example/peerslot
calendar: {google: {subject: "", endpoint: ""}}
programs:
repair: {horizon: 1w3d, notice: 0, below_quorum: report}
timezone: UTC
people:
  - &ana
    email: ana@acme.example
    hours: &hours {mon: "09:00-24:00", tue: "", wed: , sat-sun: "22:00-02:00"}
    holidays: NO
    name: >-
      Ana
      Lima
    manager: ~
    away: 2026-08-03/2026-08-21 2026-12-24
  - {email: bo@acme.example, hours: *hours, role: "\u202a5 \u202c"}
  - <<: *ana
    email: cem@acme.example
---
`
	c := parse(t, strings.ReplaceAll(text, "\n", "\r\n"))
	ana := c.Workspace.Roster.Of("ana@acme.example")
	ana.Address, ana.Hours = "cem@acme.example", ana.Hours.With(time.Wednesday)
	want := availability.HoursOf([7][]availability.ClockRange{time.Monday: clock(9, 24), time.Saturday: clock(22, 26), time.Sunday: clock(22, 26)})
	for _, p := range c.Workspace.Roster.All() {
		if diff := cmp.Diff(want, p.Hours, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("hours of %s (-want +got):\n%s", p.Address, diff)
		}
	}
	if diff := cmp.Diff(ana, c.Workspace.Roster.Of("cem@acme.example"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("Cem, merged from Ana (-want +got):\n%s", diff)
	}
	if ana.Name != "Ana Lima" || ana.Holidays != "NO" || len(ana.Away) != 2 || c.Workspace.Roster.Of("bo@acme.example").Role != "5" {
		t.Errorf("got %+v", c.Workspace.Roster)
	}
	if c.Workspace.Repair.Horizon != 10*24*time.Hour || c.Workspace.Repair.Notice != 0 {
		t.Errorf("got repair %+v", c.Workspace.Repair)
	}
}

// Who is named by another address of theirs is named.
func TestMembersByOtherAddresses(t *testing.T) {
	c := parse(t, "organizer: robot@acme.example\ntimezone: UTC\npeople:\n  - {email: ana.lima@acme.example, aliases: [ana@acme.example]}\n  - {email: bo@acme.example, manager: ana@acme.example}\n"+
		"programs:\n  - {name: ones, kind: one-on-one, people: {emails: [ana@acme.example, bo@acme.example]}, links: [[ana@acme.example, bo@acme.example]]}\n"+
		"groups:\n  - {name: g, members: [ana@acme.example, bo@acme.example], required: [ana@acme.example]}\n")
	w, want := c.Workspace, []calendar.Address{"ana.lima@acme.example", "bo@acme.example"}
	if g, p := w.Groups[0], w.Programs[0]; !slices.Equal(g.Members, want) || !slices.Equal(g.Required, want[:1]) || !slices.Equal(w.Participants(p), want) || p.Links[0].A != want[0] || w.Roster.Of("bo@acme.example").Manager != want[0] {
		t.Errorf("group %+v, links %+v; want %s in each", g, p.Links, want[0])
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %q; want none", c.Warnings)
	}
}

// Names and words are the same however accents are written.
func TestAccents(t *testing.T) {
	c := parse(t, "organizer: robot@acme.example\ntimezone: UTC\npeople:\n  - {email: ana@acme.example, team: \"Gru\u0308n\"}\n  - {email: bo@acme.example, team: \"Gr\u00fcn\"}\n  - {email: cem@acme.example, team: payments}\n"+
		"programs:\n  - {name: \"cafe\u0301\", was: [\"the\u0301\"], people: {team: \"GR\u00dcN\"}, close_teams: [[\"GRU\u0308N\", Pay-Ments]]}\n  - {name: other, also_met: [\"cafe\u0301\"]}\n"+
		"groups:\n  - {name: \"Mu\u0308nchen\", program: \"cafe\u0301\", members: [ana@acme.example, bo@acme.example]}\n")
	w := c.Workspace
	if len(c.Warnings) > 0 {
		t.Errorf("warnings %q; want none", c.Warnings)
	}
	if a, b := w.Roster.Of("ana@acme.example").Team, w.Roster.Of("bo@acme.example").Team; a != b || len(w.Participants(w.Programs[0])) != 2 {
		t.Errorf("teams %+q and %+q; want one, which takes part", a, b)
	}
	if close := w.Programs[0].CloseTeams[0]; close[0] != w.Roster.Of("ana@acme.example").Team || close[1] != "payments" {
		t.Errorf("close teams %+q; want those of the people, whatever their case", close)
	}
	if w.Programs[0].Name != "caf\u00e9" || w.Programs[0].Was[0] != "th\u00e9" || w.Programs[1].AlsoMet[0] != "caf\u00e9" || w.Groups[0].Program != "caf\u00e9" || w.Groups[0].Name != "M\u00fcnchen" {
		t.Errorf("got %+v and %+v; want letters composed", w.Programs, w.Groups)
	}
}

func TestWarnings(t *testing.T) {
	c := parse(t, `organizer: robot@acme.example
people:
  - {email: ana@acme.example, manager: zoe@acme.example, team: payments}
  - {email: bo@acme.example, manager: zoe@acme.example}
  - {email: cem@acme.example}
programs:
  - {name: circles, people: {role: engineer}, apart: [close-teams]}
  - {name: pairs, kind: pair, close_teams: [[payments, payment]]}
`)
	c2 := parse(t, `organizer: robot@acme.example
timezone: UTC
people:
  - {email: ana@acme.example}
  - {email: bo@acme.example}
  - {email: cem@acme.example}
programs:
  - {name: circles, people: {emails: [ana@acme.example]}}
groups:
  - {name: a, members: [ana@acme.example, bo@acme.example]}
  - {name: b, program: circle, members: [ana@acme.example, bo@acme.exmaple]}
`)
	c3 := parse(t, "organizer: robot@acme.example\ntimezone: UTC\npeople: []\n")
	c4 := parse(t, "organizer: robot@acme.example\ntimezone: UTC\n")
	got := map[string][]config.Problem{"1": c.Warnings, "2": c2.Warnings, "3": c3.Warnings, "4": c4.Warnings}
	lines := map[string]string{}
	for k, w := range got {
		lines[k] = config.Errors(w).Error()
	}
	want := map[string]string{
		"1": `peerslot.yaml:1:1: timezone: not given, so series are anchored in UTC and move by an hour when clocks change; want an IANA name such as Europe/Berlin
peerslot.yaml:3:40: people[0].manager: zoe@acme.example is not among the people, so reporting lines end there
peerslot.yaml:4:39: people[1].manager: zoe@acme.example is not among the people, so reporting lines end there
peerslot.yaml:7:29: programs[0].people: nobody takes part
peerslot.yaml:7:54: programs[0].apart: close-teams keeps nobody apart without close_teams
peerslot.yaml:8:56: programs[1].close_teams[0][1]: nobody is in a team "payment"; did you mean "payments"?`,
		"2": `peerslot.yaml:4:3: people: in no program and no group: cem@acme.example
peerslot.yaml:11:24: groups[1].program: there is no program "circle"; did you mean "circles"?
peerslot.yaml:11:60: groups[1].members[1]: bo@acme.exmaple is not among the people; did you mean "bo@acme.example"?`,
		"3": "",
		"4": "peerslot.yaml:1:1: people: there is nobody yet",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHolidays(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "india.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260126\nEND:VEVENT\nEND:VCALENDAR\n")
	path := write(t, dir, "peerslot.yaml", `organizer: robot@acme.example
timezone: Asia/Kolkata
people: [{email: ana@acme.example, holidays: india.ics}, {email: bo@acme.example, holidays: de-be}]
`)
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Dir != dir {
		t.Errorf("Dir = %q, want %q", c.Dir, dir)
	}
	var holidays scheduler.HolidayFunc = c.Holidays
	for _, p := range c.Workspace.Roster.All() {
		want := map[calendar.Address][]availability.Date{
			"ana@acme.example": {day(2026, 1, 26)},
			"bo@acme.example":  {day(2026, 1, 1)},
		}[p.Address]
		got, err := holidays(p.Holidays, day(2026, 1, 1), day(2026, 1, 31))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("holidays of %s: %v (-want +got):\n%s", p.Address, err, diff)
		}
	}
	if _, err := holidays("other.ics", day(2026, 1, 1), day(2026, 1, 31)); err == nil {
		t.Error("holidays of a calendar that was not read: no error")
	}
}

func TestOrganizerOfTheRoster(t *testing.T) {
	c := parse(t, "organizer: ana@acme.example\ntimezone: UTC\npeople: [{email: ana@acme.example, name: Ana Lima}]\n")
	if want := (calendar.Attendee{Address: "ana@acme.example", Name: "Ana Lima"}); c.Workspace.Organizer != want {
		t.Errorf("organizer = %v, want %v", c.Workspace.Organizer, want)
	}
}

func TestLoadMissing(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "peerslot.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of nothing = %v, want fs.ErrNotExist", err)
	}
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString(start + "people:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - email: p%d@acme.example\n    timezone: Europe/Lisbon\n    hours: {mon-thu: \"09:00-17:30\", fri: \"09:00-12:00 13:00-15:00\"}\n    role: lead\n    level: 5\n    team: t%d\n", i, i%50)
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := config.Parse("peerslot.yaml", data, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("peerslot.yaml", []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func day(year int, month time.Month, d int) availability.Date {
	return availability.Date{Year: year, Month: month, Day: d}
}

// clock returns ranges of hours, from and to in turn.
func clock(hours ...float64) (ranges []availability.ClockRange) {
	for i := 0; i < len(hours); i += 2 {
		ranges = append(ranges, availability.ClockRange{
			From: time.Duration(hours[i] * float64(time.Hour)),
			To:   time.Duration(hours[i+1] * float64(time.Hour)),
		})
	}
	return ranges
}

func TestOwnAccounts(t *testing.T) {
	c, err := config.Parse("peerslot.yaml", []byte(`organizer: robot@acme.example
timezone: UTC
calendar: {caldav: {url: "https://dav.acme.example/", token_env: ROBOT_TOKEN, calendar: series, invite: mail}}
people:
  - {email: ana@acme.example, calendar: {caldav: "https://dav.example.net/ana/", username: ana, password_env: ANA_PASSWORD}}
  - {calendar: {caldav: "https://dav.acme.example/bo/calendar/"}, email: bo@acme.example}
  - {email: cem@acme.example, calendar: "https://feeds.acme.example/cem.ics"}
`), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if want := (config.CalDAVOptions{URL: "https://dav.acme.example/", TokenEnv: "ROBOT_TOKEN", Calendar: "series", InviteByMail: true}); c.Calendar.CalDAV != want {
		t.Errorf("got %+v, want %+v", c.Calendar.CalDAV, want)
	}
	want := map[calendar.Address]*config.CalDAVOptions{
		"ana@acme.example": {URL: "https://dav.example.net/ana/", Username: "ana", PasswordEnv: "ANA_PASSWORD"},
		"bo@acme.example":  {URL: "https://dav.acme.example/bo/calendar/"},
	}
	if diff := cmp.Diff(want, c.Accounts); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}
