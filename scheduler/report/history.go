package report

import "time"

// Event is one line of the history.
type Event struct {
	At    time.Time `json:"at"`
	Group string    `json:"group"`
	UID   string    `json:"uid"`
	What  string    `json:"what"`
	Why   string    `json:"why"`
	By    string    `json:"by,omitempty"` // who asked for it by hand
}
