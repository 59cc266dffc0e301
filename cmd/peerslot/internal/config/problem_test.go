package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

// start is what the configurations of the tests below begin with; it has two lines.
const start = "organizer: robot@acme.example\ntimezone: UTC\n"

const ana = `people: [{email: ana@acme.example}, {email: bo@acme.example}, {email: cem@acme.example}]
`

func TestProblems(t *testing.T) {
	tests := []struct {
		name, text string
		want       string // one line for each problem, without "peerslot.yaml:"
	}{
		// The file as a whole.
		{"empty", "", "1:1: the file is empty: 'peerslot init' writes one to start from"},
		{"only comments", "# nothing\n\n", "1:1: the file is empty: 'peerslot init' writes one to start from"},
		{"only a document", "---\n", "1:1: the file is empty: 'peerslot init' writes one to start from"},
		{"text", "hello", "1:1: want settings such as organizer: people-ops@acme.example, not text"},
		{"a list", "- a\n- b\n", "1:1: want settings such as organizer: people-ops@acme.example, not a list"},
		{"no space after the colon", "organizer:robot@acme.example", "1:1: want settings such as organizer: people-ops@acme.example, not text"},
		{"two documents", start + "---\norganizer: b@acme.example\n", "3:1: a second document begins here: want one file for one workspace"},
		{"UTF-16", "\xff\xfeo\x00r\x00", "1:1: the file is UTF-16: save it as UTF-8"},
		{"Latin-1", start + "store: caf\xe9.db\n", "3:11: this character is not UTF-8: save the file as UTF-8"},
		{"control character", start + "store: é\x00.db\n", "3:9: a control character (U+0000) cannot stand here"},
		{"tab", start + "calendar:\n\tbackend: folder\n", "4:1: this is not YAML: indent with spaces, not with tabs"},
		{"bracket", start + "people: [{email: ana@acme.example}\n", "3:9: this is not YAML: sequence end token ']' not found"},
		{"header", start + "people:\n  - calendar: |https://feeds.acme.example/secret.ics\n    a\n", "4:15: this is not YAML: there is something here that cannot be here"},
		{"quote", start + "store: \"a\n", "3:8: this is not YAML: could not find end character of double-quoted text"},
		{"indentation", start + "calendar:\n  backend: folder\n folder: {path: a}\n", "5:2: this is not YAML: value is not allowed in this context"},
		{"deep", "a: " + strings.Repeat("[", 100_000), "1:35: this is nested more than 32 levels deep"},
		{"deep on one line", strings.Repeat("- ", 100_000) + "a", "1:65: this is nested more than 32 levels deep"},
		{"deep by indentation", deep(), "33:34: this is nested more than 32 levels deep"},
		{"long mapping", strings.Repeat("a: b\n", 100_000), "1001:1: there are more than 1000 keys in one mapping"},
		{"long list", strings.Repeat("- a\n", 600_000), "1:1: the file is too long: put people into a CSV file, and name it by people: people.csv"},
		{"huge", strings.Repeat("# huge\n", 10<<20), "1:1: the file is larger than 64 MB"},
		{"no anchor", start + "store: *a\n", "3:8: there is no anchor \"a\" before this alias"},
		{"own anchor", start + "people: &a [*a]\n", "3:13: there is no anchor \"a\" before this alias\n3:14: people[0]: want a mapping (key: value), not nothing"},
		{"tag", start + "store: !!str a\n", "3:8: want a value without a tag such as !!str"},
		{"merged list", start + "calendar:\n  <<: [1]\n", "4:7: want a mapping to merge by <<, not a list"},
		{"aliases of aliases", bomb(), "6:99929: too much is repeated by aliases"},

		// Keys.
		{"unknown key", start + "peple: []\n", `3:1: unknown key "peple"; did you mean "people"?`},
		{"other unknown key", start + "colour: red\n", `3:1: unknown key "colour": want one of answer_key, answer_key_env, calendar, groups, mail, max_sessions_per_week, organizer, people, programs, repair, review, slack, store, timezone, web, workspace`},
		{"key is a URL", start + "https://feeds.acme.example/secret.ics: 1\n", `3:1: unknown key a URL: want one of answer_key, answer_key_env, calendar, groups, mail, max_sessions_per_week, organizer, people, programs, repair, review, slack, store, timezone, web, workspace`},
		{"duplicate key", start + "store: a\nstore: b\n", `4:1: "store" is given twice, first in line 3`},
		{"duplicate key in braces", start + "calendar: {backend: folder, backend: google}\n", `3:29: "backend" is given twice, first in line 3`},
		{"no organizer", "timezone: UTC\npeople: []\n", "1:1: organizer is missing: want the address that owns every series, such as people-ops@acme.example"},
		{"empty organizer", "timezone: UTC\norganizer:\n", "1:1: organizer is missing: want the address that owns every series, such as people-ops@acme.example"},
		{"all of them, in order", "repair: 5\nstore: 5\norganizer: 5\ntimezone: 5\n", `1:9: repair: want a mapping (key: value), not a number
2:8: store: want the path of an SQLite file such as peerslot.db, or a URL postgres://…, not a number
3:12: organizer: want a mail address such as ana@acme.example, not a number
4:11: timezone: want an IANA time zone such as Europe/Berlin, not a number`},

		// Settings.
		{"zone of Windows", "organizer: a@acme.example\ntimezone: W. Europe Standard Time\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "W. Europe Standard Time"; did you mean Europe/Berlin?`},
		{"abbreviation", "organizer: a@acme.example\ntimezone: EST\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "EST"; did you mean America/New_York?`},
		{"city", "organizer: a@acme.example\ntimezone: sao paulo\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "sao paulo"; did you mean America/Sao_Paulo?`},
		{"case", "organizer: a@acme.example\ntimezone: europe/berlin\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "europe/berlin"; did you mean Europe/Berlin?`},
		{"offset", "organizer: a@acme.example\ntimezone: +01:00\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "+01:00"`},
		{"this machine's zone", "organizer: a@acme.example\ntimezone: Local\n", `2:11: timezone: want an IANA time zone such as Europe/Berlin, not "Local"`},
		{"store of another kind", start + "store: mysql://root:secret@db/peerslot\n", "3:8: store: want the path of an SQLite file such as peerslot.db, or a URL postgres://…"},
		{"store is a folder", start + "store: data/\n", `3:8: store: want the path of an SQLite file such as peerslot.db, or a URL postgres://…`},
		{"pages at a query", start + "web: {url: \"https://a.example/p?x=1\"}\n", "3:12: web.url: want the URL of a host, such as https://peers.acme.example, or of a plain path on it, such as https://intranet.acme.example/peers"},
		{"sign-in by an issuer of many tenants", start + "web: {oidc: {issuer: https://login.microsoftonline.com/common/v2.0, client_id: peerslot}}\n", `3:22: web.oidc.issuer: a URL vouches for accounts of anybody; want the issuer of your own tenant`},
		{"sign-in by such an issuer in capitals", start + "web: {oidc: {issuer: https://Login.MicrosoftOnline.com/common, client_id: peerslot}}\n", `3:22: web.oidc.issuer: a URL vouches for accounts of anybody; want the issuer of your own tenant`},
		{"sign-in without https", start + "web: {oidc: {issuer: \"http://login.acme.example\", client_id: peerslot}}\n", "3:22: web.oidc.issuer: want https://"},
		{"pages without https", start + "web: {url: \"http://peers.acme.example\"}\n", "3:12: web.url: want https://, or http:// of a loopback address such as http://127.0.0.1:8080"},
		{"pages at an odd path", start + "web: {url: \"https://a.example/p/../q\"}\n", "3:12: web.url: want the URL of a host, such as https://peers.acme.example, or of a plain path on it, such as https://intranet.acme.example/peers"},
		{"backend", start + "calendar: {backend: outlook}\n", `3:21: calendar.backend: want folder, google, caldav or microsoft, not "outlook"`},
		{"caldav", start + "calendar: {backend: caldav}\n", "3:11: calendar: caldav is missing: want {url: https://…, username: …, password_env: …}"},
		{"caldav and its settings", start + "calendar: {backend: caldav, caldav: {username: 5}}\n", `3:37: calendar.caldav: url is missing: want the server's address, such as https://cloud.acme.example/remote.php/dav
3:37: calendar.caldav: password_env is missing: want the name of the environment variable that holds the password
3:48: calendar.caldav.username: want text, not a number: put it in quotes`},
		{"caldav with two sign-ins", start + "calendar: {caldav: {url: \"https://dav.acme.example\", username: robot, password_env: P, token_env: T}}\n", `3:20: calendar.caldav: want username and password_env, or token_env, not both`},
		{"caldav invitations", start + "calendar: {caldav: {url: \"https://dav.acme.example\", username: robot, password_env: P, invite: sms}}\n", `3:96: calendar.caldav.invite: want server or mail, not "sms"`},
		{"caldav of a person", start + "people:\n  - {email: ana@acme.example, calendar: {caldav: 7, user: ana}}\n", `4:50: people[0].calendar.caldav: want a URL such as https://calendar.acme.example/, not a number
4:53: people[0].calendar: unknown key "user": want one of caldav, password_env, token_env, username`},
		{"calendars of a person", start + "people:\n  - {email: ana@acme.example, calendar: [{google: \"\"}, {}, {gogle: x}]}\n", `4:42: people[0].calendar[0]: want the ID of a Google calendar
4:42: people[0].calendar[0]: ana@acme.example has a further Google calendar, but the workspace's calendar is not on Google; name the address of its .ics feed instead
4:56: people[0].calendar[1]: caldav is missing: want the address of a CalDAV server, or of one calendar on it
4:60: people[0].calendar[2]: ana@acme.example has two CalDAV accounts; one can be read, and .ics feeds of further calendars
4:60: people[0].calendar[2]: caldav is missing: want the address of a CalDAV server, or of one calendar on it
4:61: people[0].calendar[2]: unknown key "gogle": want one of caldav, password_env, token_env, username`},
		{"caldav with blanks", start + "people:\n  - {email: ana@acme.example, calendar: {caldav: \"https://dav.acme.example/ user: ana\"}}\n", "4:50: people[0].calendar.caldav: want a URL such as https://calendar.acme.example/"},
		{"caldav settings", start + "calendar: {caldav: {url: \"https://u:secret@dav.acme.example/\", password_env: s3cret!}}\n", `3:20: calendar.caldav: username is missing: want the name of the account
3:26: calendar.caldav.url: want a URL without a user and password in it
3:78: calendar.caldav.password_env: want the name of an environment variable that holds the password, not the password itself`},
		{"google settings", start + "calendar: {google: {endpoint: localhost, meet: maybe, subject: robot, token: \"https://a\"}}\n", `3:31: calendar.google.endpoint: want a URL such as https://calendar.acme.example/
3:48: calendar.google.meet: want true or false, not text
3:64: calendar.google.subject: want a mail address such as ana@acme.example, not "robot"
3:78: calendar.google.token: want a path, not a URL`},
		{"microsoft without settings", start + "calendar: {backend: microsoft}\n", `3:11: calendar: microsoft is missing: want {tenant: …, client_id: …}`},
		{"microsoft settings", start + "calendar: {microsoft: {tenant: common, secret_env: s3cret!, certificate: a.pem, teams: 1, login: x}}\n", `3:23: calendar.microsoft: client_id is missing: want the id of the application
3:32: calendar.microsoft.tenant: want the tenant's domain or id, such as acme.example, not "common"
3:52: calendar.microsoft.secret_env: want the name of an environment variable that holds the secret, not the secret itself
3:88: calendar.microsoft.teams: want true or false, not a number
3:98: calendar.microsoft.login: want a URL such as https://calendar.acme.example/`},
		{"secret and certificate", start + "calendar: {microsoft: {tenant: a.example, client_id: x, secret_env: S, certificate: a.pem}}\n", "3:23: calendar.microsoft: want secret_env or certificate, not both"},
		{"subject is a mapping", start + "calendar: {google: {subject: {a: 1}}}\n", "3:30: calendar.google.subject: want a mail address such as ana@acme.example, not a mapping (key: value)"},
		{"subject is empty", start + "calendar: {google: {subject: {}}}\n", "3:30: calendar.google.subject: want a mail address such as ana@acme.example, not a mapping (key: value)"},
		{"subject is a list", start + "calendar: {google: {subject: []}}\n", "3:30: calendar.google.subject: want a mail address such as ana@acme.example, not a list"},
		{"hosts", start + "calendar: {allow_hosts: [a b]}\n", `3:26: calendar.allow_hosts[0]: want a host such as calendar.acme.example or 10.0.0.5:8443, not "a b"`},
		{"repair", start + "repair: {horizon: 5, notice: 2 days, min_gain: 9, below_quorum: ignore}\n", `3:19: repair.horizon: want a duration such as 7d, not "5"
3:30: repair.notice: want a duration such as 24h, not "2 days"
3:48: repair.min_gain: want a whole number from 1 to 8, not "9"
3:65: repair.below_quorum: want report or cancel, not "ignore"`},
		{"review", start + "review: {ask: soon, stay: 10}\n", `3:15: review.ask: want a duration such as 28d, not "soon"
3:27: review.stay: want a percentage such as 60%, from 0% to 100%, not "10"`},
		{"review decided before it is asked", start + "review: {ask: 1w, decide: 2w}\n", "3:9: review: decided (2w) sooner than asked (1w) before the last session: want a shorter decide, or a longer ask"},
		{"repair that never repairs", start + "repair: {horizon: 24h, notice: 1d}\n", "3:9: repair: no session is at least notice (1d) and at most horizon (1d) away: want a shorter notice, or a longer horizon"},
		{"sessions a week", start + "max_sessions_per_week: 0\n", `3:24: max_sessions_per_week: want a whole number from 1 to 50, not "0"`},
		{"slack", start + "slack: {token_env: xoxb-1234}\n", "3:20: slack.token_env: want the name of an environment variable that holds the token, not the token itself"},
		{"slack without token", start + "slack: {endpoint: \"http://127.0.0.1\"}\n", "3:8: slack: token_env is missing: want the name of the environment variable that holds the token"},
		{"mail without a server", start + "mail: {rate: 1/s}\n", "3:7: mail: server is missing: want the address of a mail server such as smtps://mail.acme.example:465"},
		{"mail by the web", start + "mail: {server: \"https://mail.acme.example\"}\n", "3:16: mail.server: want an address that begins with smtps:// or smtp://"},
		{"mail with a password in the address", start + "mail: {server: \"smtp://ops:secret@mail.acme.example\"}\n", "3:16: mail.server: want an address such as smtps://mail.acme.example, without a password in it"},
		{"mail with two secrets", start + "mail: {server: \"smtp://m.example\", password_env: A, token_command: [b]}\n", "3:7: mail: want one of password_env, token_command and oauth"},
		{"mail of somebody else", start + "mail: {server: \"smtp://m.example\", from: eve@acme.example}\n", "3:7: mail: from: want the organizer's address robot@acme.example, to which replies go, not eve@acme.example"},
		{"mail at no rate", start + "mail: {server: \"smtp://m.example\", rate: 30 a minute}\n", "3:42: mail.rate: want a rate such as 30/min, 2/s, 500/h or 2000/d, not \"30 a minute\""},

		// People.
		{"people", start + "people: 5\n", "3:9: people: want a list of people, or the path of a CSV file such as people.csv, not a number"},
		{"missing file", start + "people: people.csv\ngroups: [{name: a, members: [x@acme.example, y@acme.example]}]\n", `3:9: people: cannot read "people.csv": no such file or directory`},
		{"person", start + "people: [ana@acme.example]\n", "3:10: people[0]: want a mapping (key: value), not text"},
		{"no email", start + "people:\n  - name: Ana\n    email:\n", "4:5: people[0]: email is missing: want a mail address such as ana@acme.example"},
		{"email", start + "people: [{email: ana}, {email: \"https://feeds.acme.example/secret\"}]\n", `3:18: people[0].email: want a mail address such as ana@acme.example, not "ana"
3:32: people[1].email: want a mail address such as ana@acme.example, not a URL`},
		{"twice", start + "people:\n  - email: ana@acme.example\n  - email: ANA@acme.example\n", "5:12: people[1].email: ana@acme.example is given twice, first in line 4"},
		{"an alias of two, and of a person", start + "people: [{email: ana@acme.example, aliases: [a@x.example, bo@acme.example]}, {email: bo@acme.example, aliases: [A@x.example, ana@acme.example]}]\n", `3:86: people[1].email: bo@acme.example is another address of ana@acme.example; take it out of one of them
3:112: people[1].aliases: a@x.example is somebody else's address, too; take it out of one of them
3:112: people[1].aliases: ana@acme.example is somebody else's address, too; take it out of one of them`},
		{"types", person("name: 12, role: true, level: \"5\", team: [a], manager: 3"), `3:42: people[0].name: want text, not a number: put it in quotes
3:52: people[0].role: want text, not true or false: put it in quotes
3:65: people[0].level: want a whole number from 1 to 1000, not text
3:76: people[0].team: want text, not a list
3:90: people[0].manager: want a mail address such as ana@acme.example, not a number`},
		{"level", person("level: 2.5"), `3:43: people[0].level: want a whole number from 1 to 1000, not "2.5"`},
		{"several lines", person(`name: "Ana\nLima"`), "3:42: people[0].name: want one line of text"},
		{"hours", person(`hours: {mno: "09:00-17:00", tue: "9-5", wed: 9, thu: "09:00-12:00 11:00-13:00", mon-tue: "09:00-10:00", tue-wed: "09:00-10:00", fri: "25:00-26:00"}`), `3:44: people[0].hours: want days such as mon, mon-thu or mon,wed, not "mno"
3:69: people[0].hours.tue: want times such as 09:00-17:30, or 09:00-12:00 13:00-15:00 that do not overlap, not "9-5"
3:81: people[0].hours.wed: want times such as 09:00-17:30, not a number
3:89: people[0].hours.thu: want times such as 09:00-17:30, or 09:00-12:00 13:00-15:00 that do not overlap, not "09:00-12:00 11:00-13:00"
3:140: people[0].hours: the hours of tue are given twice
3:169: people[0].hours.fri: want times such as 09:00-17:30, or 09:00-12:00 13:00-15:00 that do not overlap, not "25:00-26:00"`},
		{"hours in one line", person(`hours: "mon-fri 09:00-17:00", stretch: "08:00"`), `3:43: people[0].hours: want a mapping such as {mon-fri: "08:00-19:00"}, not text
3:75: people[0].stretch: want a mapping such as {mon-fri: "08:00-19:00"}, not text`},
		{"no hours", person("hours: {}, stretch: 5"), `3:43: people[0].hours: want a mapping such as {mon-fri: "08:00-19:00"}, not an empty mapping
3:56: people[0].stretch: want a mapping such as {mon-fri: "08:00-19:00"}, not a number`},
		{"hours of no kind", person(`hours: [mon], stretch: ""`), `3:43: people[0].hours: want a mapping such as {mon-fri: "08:00-19:00"}, not a list
3:59: people[0].stretch: want a mapping such as {mon-fri: "08:00-19:00"}, not text`},
		{"away", person(`away: ["2026-08-21/2026-08-03", tomorrow, 2026-02-30, 5, ""]`), `3:43: people[0].away[0]: "2026-08-21/2026-08-03" ends before it begins
3:68: people[0].away[1]: want dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24, not "tomorrow"
3:78: people[0].away[2]: want dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24, not "2026-02-30"
3:90: people[0].away[3]: want dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24, not a number
3:93: people[0].away[4]: want dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24`},
		{"paused", person("paused: till May"), `3:44: people[0].paused: want until and a date, such as until 2026-03-01, not "till May"`},
		{"calendar", person(`calendar: "ftp://feeds.acme.example/secret"`), "3:46: people[0].calendar: want an https:// or webcal:// URL, the path of an .ics file, or none"},
		{"calendars", person(`calendar: ["https://feeds.acme.example/secret", none]`), "3:84: people[0].calendar[1]: none stands alone, not in a list"},
		{"unknown region", person("holidays: XX"), `3:46: people[0].holidays: no public holidays are known of "XX": want an ISO 3166 code of ` + countries + `, or a part of one such as DE-BE; for other countries an .ics file of holidays, or use away`},
		{"no holiday file", person("holidays: india.ics"), `3:46: people[0].holidays: cannot read the holidays in "india.ics": no such file or directory`},
		{"managers", start + `people:
  - {email: ana@acme.example, manager: bo@acme.example}
  - {email: bo@acme.example, manager: cem@acme.example}
  - {email: cem@acme.example, manager: bo@acme.example}
  - {email: dee@acme.example, manager: dee@acme.example}
`, `5:39: people[1].manager: the chain of managers never ends: bo@acme.example -> cem@acme.example -> bo@acme.example
7:40: people[3].manager: the chain of managers never ends: dee@acme.example -> dee@acme.example`},

		// Programs.
		{"programs", start + "programs: {a: b}\n", "3:11: programs: want a list of programs, not a mapping (key: value)"},
		{"program", start + "programs: [circles]\n", "3:12: programs[0]: want a mapping (key: value), not text"},
		{"no name", start + "programs: [{kind: pair}]\n", "3:12: programs[0]: name is missing: want a name such as em-circles"},
		{"names", start + "programs:\n  - name: ../a\n  - name: CON.\n  - name: a\n  - name: A\n", `4:11: programs[0].name: "../a" cannot be a name: want letters, digits, spaces and . _ - between them, at most 64 characters
5:11: programs[1].name: "CON." cannot be a name: want letters, digits, spaces and . _ - between them, at most 64 characters
7:11: programs[3].name: there are two programs named "A", the first in line 6`},
		{"kind", program("kind: cirlce"), `3:28: programs[0].kind: want circle, pair or one-on-one, not "cirlce"; did you mean "circle"?`},
		{"size", program("size: 6-4"), `3:28: programs[0].size: want a size such as 4-6, from 2 to 8, not "6-4"`},
		{"too large", program("size: 4-9"), `3:28: programs[0].size: want a size such as 4-6, from 2 to 8, not "4-9"`},
		{"too small", program("size: 1"), `3:28: programs[0].size: want a size such as 4-6, from 2 to 8, not "1"`},
		{"size of pairs", program("size: 4, kind: pair"), "3:28: programs[0].size: want 2 for a pair program, in which an odd one out joins a trio"},
		{"size of 1:1s", program("size: 3, kind: one-on-one"), "3:28: programs[0].size: want 2 for a one-on-one program"},
		{"cadence", program("cadence: fortnightly"), `3:31: programs[0].cadence: want weekly, biweekly or monthly, not "fortnightly"`},
		{"duration", program("duration: 60"), `3:32: programs[0].duration: want a duration such as 60m, not "60"`},
		{"no duration", program("duration: 0m"), `3:32: programs[0].duration: want a duration from 1m to 8h, not "0m"`},
		{"long duration", program("duration: 8h1m"), `3:32: programs[0].duration: want a duration from 1m to 8h, not "8h1m"`},
		{"overlong duration", program("duration: 999999999999w"), `3:32: programs[0].duration: want a duration such as 60m, not "999999999999w"`},
		{"quorum", program("quorum: 101%"), `3:30: programs[0].quorum: want a percentage such as 60%, from 0% to 100%, not "101%"`},
		{"quorum without %", program("quorum: 0.6"), `3:30: programs[0].quorum: want a percentage such as 60%, from 0% to 100%, not "0.6"`},
		{"rotation", program("rotate_after: 10d"), `3:36: programs[0].rotate_after: want whole weeks such as 26w, not "10d"`},
		{"days", program("days: [tuesday, tuh], only_days: []"), `3:38: programs[0].days[1]: want a weekday such as tue, or days such as tue-thu, not "tuh"
3:55: programs[0].only_days: want weekdays such as [tue, wed, thu]`},
		{"rules", program("apart: [teams, team]"), `3:30: programs[0].apart[0]: want reporting-line, team, close-teams, department, manager or location, not "teams"; did you mean "team"?`},
		{"rule", program("apart: team"), "3:29: programs[0].apart: want a list of rules, not text"},
		{"close teams", program("close_teams: [[payments], ledger]"), `3:36: programs[0].close_teams[0]: want at least two teams
3:48: programs[0].close_teams[1]: want a list of teams, not text`},
		{"never together", program("never_together: [[ana@acme.example, anna@acme.example], [bo@acme.example]]"), `3:78: programs[0].never_together[1]: want at least two people`},
		{"level gap", program("max_level_gap: -1"), `3:37: programs[0].max_level_gap: want a whole number from 0 to 1000, not "-1"`},
		{"nobody's role", program(`people: {role: " "}`), `3:37: programs[0].people.role: want somebody; leave the key out if it is not to count`},
		{"an empty list of who takes part", program("people: {emails: []}"), "3:39: programs[0].people.emails: want somebody; leave the key out if it is not to count"},
		{"who takes part", program("people: {rol: lead, emails: [dee@acme.example]}"), `3:31: programs[0].people: unknown key "rol"; did you mean "role"?`},
		{"weights", program("weights: {mets: 5, met: many}"), `3:32: programs[0].weights: unknown key "mets"; did you mean "met"?
3:46: programs[0].weights.met: want a whole number from 0 to 1000000, not text`},
		{"links of circles", program("links: []"), "3:29: programs[0].links: want kind: one-on-one for this, not circle"},
		{"links", program("kind: one-on-one, links: [[ana@acme.example], [ana@acme.example, ana@acme.example], [ana@acme.example, bo@acme.example, daily], [bo@acme.example, ana@acme.example], [ana@acme.example, zoe@acme.example], bo]"),
			`3:48: programs[0].links[0]: want two mail addresses and perhaps a cadence, such as [ana@acme.example, bo@acme.example, weekly]
3:68: programs[0].links[1]: ana@acme.example cannot be linked with themselves
3:142: programs[0].links[2][2]: want weekly, biweekly or monthly, not "daily"
3:150: programs[0].links[3]: bo@acme.example and ana@acme.example are linked twice
3:225: programs[0].links[5]: want a list of two mail addresses and a cadence, not text`},
		{"interdependence", program("kind: one-on-one, interdependence: {payments: strong, payments-ledger: very}"), `3:58: programs[0].interdependence: want two teams joined by a hyphen, such as payments-platform, not "payments"
3:93: programs[0].interdependence.payments-ledger: want strong, medium or weak, not "very"`},
		{"history", program("history: none.csv"), `3:31: programs[0].history: cannot read "none.csv": no such file or directory`},
		{"history is a URL", program(`history: "https://wiki.acme.example/secret"`), "3:31: programs[0].history: cannot read a URL: no such file or directory"},
		{"group days", program("group_days: sometimes"), "3:34: programs[0].group_days: want true or false, not text"},

		// Groups.
		{"group", start + "groups: [{}]\n", `3:10: groups[0]: name is missing: want a name such as berlin-leads
3:10: groups[0]: members is missing: want a list of mail addresses`},
		{"group names", start + ana + "groups:\n  - {name: a/b, members: [ana@acme.example, bo@acme.example]}\n  - {name: c, members: [ana@acme.example, bo@acme.example]}\n  - {name: C, members: [ana@acme.example, bo@acme.example]}\n",
			`5:12: groups[0].name: "a/b" cannot be a name: want letters, digits, spaces and . _ - between them, at most 64 characters
7:12: groups[2].name: there are two groups named "C", the first in line 6`},
		{"no group name", start + ana + "groups: [{name: \"\", members: [ana@acme.example, bo@acme.example]}]\n",
			`4:17: groups[0].name: "" cannot be a name: want letters, digits, spaces and . _ - between them, at most 64 characters`},
		{"members", start + ana + "groups: [{name: a, members: [ana@acme.example, ana@acme.example, bo@acme.exmaple], required: [cem@acme.example]}]\n",
			`4:48: groups[0].members[1]: ana@acme.example is named twice
4:95: groups[0].required[0]: cem@acme.example is not a member`},
		{"too few", start + ana + "groups: [{name: a, members: [ana@acme.example]}]\n", "4:29: groups[0].members: want 2 to 8 members, not 1"},
		{"too many for a 1:1", start + ana + "programs: [{name: p, kind: one-on-one}]\ngroups: [{name: a, program: p, members: [ana@acme.example, bo@acme.example, cem@acme.example]}]\n",
			"5:41: groups[0].members: want 2 members, not 3"},
		{"notes", start + ana + "groups: [{name: a, notes: wiki, members: [ana@acme.example, bo@acme.example]}]\n", "4:27: groups[0].notes: want a URL such as https://calendar.acme.example/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := problems(t, tt.text, t.TempDir())
			want := "peerslot.yaml:" + strings.ReplaceAll(tt.want, "\n", "\npeerslot.yaml:")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(strings.NewReplacer("secret_env", "", "the secret", "").Replace(got), "secret") {
				t.Error("a secret was told")
			}
		})
	}
}

const countries = "AR, AT, AU, BE, BG, BR, CA, CH, CZ, DE, DK, EE, ES, FI, FR, GB, GR, HR, HU, IE, IL, IN, IS, IT, JP, KR, LT, LU, LV, MW, MX, NC, NL, NO, NZ, PL, PT, RO, RU, SE, SG, SI, SK, TR, UA, US, ZA"

// problems returns what Parse says, which must be Errors.
func problems(t *testing.T, text, dir string) string {
	t.Helper()
	c, err := config.Parse("peerslot.yaml", []byte(text), dir)
	var found config.Errors
	if !errors.As(err, &found) || len(found) == 0 || c != nil {
		t.Fatalf("Parse = %v, %v, want Errors alone", c, err)
	}
	return err.Error()
}

// person returns a configuration with one person.
func person(keys string) string {
	return start + "people: [{email: ana@acme.example, " + keys + "}]\n"
}

// program returns a configuration with one program, in line 3.
func program(keys string) string {
	return start + "programs: [{name: p, " + keys + "}]\n" + ana
}

func TestCheckName(t *testing.T) {
	const want = "cannot be a name: want letters, digits, spaces and . _ - between them, at most 64 characters"
	for _, s := range []string{"a", "berlin-leads", "Führung 2.1", strings.Repeat("ü", 64)} {
		if err := config.CheckName(s); err != nil {
			t.Errorf("CheckName(%q) = %v, want nil", s, err)
		}
	}
	for _, s := range []string{"", " a", "a ", "a.", "-a", "a/b", "a..b", "a\nb", "a\xff", strings.Repeat("ü", 65)} {
		if err := config.CheckName(s); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("CheckName(%q) = %v, want an error that ends in %q", s, err, want)
		}
	}
}

func deep() string {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// bomb names a hundred million teams in few lines.
func bomb() string {
	list := "&a [" + strings.Repeat("payments, ", 10_000) + "]"
	return start + "programs:\n- name: p\n  close_teams:\n  - " + list + "\n" + strings.Repeat("  - *a\n", 10_000)
}

func TestManyProblems(t *testing.T) {
	got := problems(t, start+"people:\n"+strings.Repeat("  - {email: a}\n", 20_000), "")
	lines := strings.Split(got, "\n")
	if len(lines) != 10_001 || lines[10_000] != "peerslot.yaml:10004:13: there are still more problems" {
		t.Errorf("got %d problems, the last %s", len(lines), lines[len(lines)-1])
	}
}
