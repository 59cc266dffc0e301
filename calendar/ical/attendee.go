package ical

import (
	"slices"
	"strings"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

const (
	mailto        = "mailto:"
	scheduleAgent = "SCHEDULE-AGENT" // who tells an attendee (RFC 6638, section 7.1)
)

// replies are the RSVPs with their names in iCalendar.
var replies = map[calendar.RSVP]string{
	calendar.NoReply:   "NEEDS-ACTION",
	calendar.Accepted:  "ACCEPTED",
	calendar.Tentative: "TENTATIVE",
	calendar.Declined:  "DECLINED",
}

// rsvpOf reads a PARTSTAT. Who sends somebody else does not come.
func rsvpOf(partstat string) calendar.RSVP {
	switch strings.ToUpper(partstat) {
	case "ACCEPTED":
		return calendar.Accepted
	case "TENTATIVE":
		return calendar.Tentative
	case "DECLINED", "DELEGATED":
		return calendar.Declined
	}
	return calendar.NoReply
}

// person returns a property that names a.
func (w *seriesWriter) person(name string, a calendar.Attendee) *ical.Prop {
	p := rawProp(name, mailto+string(a.Address))
	if a.Name != "" {
		p.Params.Set(ical.ParamCommonName, escapeParam(a.Name))
	}
	if a.RSVP != calendar.NoReply {
		p.Params.Set(ical.ParamParticipationStatus, replies[a.RSVP])
	}
	return p
}

// invited returns a as an attendee of the series.
func (w *seriesWriter) invited(a calendar.Attendee) *ical.Prop {
	p := w.person(ical.PropAttendee, a)
	p.Params.Set(ical.ParamCalendarUserType, "INDIVIDUAL")
	p.Params.Set(ical.ParamRole, "REQ-PARTICIPANT")
	p.Params.Set(ical.ParamRSVP, "TRUE")
	p.Params.Set(ical.ParamParticipationStatus, replies[a.RSVP])
	if w.Quiet {
		p.Params.Set(scheduleAgent, "CLIENT")
	}
	return p
}

// ownReply marks a reply to one occurrence that would pass for a copy of the reply to the
// series. Where nothing of ours may stand, nobody is asked there any more for a reply, and
// for the series they are: who copies one to the other copies that, too.
const ownReply = "X-PEERSLOT-OWN"

// invitedTo returns a as an attendee of one occurrence.
func (w *seriesWriter) invitedTo(o calendar.Override, a calendar.Attendee) *ical.Prop {
	own, replied := o.RSVPs[a.Address]
	looksCopied := own == a.RSVP || own == calendar.NoReply
	if replied {
		a.RSVP = own
	}
	p := w.invited(a)
	if w.Bare {
		setAsked(p, own)
	} else if replied && looksCopied {
		p.Params.Set(ownReply, "TRUE")
	}
	return p
}

// setAsked says in p, of one occurrence, whether a reply to it is still wanted.
func setAsked(p *ical.Prop, own calendar.RSVP) {
	p.Params.Set(ical.ParamRSVP, map[bool]string{true: "TRUE", false: "FALSE"}[own == calendar.NoReply])
}

// asked reports whether a reply is wanted of somebody, by their line.
func asked(p *line.Prop) bool { return !strings.EqualFold(p.Param(ical.ParamRSVP), "FALSE") }

// replyIn returns the reply to one occurrence that p holds. Where an occurrence
// only repeats the reply to the series, or has none, that person did not reply to
// it alone.
func replyIn(p *line.Prop, series calendar.RSVP) (r calendar.RSVP, own bool) {
	r = rsvpOf(p.Param(ical.ParamParticipationStatus))
	return r, p.Param(ownReply) != "" || r != series && r != calendar.NoReply
}

// personIn reads a property that names a person. ok is false if it names none:
// a room, or somebody without a mail address.
func personIn(p *line.Prop) (a calendar.Attendee, ok bool) {
	switch strings.ToUpper(p.Param(ical.ParamCalendarUserType)) {
	case "ROOM", "RESOURCE":
		return a, false
	}
	address, err := calendar.ParseAddress(mailIn(p))
	return calendar.Attendee{
		Address: address,
		Name:    unescapeParam(p.Param(ical.ParamCommonName)),
		RSVP:    rsvpOf(p.Param(ical.ParamParticipationStatus)),
	}, err == nil
}

// mailIn returns the mail address in a property's value or, for servers that put
// an identity of their own there, in its EMAIL parameter.
func mailIn(p *line.Prop) string {
	if len(p.Value) < len(mailto) || !strings.EqualFold(p.Value[:len(mailto)], mailto) {
		return p.Param(ical.ParamEmail)
	}
	return line.MailIn(p.Value)
}

// peopleIn reads the attendees of a component, sorted, each once.
func peopleIn(c *line.Component) []calendar.Attendee {
	var people []calendar.Attendee
	for _, p := range c.All(ical.PropAttendee) {
		if a, ok := personIn(p); ok {
			people = append(people, a)
		}
	}
	slices.SortStableFunc(people, calendar.Attendee.Compare)
	return slices.CompactFunc(people, func(a, b calendar.Attendee) bool { return a.Address == b.Address })
}
