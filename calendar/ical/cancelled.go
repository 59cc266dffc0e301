package ical

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A cancelled occurrence is but a date in EXDATE. What else its override says is
// in the master, in properties of our own: the note and where the occurrence had
// been moved to in one, and each reply to it in another, much like an ATTENDEE.
const (
	cancelledName = "X-PEERSLOT-CANCELLED"
	cancelReply   = "X-PEERSLOT-REPLY"
	paramOriginal = "X-ORIGINAL" // the occurrence
	paramMoved    = "X-MOVED"
)

// cancelledProps returns what EXDATE cannot say of a cancelled occurrence.
func cancelledProps(o calendar.Override) []*ical.Prop {
	var props []*ical.Prop
	original := o.Original.UTC().Format(instant)
	if o.Note != "" || !o.Moved.Empty() {
		p := rawProp(cancelledName, escapeText(o.Note), paramOriginal, original)
		if !o.Moved.Empty() {
			p.Params.Set(paramMoved, o.Moved.Start.UTC().Format(instant)+"/"+o.Moved.End.UTC().Format(instant))
		}
		props = append(props, p)
	}
	for _, a := range slices.Sorted(maps.Keys(o.RSVPs)) {
		props = append(props, rawProp(cancelReply, mailto+string(a), paramOriginal, original, ical.ParamParticipationStatus, replies[o.RSVPs[a]]))
	}
	return props
}

// cancelledIn reads from a master what cancelledProps wrote of the occurrence.
func cancelledIn(m *ical.Component, original time.Time) calendar.Override {
	o := calendar.Override{Original: original, Cancelled: true}
	for _, p := range m.Props[cancelledName] {
		if isOf(&p, original) {
			o.Note, o.Moved = unescapeText(p.Value), intervalIn(p.Params.Get(paramMoved))
		}
	}
	for _, p := range m.Props[cancelReply] {
		a, ok := personIn(&p)
		if !ok || !isOf(&p, original) {
			continue
		}
		if o.RSVPs == nil {
			o.RSVPs = map[calendar.Address]calendar.RSVP{}
		}
		o.RSVPs[a.Address] = a.RSVP
	}
	return o
}

func isOf(p *ical.Prop, original time.Time) bool {
	t, err := time.Parse(instant, p.Params.Get(paramOriginal))
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
