package ical

import (
	"io"

	"github.com/peerslot/peerslot/calendar/ical/internal/busy"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Lines reads the content lines of a calendar, one at a time, however they end and
// are folded.
type Lines = line.Reader

// A Line is one unfolded line, taken apart.
type Line = line.Content

// NewLines returns the lines of a calendar's text.
func NewLines(r io.Reader) *Lines { return line.NewReader(r) }

// SaysOnlyBusy reports whether the line with the SUMMARY of an event says no more
// than that: its calendar shows times only.
func SaysOnlyBusy(summary []byte) bool { return busy.SaysOnlyBusy(summary) }
