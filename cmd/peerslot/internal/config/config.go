// Package config reads a workspace's peerslot.yaml, and the files that it names,
// into values.
//
// A file is turned into a tree of nodes that know where they stand (yaml.go,
// csv.go), a reader walks the tree by the keys that each place may have
// (reader.go and a file for each kind of thing), and what concerns several
// places at once is checked last (check.go). Nothing stops at the first problem:
// all of them are reported, in the order of the file.
//
// Some values are secrets: the URL of a calendar, a password. They appear in no
// problem and no warning.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/holiday"
)

// A Config is what a peerslot.yaml says. Paths are as they were written: relative
// ones are relative to Dir. Environment variables are named, not read.
type Config struct {
	Workspace scheduler.Workspace
	Calendar  Calendar
	Store     string // path of an SQLite file, or the URL of a PostgreSQL database
	Dir       string // folder of the file

	AnswerKeyEnv string // name of the environment variable that holds the key of the members' answers; "" for the file
	AnswerKey    string // path of the file that holds it otherwise, made on first use

	MaxSessionsPerWeek int // peer sessions of one person, above which status warns
	Slack              Slack
	Mail               Mail
	Web                Web

	// Accounts are the people whose calendar is a CalDAV account of their own. Their
	// Calendar in the roster is [CalDAV].
	Accounts map[calendar.Address]*CalDAVOptions

	// Files are those that were read, so that a change of any is seen.
	Files []string

	// Warnings are what was read without being wrong, but may not be meant.
	Warnings []Problem

	holidays map[string]holiday.Calendar // by path as written
}

// A Calendar says where free/busy is read and series are booked, for people who
// name no place of their own. Only the settings of Backend are used; the others are read, so that
// a workspace can be switched by one word.
type Calendar struct {
	Backend    Backend
	Folder     FolderOptions
	Google     GoogleOptions
	CalDAV     CalDAVOptions
	Microsoft  MicrosoftOptions
	AllowHosts []string // hosts of feeds that may be asked though they are not on the public internet

	Successor calendar.Address // never in a file: series end here because those of that organizer take their place
}

// A Backend is the kind of place where calendars live.
type Backend string

// The backends.
const (
	Folder Backend = "folder"
	Google Backend = "google"
	CalDAV Backend = "caldav"

	Microsoft Backend = "microsoft"
)

// FolderOptions are the settings of the folder backend.
type FolderOptions struct{ Path string }

// GoogleOptions are the settings of the Google backend.
type GoogleOptions struct {
	Credentials string // path of an OAuth client or a service account
	Token       string // path where the token is kept
	Subject     string // whom a service account acts for; "" for nobody
	Endpoint    string // URL of a stand-in; "" for Google
	Meet        bool   // series get a link to a video meeting

	CallsPerMinute int // that the account may make; 0 for Google's usual 600
}

// CalDAVOptions are the settings of the CalDAV backend, or of a person's own
// account.
type CalDAVOptions struct {
	URL         string
	Username    string // "" with a token or, of a person, for the workspace's own sign-in
	PasswordEnv string // name of the environment variable that holds the password
	TokenEnv    string // name of the one that holds a bearer token instead

	Calendar     string // where series live; "" for the server's default
	InviteByMail bool   // the server does not tell the attendees of new series
}

// MicrosoftOptions are the settings of the Microsoft 365 backend.
type MicrosoftOptions struct {
	Tenant      string // its domain or id
	ClientID    string // of the application
	SecretEnv   string // name of the environment variable that holds the application's secret; "" if a person signs in
	Certificate string // path of a PEM file that proves the application instead; "" for none
	Token       string // path where the token is kept
	Teams       bool   // series get a link to a Teams meeting
	Endpoint    string // URL of a stand-in, with its /v1.0; "" for Microsoft
	Login       string // URL of its sign-in; "" for Microsoft
}

// Slack says whether and how groups get channels.
type Slack struct {
	TokenEnv string // name of the environment variable that holds the token; "" turns Slack off
	Endpoint string // URL of a stand-in; "" for Slack
}

// maxSize bounds each file, in bytes.
const maxSize = 64 << 20

// Load reads a configuration file and the files that it names. The error is
// [Errors], except for a path that cannot be read, which is wrapped: a missing
// file satisfies errors.Is(err, fs.ErrNotExist).
func Load(path string) (*Config, error) {
	data, err := file.Read(path, maxSize)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return Parse(path, data, filepath.Dir(path))
}

