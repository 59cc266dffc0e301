package report

import (
	"time"

	"github.com/peerslot/peerslot/availability"
)

// Freebusy is when people are busy.
type Freebusy struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	People   []Person  `json:"people"`
	Warnings []string  `json:"warnings"`
}

// Person is one of them.
type Person struct {
	Person  string `json:"person"`
	Zone    string `json:"zone"`
	Unknown bool   `json:"unknown"`
	Reason  string `json:"reason"`
	Busy    []Busy `json:"busy"`
}

// Busy is one span of busy or unknown time.
type Busy struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Kind   string    `json:"kind"`
	AllDay bool      `json:"all_day"`
}

func busySpans(b availability.Busy) []Busy {
	out := []Busy{}
	for _, s := range b.Joined().Spans {
		out = append(out, Busy{s.Start.UTC(), s.End.UTC(), s.Kind.String(), s.AllDay})
	}
	return out
}

// Add adds a person. What is not known of the window is shown as unknown.
func (f *Freebusy) Add(person, zone string, b availability.Busy) {
	window := availability.Interval{Start: f.From, End: f.To}
	p := Person{Person: person, Zone: zone, Reason: b.Reason, Busy: busySpans(b)}
	if !b.Readable() {
		p.Unknown = true
		p.Busy = []Busy{{Start: f.From, End: f.To, Kind: availability.Unknown.String()}}
	} else if !b.Window.Contains(window) {
		for _, iv := range b.UnknownParts(window) {
			b.Spans = append(b.Spans, availability.Span{Interval: iv, Kind: availability.Unknown})
		}
		b.Window = window
		b.Normalize()
		p.Busy = busySpans(b)
	}
	f.People = append(f.People, p)
	f.Warnings = append(f.Warnings, b.Warnings...)
}
