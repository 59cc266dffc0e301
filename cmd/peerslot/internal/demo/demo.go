// Package demo lays out an example workspace: twelve engineering managers in
// Berlin, Lisbon, New York and Bangalore, with calendars as different programs
// export them.
package demo

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

//go:embed peerslot.yaml.tmpl
var configText string

// Start is the Monday on which the demo's series may begin. The clocks of New York
// change in the second week after it and those of Europe in the fourth, those of
// Bangalore never.
var Start = availability.Date{Year: 2027, Month: 3, Day: 1}

// Program is what the demo forms, and Group the first group that comes of it, the
// one to look at.
const (
	Program = "em-circles"
	Group   = "em-circles-1-amber"
)

// Who signs in to the demo's pages, and Busy, who gets a meeting in the way tonight;
// Member got one yesterday.
const (
	Member = "dora@acme.example"
	Admin  = "ana@acme.example"
	Busy   = "cem@acme.example"
)

// AddMeeting puts a meeting that gets in the way of a session into a person's calendar, in
// a workspace that Write laid out. It begins before the session: one at its very time
// could be a copy of it.
func AddMeeting(dir, person string, session availability.Interval) error {
	const layout = "20060102T150405Z"
	name, _, _ := strings.Cut(person, "@")
	text := fmt.Sprintf("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:PIMUTILS.ORG//NONSGML khal / icalendar //EN\nBEGIN:VEVENT\nUID:%s-new@acme.example\nDTSTAMP:%s\nDTSTART:%[2]s\nDTEND:%s\nSUMMARY:Busy\nEND:VEVENT\nEND:VCALENDAR\n",
		name, session.Start.Add(-30*time.Minute).UTC().Format(layout), session.End.UTC().Format(layout))
	return os.WriteFile(filepath.Join(dir, "calendars", person, name+"-new.ics"), []byte(crlf(text)), 0o644)
}

// Write lays the workspace out in dir, with calendars around the three months
// from start on. It refuses a folder that holds anything.
func Write(dir string, start availability.Date) error {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	files := map[string]string{"peerslot.yaml": config(start)}
	for _, p := range people {
		for name, text := range p.files(start) {
			files[name] = text
		}
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ErrNotEmpty says that the demo's folder is in use.
var ErrNotEmpty = errors.New("the folder is not empty")

// config fills in the dates of people's time off.
func config(start availability.Date) string {
	return strings.NewReplacer(
		"{{week 3}}", away(start.AddDays(14), 5),
		"{{week 6}}", away(start.AddDays(35), 12),
		"{{week 9}}", away(start.AddDays(56), 5),
	).Replace(configText)
}

func away(first availability.Date, days int) string {
	return first.String() + "/" + first.AddDays(days-1).String()
}
