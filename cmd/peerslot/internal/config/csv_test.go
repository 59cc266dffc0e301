package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
)

// Rows are no repetitions: a roster may have as many as it likes, of as many columns as HR
// systems export.
func TestRowsAreNoSteps(t *testing.T) {
	steps := func(rows int) int {
		dir := t.TempDir()
		people := "email,name,role,team\n"
		for i := range rows {
			people += fmt.Sprintf("p%d@acme.example,P %d,lead,a\n", i, i)
		}
		if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte(people), 0o600); err != nil {
			t.Fatal(err)
		}
		return config.Steps(start+"people: people.csv\n", dir)
	}
	if few, many := steps(1), steps(100); few == 0 || many != few {
		t.Errorf("%d steps for a row, %d for a hundred", few, many)
	}
}

// The same people, as different programs write them.
func TestCSV(t *testing.T) {
	want := scheduler.NewRoster(
		scheduler.Person{
			Address: "ana@acme.example", Name: `Lima, Ana "Aninha"`, Zone: "Europe/Lisbon",
			Hours: availability.HoursOf([7][]availability.ClockRange{
				time.Monday: clock(9, 17.5), time.Tuesday: clock(9, 17.5), time.Wednesday: clock(9, 17.5), time.Thursday: clock(9, 17.5),
				time.Friday: clock(9, 12, 13, 15),
			}),
			Holidays: "PT",
			Away:     []scheduler.DateRange{{First: day(2026, 8, 3), Last: day(2026, 8, 21)}, {First: day(2026, 12, 24), Last: day(2026, 12, 24)}},
			Level:    5, Team: "42", Calendar: "none", PausedUntil: day(2026, 3, 1),
		},
		scheduler.Person{Address: "bö@acme.example", Name: "Bö", Zone: "UTC", Hours: availability.OfficeHours(), Manager: "ana@acme.example"},
	)
	tests := []struct{ name, text string }{
		{"commas", `email,name,timezone,hours,holidays,away,level,team,calendar,paused,manager
ana@acme.example,"Lima, Ana ""Aninha""",Europe/Lisbon,mon-thu 09:00-17:30; fri 09:00-12:00 13:00-15:00,PT,2026-08-03/2026-08-21 2026-12-24,5,42,none,until 2026-03-01,
bö@acme.example,Bö,,,,,,,,,ana@acme.example
`},
		{"a European spreadsheet", "\ufeff" + strings.ReplaceAll(`Email;NAME; timezone ;Hours;Holidays;Away;Level;Team;Calendar;Paused;Manager
Ana@acme.example;"Lima, Ana ""Aninha""";Europe/Lisbon;"mon-thu 09:00-17:30;
fri 09:00-12:00, 13:00-15:00";pt;"2026-08-03/2026-08-21, 2026-12-24";5;42;None;2026-03-01;
;;;;;;;;;;
bö@acme.example;Bö;;;;;;;;;ana@acme.example
`, "\n", "\r\n")},
		{"tabs", strings.ReplaceAll(`manager|email|name|timezone|hours|holidays|away|level|team|calendar|paused
|ana@acme.example|"Lima, Ana ""Aninha"""|Europe/Lisbon|mon,tue,wed,thu 09:00-17:30; fri 09:00-12:00 13:00-15:00|PT|2026-08-03/2026-08-21;2026-12-24|5|42|none|until 2026-03-01
ana@acme.example|bö@acme.example|Bö||||||||
`, "|", "\t")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "people.csv", tt.text)
			c, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, c.Workspace.Roster); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A cell says of travel and of calendars what YAML says.
func TestCSVTravelAndCalendars(t *testing.T) {
	const yaml = `calendar: {backend: google}
people:
  - email: ana@acme.example
    travel: [{from: 2026-05-04, to: 2026-05-22, timezone: Asia/Tokyo, hours: {mon-thu: "10:00-18:00", fri: "10:00-12:00"}, holidays: JP}, {from: 2026-07-01, to: 2026-07-01, timezone: UTC}]
    calendar: [backend, "https://acme.example/ana.ics", {google: room@acme.example}, {caldav: "https://dav.acme.example/", username: ana, password_env: ANA}]
  - {email: bo@acme.example, calendar: {caldav: "https://dav.acme.example/", token_env: BO}}
  - {email: cem@acme.example, calendar: "my calendars/cem.ics"}
`
	want, err := config.Parse("peerslot.yaml", []byte(start+yaml), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, "people.csv", `email,travel,calendar
ana@acme.example,2026-07-01 UTC; 2026-05-04/2026-05-22 Asia/Tokyo hours: mon-thu 10:00-18:00; fri 10:00-12:00 holidays: JP,"backend; https://acme.example/ana.ics; google: room@acme.example
caldav: https://dav.acme.example/ username: ana password_env: ANA"
bo@acme.example,,caldav: https://dav.acme.example/ token_env: BO
cem@acme.example,,my calendars/cem.ics
`)
	got, err := config.Parse("peerslot.yaml", []byte(start+"calendar: {backend: google}\npeople: people.csv\n"), dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Workspace.Roster, got.Workspace.Roster); diff != "" {
		t.Errorf("(-yaml +csv):\n%s", diff)
	}
	if diff := cmp.Diff(want.Accounts, got.Accounts); diff != "" {
		t.Errorf("accounts (-yaml +csv):\n%s", diff)
	}
	write(t, dir, "people.csv", "email,calendar\nana@acme.example,backend\nbo@acme.example,caldav: dav.acme.example\n")
	got, err = config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
	if err != nil {
		t.Fatal(err)
	}
	if bo := got.Workspace.Roster.Of("bo@acme.example"); bo.Unread == "" {
		t.Errorf("of an account that cannot be read: %+v; want that not all is known of bo", bo)
	}
}

func TestCSVProblems(t *testing.T) {
	const columns = "aliases, away, calendar, department, email, holidays, hours, level, location, mail, manager, name, paused, role, stretch, team, timezone, travel"
	const missing = "1:1: people: column email is missing: want a first row that names the columns, of " + columns
	tests := []struct {
		name, text string
		want       string // one line for each problem, without the path of the file
	}{
		{"empty", "", "1:1: people: want a first row that names the columns, of " + columns},
		{"many columns", strings.Repeat("a,", 101), "1:1: people: want a first row that names the columns, of " + columns},
		{"columns", "Email,nmae,colour,EMAIL\n", `1:7: people: unknown column "nmae"; did you mean "name"?
1:19: people: column "email" is given twice`},
		{"column without a name", "email,nmae,\n", `1:7: people: unknown column "nmae"; did you mean "name"?`},
		{"no email", "name,team\nAna,payments\n", missing + `; it has "name", "team"`},
		{"no header", "ana@acme.example,Ana\n", missing + "; it holds something else than names"},
		{"a file of secrets", "{access_token: ya29}\n", missing + "; it holds something else than names"},
		{"columns and cells", "email,nmae,level,Level,hours\nana@acme.example,Ana,x,y,08:00\nbo,Bo,5,x,;\n", `1:7: people: unknown column "nmae"; did you mean "name"?
1:18: people: column "level" is given twice
2:22: people[0].level: want a whole number from 1 to 1000, not "x"
2:26: people[0].hours: want days and times such as mon-thu 09:00-17:30; fri 09:00-12:00, not "08:00"
3:1: people[1].email: want a mail address such as ana@acme.example, not "bo"
3:11: people[1].hours: want days and times such as mon-thu 09:00-17:30; fri 09:00-12:00, not ";"`},
		{"no email, and cells", "name,level\nAna,x\nBo,5\nCem\n", missing + `; it has "name", "level"
2:5: people[0].level: want a whole number from 1 to 1000, not "x"
4:1: people: want 2 cells as in the first row, not 1`},
		{"cells around a quote", "email,level\nana,1\nbo@acme.example,\"5\" x\ncem,y\n", `2:1: people[0].email: want a mail address such as ana@acme.example, not "ana"
3:19: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled
4:1: people[1].email: want a mail address such as ana@acme.example, not "cem"
4:5: people[1].level: want a whole number from 1 to 1000, not "y"`},
		{"cells after an open quote", "email,level\nana@acme.example,\"5\nbo,5\ncem@acme.example,\"x\"\n", `2:1: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled
3:1: people[0].email: want a mail address such as ana@acme.example, not "bo"
4:18: people[1].level: want a whole number from 1 to 1000, not "x"`},
		{"cells after a quote that is never closed", "email,level\nana@acme.example,\"5\nbo,5\n\ncem@acme.example,ü\"\"\n", `2:1: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled
3:1: people[0].email: want a mail address such as ana@acme.example, not "bo"
5:19: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled`},
		{"cells", "email,name\nana@acme.example\nbo@acme.example,Bo,x\n", `2:1: people: want 2 cells as in the first row, not 1
3:1: people: want 2 cells as in the first row, not 3`},
		{"values", "email,name,level,hours,away\nünal,Ü,x,mon 9-5,soon\n,Bo,,,\n", `2:1: people[0].email: want a mail address such as ana@acme.example, not "ünal"
2:8: people[0].level: want a whole number from 1 to 1000, not "x"
2:10: people[0].hours: want times such as 09:00-17:30, or 09:00-12:00 13:00-15:00 that do not overlap, not "9-5"
2:18: people[0].away: want dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24, not "soon"
3:1: people[1]: email is missing: want a mail address such as ana@acme.example`},
		{"travel", "email,travel\nana@acme.example,soon\nbo@acme.example,2026-05-22/2026-05-04 Asia/Tokio\n", `2:18: people[0].travel[0].from: want a date such as 2026-05-04, not "soon"
2:18: people[0].travel[0].to: want a date such as 2026-05-04, not "soon"
2:18: people[0].travel[0]: timezone is missing: want trips such as 2026-05-04/2026-05-22 Asia/Tokyo
3:17: people[1].travel[0].timezone: want an IANA time zone such as Europe/Berlin, not "Asia/Tokio"
3:17: people[1].travel[0]: the trip ends before it begins`},
		{"several calendars", "email,calendar\nana@acme.example,backend; none; google:\nbo@acme.example,a.ics; ftp://b.example/secret\n", `2:18: people[0].calendar[1]: none stands alone, not in a list
2:18: people[0].calendar[2]: want the ID of a Google calendar
2:18: people[0].calendar[2]: ana@acme.example has a further Google calendar, but the workspace's calendar is not on Google; name the address of its .ics feed instead
3:17: people[1].calendar[1]: want an https:// or webcal:// URL, the path of an .ics file, or none`},
		{"secret", "email,calendar\nana@acme.example,ftp://feeds.acme.example/secret\n", "2:18: people[0].calendar: want an https:// or webcal:// URL, the path of an .ics file, or none"},
		{"quote", "email,name\nana@acme.example,Ana \"Lima\n", "2:22: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled"},
		{"open quote", "email,name\nana@acme.example,\"Ana\n", "2:22: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled"},
		{"Latin-1", "email,name\nana@acme.example,Jos\xe9\n", "2:21: this character is not UTF-8: save the file as UTF-8"},
		{"UTF-16", "\xff\xfee\x00", "1:1: the file is UTF-16: save it as UTF-8"},
		{"rows", "email\n" + strings.Repeat("\"\"\n", 260_000), "250002:1: people: there are more than 250000 rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, dir, "people.csv", tt.text)
			got := problems(t, start+"people: people.csv\ngroups: []\n", dir)
			want := path + ":" + strings.ReplaceAll(tt.want, "\n", "\n"+path+":")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A row that cannot be read is named, and hinders no other: whose it is stays on the
// roster, and nothing is said of who is missing.
func TestCSVRowsThatCannotBeRead(t *testing.T) {
	const head = "email,level\nana@acme.example,1\n"
	for name, c := range map[string]struct {
		row, want string
		unread    calendar.Address // who is there, and of whom not all is known
	}{
		"address": {"bo at acme,1", "people[1].email: want a mail address such as ana@acme.example, not \"bo at acme\"", ""},
		"no one":  {",1", "people[1]: email is missing: want a mail address such as ana@acme.example", ""},
		"level":   {"bo@acme.example,x", "people[1].level: want a whole number from 1 to 1000, not \"x\"", "bo@acme.example"},
		"cells":   {"bo@acme.example", "people: want 2 cells as in the first row, not 1", ""},
		"quote":   {"bo \"x@acme.example,1", "people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled", ""},
		"twice":   {"ana@acme.example,2", "people[1].email: ana@acme.example is given twice, first in line 2", ""},
	} {
		dir := t.TempDir()
		path := write(t, dir, "people.csv", head+c.row+"\ncem@acme.example,3\n")
		got, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\ngroups: [{name: a, members: [cem@acme.example, dee@acme.example]}]\n"), dir)
		if err != nil {
			t.Errorf("%s: %v, want the others", name, err)
			continue
		}
		w := got.Workspace
		if len(w.Unread) != 1 || !strings.HasPrefix(w.Unread[0], path+":3:") || !strings.HasSuffix(w.Unread[0], ": "+c.want) {
			t.Errorf("%s: unread are %q, want %q in line 3", name, w.Unread, c.want)
		}
		if w.Roster.Of("ana@acme.example").Level != 1 || w.Roster.Of("cem@acme.example").Level != 3 || len(got.Warnings) > 0 {
			t.Errorf("%s: the roster is %+v, with %v; want ana and cem as they are, and no word of dee", name, w.Roster, got.Warnings)
		}
		for a, p := range w.Roster.All() {
			if (p.Unread != "") != (a == c.unread) {
				t.Errorf("%s: of %s is said %q", name, a, p.Unread)
			}
		}
	}
}

// A region that nobody knows, and managers in a circle, are faults of their rows, too. Who
// leads the company may be their own manager.
func TestCSVRegionsAndManagers(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "people.csv", "email,holidays,manager\nana@acme.example,PT,ana@acme.example\nbo@acme.example,Germany,cem@acme.example\ncem@acme.example,,bo@acme.example\n")
	got, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		path + `:3:17: people[1].holidays: no public holidays are known of "Germany": want an ISO 3166 code of ` + countries + `, or a part of one such as DE-BE; for other countries an .ics file of holidays, or use away`,
		path + ":3:25: people[1].manager: the chain of managers never ends: bo@acme.example -> cem@acme.example -> bo@acme.example",
		path + ":2:21: people[0].manager: ana@acme.example is their own manager, so their reporting line ends there",
	}
	said := slices.Clone(got.Workspace.Unread)
	for _, p := range got.Warnings {
		said = append(said, p.String())
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if bo := got.Workspace.Roster.Of("bo@acme.example"); bo.Holidays != "" || bo.Unread == "" {
		t.Errorf("bo is %+v, want no region of which nobody has the holidays", bo)
	}
}

// Nobody can say who is missing while rows are.
func TestCSVProblemsHideMentions(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "people.csv", "email,team\nana@acme.example,\"a\" b\nbo@acme.example\n")
	got := problems(t, start+"people: people.csv\ngroups: [{name: a, members: [ana@acme.example, bo@acme.example]}]\n", dir)
	want := path + ":2:20: people: this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled\n" +
		path + ":3:1: people: want 2 cells as in the first row, not 1"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// When nobody could be read, nothing is said of who is missing.
func TestCSVProblemsComeAfterThoseOfTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "people.csv", "name\nAna\n")
	got, rest, _ := strings.Cut(problems(t, start+"people: people.csv\ngroups: [{name: a, members: [ana@acme.example, bo@acme.example]}]\nstores: a\n", dir), " that names the columns")
	want := "peerslot.yaml:5:1: unknown key \"stores\"; did you mean \"store\"?\n" + path + ":1:1: people: column email is missing: want a first row"
	if !strings.HasSuffix(rest, `; it has "name"`) {
		t.Errorf("the columns that are there are not named: %s", rest)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What HR systems and spreadsheets export is read as it comes.
func TestCSVOfHRSystems(t *testing.T) {
	for name, c := range map[string]struct{ csv, want string }{
		"BambooHR": {"Employee #,First Name,Last Name,Job Title,Department,Location,Reporting to,Work Email,Hire Date\n" +
			"1,Ana,Lima,Engineering Manager,Product,Lisbon,\"Berg, Omar\",ana@acme.example,2020-01-01\n" +
			"2,Omar,Berg,VP,product,Berlin,,omar@acme.example,2019-01-01\n", "Ana Lima,Engineering Manager,Product,omar@acme.example"},
		"Workday": {"Worker,Employee ID,Email - Work,Business Title,Supervisory Organization,Manager ID\n" +
			"Ana Lima,7,ana@acme.example,engineering-manager,Product,8\nOmar Berg,8,omar@acme.example,VP,Product,\n", "Ana Lima,engineering-manager,Product,omar@acme.example"},
		"Workday, preferred": {"Employee ID\tPreferred Name - First Name\tPreferred Name - Last Name\tEmail - Primary Work\tBusiness Title\tSupervisory Organization\tWorker's Manager\n" +
			"7\tAna\tLima\tana@acme.example\tEM\tProduct\tOmar Berg\n8\tOmar\tBerg\tomar@acme.example\tVP\tProduct\t\n", "Ana Lima,EM,Product,omar@acme.example"},
		"ADP": {"Legal First Name,Legal Last Name,Work Contact: Work Email,Job Title Description,Home Department Description,Reports To Associate ID,Associate ID\n" +
			"Ana,Lima,ana@acme.example,EM,Product,8,7\nOmar,Berg,omar@acme.example,VP,Product,,8\n", "Ana Lima,EM,Product,omar@acme.example"},
		"HiBob":              {"Display name;Email;Job title;Department;Site;Reports to\nAna Lima;ana@acme.example;EM;Product;Lisbon;Omar Berg\nOmar Berg;omar@acme.example;VP;Product;Berlin;\n", "Ana Lima,EM,Product,omar@acme.example"},
		"manager by address": {"Email,Full name,Title,Dept,Manager Email\nana@acme.example,Ana Lima,EM,Product,omar@acme.example\nomar@acme.example,Omar Berg,VP,Product,\n", "Ana Lima,EM,Product,omar@acme.example"},
		"both spellings":     {"email,Work Email,name,role,department,manager\nana@acme.example,x,Ana Lima,EM,Product,nobody\nomar@acme.example,y,Omar,VP,product,\n", "Ana Lima,EM,Product,"},
	} {
		dir := t.TempDir()
		write(t, dir, "people.csv", c.csv)
		got, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ana := got.Workspace.Roster.Of("ana@acme.example")
		if s := strings.Join([]string{ana.Name, ana.Role, ana.Department, string(ana.Manager)}, ","); s != c.want {
			t.Errorf("%s: got %s, want %s", name, s, c.want)
		}
		if omar := got.Workspace.Roster.Of("omar@acme.example"); omar.Department != ana.Department {
			t.Errorf("%s: departments %q and %q differ", name, ana.Department, omar.Department)
		}
	}
	for head, want := range map[string]string{"PK\x03\x04rest": "spreadsheet (.xlsx)", "\xd0\xcf\x11\xe0rest": "spreadsheet (.xls)"} {
		dir := t.TempDir()
		write(t, dir, "people.csv", head)
		if got := problems(t, start+"people: people.csv\n", dir); !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
	}
}

func TestLevelsOfHRSystems(t *testing.T) {
	for cell, want := range map[string]int{"5": 5, "L4": 4, "l-4": 4, "Level 6": 6, "Grade 12": 12, "": 0} {
		dir := t.TempDir()
		write(t, dir, "people.csv", "Email,Management Level\nana@acme.example,"+cell+"\n")
		got, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
		if err != nil || got.Workspace.Roster.Of("ana@acme.example").Level != want {
			t.Errorf("%q: got %v, %v, want %d", cell, got, err, want)
		}
	}
	for _, cell := range []string{"IC5", "Senior", "L", "L0", "Level 1001", "L-"} {
		dir := t.TempDir()
		write(t, dir, "people.csv", "Email,Management Level\nana@acme.example,"+cell+"\n")
		if got, want := problems(t, start+"people: people.csv\n", dir), "2:18: people[0].level: want a whole number from 1 to 1000, not \""+cell+"\""; !strings.Contains(got, want) {
			t.Errorf("%q: got %s, want %s", cell, got, want)
		}
	}
}

// HR systems call zones by cities, and as Windows does: what is certain is taken, and
// told once.
func TestZonesOfHRSystems(t *testing.T) {
	for cell, want := range map[string]string{
		"(GMT+00:00) Lisbon": "Europe/Lisbon", "\"(UTC+01:00) Amsterdam, Berlin, Bern\"": "Europe/Amsterdam", "(UTC-05:00) Eastern": "America/New_York", "GMT Standard Time": "Europe/London",
	} {
		dir := t.TempDir()
		write(t, dir, "people.csv", "Email,Time Zone\nana@acme.example,"+cell+"\nbo@acme.example,"+cell+"\n")
		got, err := config.Parse("peerslot.yaml", []byte(start+"people: people.csv\n"), dir)
		if err != nil || got.Workspace.Roster.Of("bo@acme.example").Zone != want {
			t.Errorf("%s: got %v, %v, want %s", cell, got, err, want)
			continue
		}
		if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0].String(), "people.csv:2:") || !strings.HasSuffix(got.Warnings[0].String(), "is read as "+want) {
			t.Errorf("%s: got warnings %v, want one", cell, got.Warnings)
		}
	}
	for cell, want := range map[string]string{"EST": "; did you mean America/New_York?", "Remote": "not \"Remote\""} {
		dir := t.TempDir()
		write(t, dir, "people.csv", "Email,Time Zone\nana@acme.example,"+cell+"\n")
		if got := problems(t, start+"people: people.csv\n", dir); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", cell, got, want)
		}
	}
}
