package report

import (
	"regexp"
	"time"
)

// Event is one line of the history.
type Event struct {
	At    time.Time `json:"at"`
	Group string    `json:"group"`
	UID   string    `json:"uid"`
	What  string    `json:"what"`
	Why   string    `json:"why"`
	By    string    `json:"by,omitempty"` // who asked for it by hand
}

var instant = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// Local returns what an event says with its instants as people of the zone say them.
func Local(why string, zone *time.Location) string {
	return instant.ReplaceAllStringFunc(why, func(text string) string {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return text
		}
		return at.In(zone).Format("Mon 2 Jan 15:04")
	})
}
