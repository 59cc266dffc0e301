package ical

import (
	"io"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Signs are what a calendar says of whose it is. They hold no title and no note, but
// other people's addresses: they are to be compared with those that are known, and
// not to be shown.
type Signs struct {
	Name  string                   // that it goes by (X-WR-CALNAME), often its owner's address; "" if it has none
	Named map[calendar.Address]int // how many lines name that person as organizer or attendee
}

// maxNamed bounds the people of whom Signs are kept.
const maxNamed = 10_000

// ReadSigns reads the signs of a calendar's text. What cannot be read gives none.
func ReadSigns(r io.Reader) Signs {
	signs := Signs{Named: map[calendar.Address]int{}}
	text, err := line.Unpack(r)
	if err != nil {
		return signs
	}
	var c line.Content
	for l := line.NewReader(text); l.Next(); {
		n := line.NameLength(l.Head)
		if n < 0 {
			continue
		}
		name := strings.ToUpper(string(l.Head[:n]))
		if name != "X-WR-CALNAME" && name != "ORGANIZER" && name != "ATTENDEE" || c.Parse(l.Whole()) != nil {
			continue
		}
		if name == "X-WR-CALNAME" {
			signs.Name = strings.TrimSpace(string(c.Value))
			continue
		}
		p := c.Prop(func(line.Param) bool { return true })
		if a, ok := personIn(&p); ok && (len(signs.Named) < maxNamed || signs.Named[a.Address] > 0) {
			signs.Named[a.Address]++
		}
	}
	return signs
}
