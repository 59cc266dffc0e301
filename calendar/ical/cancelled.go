package ical

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// A cancelled occurrence is but a date in EXDATE. What else its override says is
// in the master, in properties of our own that name the occurrence.
const (
	cancelledNote  = "X-PEERSLOT-NOTE"
	cancelledMove  = "X-PEERSLOT-MOVED" // start/end
	cancelledReply = "X-PEERSLOT-REPLY" // like an ATTENDEE
	paramOriginal  = "X-ORIGINAL"
)

// cancelledProps returns what EXDATE cannot say of a cancelled occurrence.
func cancelledProps(o calendar.Override) []*ical.Prop {
	var props []*ical.Prop
	original := o.Original.UTC().Format(instant)
	if o.Note != "" {
		props = append(props, rawProp(cancelledNote, escapeText(o.Note), paramOriginal, original))
	}
	if !o.Moved.Empty() {
		value := o.Moved.Start.UTC().Format(instant) + "/" + o.Moved.End.UTC().Format(instant)
		props = append(props, rawProp(cancelledMove, value, paramOriginal, original))
	}
	for _, a := range slices.Sorted(maps.Keys(o.RSVPs)) {
		props = append(props, rawProp(cancelledReply, mailto+string(a), paramOriginal, original, ical.ParamParticipationStatus, replies[o.RSVPs[a]]))
	}
	return props
}

// cancelledIn reads from a master what cancelledProps wrote of the occurrence.
func cancelledIn(m *line.Component, original time.Time) calendar.Override {
	o := calendar.Override{Original: original, Cancelled: true, RSVPs: map[calendar.Address]calendar.RSVP{}}
	for _, p := range m.All(cancelledNote) {
		if isOf(p, original) {
			o.Note = unescapeText(p.Value)
		}
	}
	for _, p := range m.All(cancelledMove) {
		if isOf(p, original) {
			o.Moved = intervalIn(p.Value)
		}
	}
	for _, p := range m.All(cancelledReply) {
		if a, ok := personIn(p); ok && isOf(p, original) {
			o.RSVPs[a.Address] = a.RSVP
		}
	}
	return o
}

func isOf(p *line.Prop, original time.Time) bool {
	t, err := time.Parse(instant, p.Param(paramOriginal))
	return err == nil && t.Equal(original)
}

// intervalIn reads two instants with a slash between them. What is none is empty.
func intervalIn(text string) availability.Interval {
	start, end, _ := strings.Cut(text, "/")
	from, err := time.Parse(instant, start)
	to, err2 := time.Parse(instant, end)
	if err != nil || err2 != nil {
		return availability.Interval{}
	}
	return availability.Interval{Start: from, End: to}
}