// Parse reads a configuration file from memory. name is what problems call the file; the
// files that it names are looked for in dir. The error is [Errors].
func Parse(name string, data []byte, dir string) (*Config, error) {
	r := newReader(dir, pieceSize)
	c := r.parse(name, data)
	if len(r.problems) > 0 { // what is wrong in pieces may be right as a whole
		r = newReader(dir, 0)
		c = r.parse(name, data)
	}
	if len(r.problems) > 0 {
		return nil, r.inOrder(append(r.problems, r.faults...))
	}
	for _, p := range r.inOrder(r.faults) {
		c.Workspace.Unread = append(c.Workspace.Unread, p.String())
	}
	c.Warnings, c.Files = r.inOrder(r.warnings), r.files
	return c, nil
}

// parse reads a configuration file as far as it can.
func (r *reader) parse(name string, data []byte) *Config {
	c := &Config{Dir: r.dir, Store: "peerslot.db", AnswerKey: filepath.Join(".peerslot", "answer.key"), MaxSessionsPerWeek: 3, holidays: map[string]holiday.Calendar{}}
	c.Workspace = scheduler.Workspace{Roster: r.roster, Repair: scheduler.DefaultRepairRules(), Review: scheduler.DefaultReviewRules()}
	c.Calendar = Calendar{
		Backend:   Folder,
		Folder:    FolderOptions{Path: "calendars"},
		Google:    GoogleOptions{Credentials: "credentials.json", Token: "token.json", Meet: true},
		Microsoft: MicrosoftOptions{Token: "token.json", Teams: true},
	}
	if root := r.parseYAML(name, data); root != nil {
		r.config(c, root)
	}
	return c
}

// Path returns where a file is that the configuration names.
func (c *Config) Path(named string) string { return inDir(c.Dir, named) }

func inDir(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// Holidays implements scheduler.HolidayFunc: a region is the code of one, or the path of a
// calendar as a person of this configuration names it.
func (c *Config) Holidays(region string, first, last availability.Date) ([]availability.Date, error) {
	if calendar, ok := c.holidays[region]; ok {
		return calendar.Dates(first, last), nil
	}
	return holiday.Dates(region, first, last)
}

// config reads the top level.
func (r *reader) config(c *Config, root *node) {
	w := &c.Workspace
	top := value{r: r, node: root}
	var people, programs, groups, letters value
	top.fields(fields{
		"organizer":             func(v value) { w.Organizer = v.attendee() },
		"timezone":              func(v value) { w.Zone = v.zone() },
		"store":                 func(v value) { c.Store = v.store() },
		"calendar":              func(v value) { v.calendar(&c.Calendar) },
		"people":                func(v value) { people = v },
		"programs":              func(v value) { programs = v },
		"groups":                func(v value) { groups = v },
		"repair":                func(v value) { v.repair(&w.Repair) },
		"review":                func(v value) { v.review(&w.Review) },
		"workspace":             func(v value) { w.ID = v.name() },
		"answer_key_env":        func(v value) { c.AnswerKeyEnv = v.variable("key of the members' answers") },
		"answer_key":            func(v value) { c.AnswerKey = v.filePath(c.AnswerKey) },
		"max_sessions_per_week": func(v value) { c.MaxSessionsPerWeek = v.integer(1, 50) },
		"slack":                 func(v value) { v.slack(&c.Slack) },
		"mail":                  func(v value) { letters = v; v.mail(&c.Mail) },
		"web":                   func(v value) { v.web(&c.Web); w.URL = c.Web.URL },
	})
	top.require("organizer", "the address that owns every series, such as people-ops@acme.example")
	if !top.has("timezone") {
		w.Zone = "UTC"
		top.warn("timezone: not given, so series are anchored in UTC and move by an hour when clocks change; want an IANA name such as Europe/Berlin")
	}
	r.people(c, people, top)
	w.Organizer.Name = cmp.Or(w.Organizer.Name, w.Roster.Of(w.Organizer.Address).Name)
	if c.Mail.Configured() {
		letters.checkMail(&c.Mail, w.Organizer)
	}
	r.programs(w, programs)
	r.groups(w, groups)
	w.Names = w.NewNames()
	r.check(w, top)
}

// reason returns why a file could not be read, without its path.
func reason(err error) string {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = cmp.Or(p.Err, err)
	}
	return err.Error()
}
