package ical

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Merge returns text, one calendar that holds a series of ours as a server or a
// person left it, changed so that it says what s says. All else in it stays: the
// lines of others, what each attendee replied, components that are not ours. A
// reply to a time that s moves becomes NEEDS-ACTION (RFC 6638, section 3.2.8). A
// cancelled session is an exception to the rule, and one that moves back keeps its
// component, at the time of the slot: several servers delete, or never move, the
// attendees' copies of a component that goes missing.
//
// A series that is Cancelled keeps its event, cancelled and without attendees,
// which tells each of them that they are out; it says that the series was there.
//
// Text that needs no change is returned as it is. It is an error if text is not one
// calendar with that series, or holds something that no Series can be.
func Merge(text []byte, o WriteOptions, s calendar.Series) ([]byte, error) {
	m, err := newMerger(text, s.UID)
	if err != nil {
		return nil, err
	}
	if err := m.become(o, s); err != nil {
		return nil, err
	}
	if m.have.Same(m.w.Series) && m.have.Sequence >= s.Sequence {
		return text, nil
	}
	if err := m.merge(); err != nil {
		return nil, err
	}
	return m.text()
}

// A merger changes the components of one series.
type merger struct {
	w    *seriesWriter
	have calendar.Series // what the components say
	cal  *ical.Component
	old  *seriesReader
	of   map[*line.Component]*ical.Component // what is changed of what was read
}

// newMerger reads text, which is one calendar with that series alone.
func newMerger(text []byte, uid calendar.UID) (*merger, error) {
	calendars, err := line.Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if len(calendars) != 1 {
		return nil, fmt.Errorf("want one calendar, got %d", len(calendars))
	}
	all := seriesIn(calendars[0])
	if len(all) != 1 || all[0].uid != uid {
		return nil, fmt.Errorf("the calendar is not of series %s alone", uid)
	}
	m := &merger{old: all[0], of: map[*line.Component]*ical.Component{}}
	if m.have, err = all[0].read(); err != nil {
		return nil, err
	}
	m.cal = m.writable(calendars[0])
	return m, nil
}

// become sets what the series is to be. Who tells the attendees is decided once: a series
// that is left to the client later is cancelled by the server.
func (m *merger) become(o WriteOptions, s calendar.Series) (err error) {
	if people := m.old.masters[0].All(ical.PropAttendee); len(people) > 0 {
		o.Quiet = slices.ContainsFunc(people, leftToUs)
	}
	m.w, err = newSeriesWriter(o, s)
	return err
}

// text returns what the calendar has become.
func (m *merger) text() ([]byte, error) {
	var out bytes.Buffer
	err := ical.NewEncoder(&folder{w: &out}).Encode(&ical.Calendar{Component: m.cal})
	return out.Bytes(), err
}

// writable returns a component as go-ical writes it.
func (m *merger) writable(c *line.Component) *ical.Component {
	out := ical.NewComponent(c.Name)
	m.of[c] = out
	for _, p := range c.Props {
		out.Props[p.Name] = append(out.Props[p.Name], ical.Prop{Name: p.Name, Params: p.Params(), Value: p.Value})
	}
	for _, child := range c.Children {
		out.Children = append(out.Children, m.writable(child))
	}
	return out
}

// readable returns a property as it is read.
func readable(p *ical.Prop) *line.Prop { return line.NewProp(p.Name, p.Value, p.Params) }

func (m *merger) merge() error {
	master := m.of[m.old.masters[0]]
	if m.w.Cancelled {
		for _, c := range m.old.overrides {
			m.drop(m.of[c])
		}
		m.cancel(master)
		return nil
	}
	m.master(master)
	for _, c := range m.old.overrides {
		if err := m.override(c); err != nil {
			return err
		}
	}
	m.addOverrides()
	m.timezone()
	return nil
}

// cancel makes of the master a mark that the series is off.
func (m *merger) cancel(e *ical.Component) {
	w := *m.w
	w.Attendees = nil
	fresh := w.event("", nil)
	for _, name := range []string{ical.PropStatus, ical.PropTransparency, "X-MICROSOFT-CDO-BUSYSTATUS"} {
		take(e, fresh, name)
	}
	m.changed(e, fresh)
	delete(e.Props, ical.PropAttendee)
	e.Children = slices.DeleteFunc(e.Children, func(c *ical.Component) bool { return c.Name == ical.CompAlarm })
}

// master changes what the series says of itself.
func (m *merger) master(e *ical.Component) {
	w, have := m.w, m.have
	fresh := w.master()
	moved := have.Slot != w.Slot || have.First != w.First || have.Cadence != w.Cadence
	if moved {
		for _, name := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDuration, ical.PropRecurrenceRule, ical.PropExceptionDates} {
			take(e, fresh, name)
		}
	}
	if have.Count != w.Count {
		take(e, fresh, ical.PropRecurrenceRule)
	}
	if have.Cancelled {
		take(e, fresh, ical.PropStatus)
		take(e, fresh, ical.PropTransparency)
	}
	if !slices.EqualFunc(cancelledStarts(have), cancelledStarts(w.Series), time.Time.Equal) {
		take(e, fresh, ical.PropExceptionDates)
	}
	m.texts(e, fresh, have.Description != w.Description)
	m.people(e, moved)
	m.changed(e, fresh)
}

func cancelledStarts(s calendar.Series) (starts []time.Time) {
	for _, o := range s.Overrides {
		if o.Cancelled {
			starts = append(starts, o.Original)
		}
	}
	return starts
}

// override changes the component of one session, or drops it if there is none.
func (m *merger) override(was *line.Component) error {
	c := m.of[was]
	i, err := m.sessionOf(was)
	if err != nil {
		return err
	}
	if i < 0 || m.w.sessions[i].Cancelled {
		m.drop(c)
		return nil
	}
	had, want := m.have.Override(m.w.sessions[i].Original), m.w.Override(m.w.sessions[i].Original)
	want.Original = m.w.sessions[i].Original
	fresh := m.w.override(want)
	moved := !had.Moved.Start.Equal(want.Moved.Start) || !had.Moved.End.Equal(want.Moved.End)
	if moved {
		for _, name := range []string{ical.PropDateTimeStart, ical.PropDateTimeEnd, ical.PropDuration} {
			take(c, fresh, name)
		}
	}
	before := len(c.Props[ical.PropAttendee])
	m.texts(c, fresh, m.have.Description != m.w.Description || had.Note != want.Note)
	m.people(c, moved)
	if moved || had.Note != want.Note || before != len(c.Props[ical.PropAttendee]) || m.have.Title != m.w.Title || m.have.Description != m.w.Description {
		m.changed(c, fresh)
	}
	return nil
}

// addOverrides adds the components of sessions that have none yet. A moved session
// begins without replies: those to the series were to another time.
func (m *merger) addOverrides() {
	known := map[int64]bool{}
	for _, c := range m.old.overrides {
		if i, err := m.sessionOf(c); err == nil && i >= 0 {
			known[m.w.sessions[i].Original.Unix()] = true
		}
	}
	w := *m.w
	w.Series = w.WithoutReplies().WithReplies(m.have, m.have.People()...)
	for _, c := range w.components()[1:] {
		i, err := m.sessionAt(readable(c.Props.Get(ical.PropRecurrenceID)))
		if err != nil || i < 0 || known[w.sessions[i].Original.Unix()] {
			continue
		}
		for j := range c.Props[ical.PropAttendee] {
			if w.sessions[i].Moved {
				c.Props[ical.PropAttendee][j].Params.Set(ical.ParamParticipationStatus, replies[calendar.NoReply])
			}
		}
		m.cal.Children = append(m.cal.Children, c)
	}
}

// texts changes the words in which s differs from what was there.
func (m *merger) texts(e, fresh *ical.Component, description bool) {
	if m.have.Title != m.w.Title {
		take(e, fresh, ical.PropSummary)
	}
	if description {
		take(e, fresh, ical.PropDescription)
	}
	if m.have.Link != m.w.Link {
		take(e, fresh, ical.PropLocation)
		take(e, fresh, ical.PropURL)
	}
	if m.have.Reminder != m.w.Reminder {
		for c, out := range m.of {
			if reminderIn(c) > 0 {
				e.Children = slices.DeleteFunc(e.Children, func(c *ical.Component) bool { return c == out })
			}
		}
		e.Children = append(e.Children, fresh.Children...)
	}
}

// people adds and removes attendees. Who stays keeps their line; with reset, who
// comes anew is asked as everybody is.
func (m *merger) people(e *ical.Component, reset bool) {
	var lines []ical.Prop
	listed := map[calendar.Address]bool{m.w.Organizer.Address: true}
	for _, p := range e.Props[ical.PropAttendee] {
		a, ok := personIn(readable(&p))
		_, invited := attendee(m.w.Series, a.Address)
		_, was := attendee(m.have, a.Address)
		if ok && was && !invited || ok && listed[a.Address] && a.Address != m.w.Organizer.Address {
			continue
		}
		listed[a.Address] = true
		if reset && a.Address != m.w.Organizer.Address {
			p.Params.Set(ical.ParamParticipationStatus, replies[calendar.NoReply])
			p.Params.Set(ical.ParamRSVP, "TRUE")
		}
		lines = append(lines, p)
	}
	for _, a := range m.w.Attendees {
		if !listed[a.Address] {
			a.RSVP = calendar.NoReply
			lines = append(lines, *m.w.invited(a))
		}
	}
	if e.Props[ical.PropAttendee] = lines; len(lines) == 0 {
		delete(e.Props, ical.PropAttendee)
	}
}

// changed notes in e when it was changed.
func (m *merger) changed(e, fresh *ical.Component) {
	sequence := 0
	if p := e.Props.Get(ical.PropSequence); p != nil {
		sequence = sequenceIn(p.Value)
	}
	setRaw(e, ical.PropSequence, strconv.Itoa(max(m.w.Sequence, sequence)))
	take(e, fresh, ical.PropLastModified)
	take(e, fresh, ical.PropDateTimeStamp)
}

// timezone sees that the zone in which new times are written is defined for all
// of them.
func (m *merger) timezone() {
	if m.w.Slot.Zone == time.UTC.String() {
		return
	}
	m.cal.Children = slices.DeleteFunc(m.cal.Children, func(c *ical.Component) bool {
		id := c.Props.Get(ical.PropTimezoneID)
		return c.Name == ical.CompTimezone && id != nil && strings.EqualFold(strings.TrimSpace(id.Value), m.w.Slot.Zone)
	})
	m.cal.Children = slices.Insert(m.cal.Children, 0, timezone(m.w.zone, m.w.span()))
}

func (m *merger) drop(list ...*ical.Component) {
	m.cal.Children = slices.DeleteFunc(m.cal.Children, func(c *ical.Component) bool { return slices.Contains(list, c) })
}

// take sets a property of e to what from has, if anything.
func take(e, from *ical.Component, name string) {
	if p, ok := from.Props[name]; ok {
		e.Props[name] = p
	} else {
		delete(e.Props, name)
	}
}

// Untold returns the attendees whom the server that keeps text has not told: those
// that are left to the client, with "" (RFC 6638, section 7.1), and those whom it
// could not reach, with its SCHEDULE-STATUS (section 3.2.9).
func Untold(text []byte) (map[calendar.Address]string, error) {
	calendars, err := line.Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	out := map[calendar.Address]string{}
	for _, cal := range calendars {
		for _, c := range cal.Children {
			for _, p := range c.All(ical.PropAttendee) {
				status := p.Param("SCHEDULE-STATUS")
				failed := status != "" && status[0] != '1' && status[0] != '2' // pending or sent, delivered
				if a, ok := personIn(p); ok && (failed || leftToUs(p)) {
					out[a.Address] = max(out[a.Address], status)
				}
			}
		}
	}
	return out, nil
}

// leftToUs reports whether an attendee is told by the client.
func leftToUs(p *line.Prop) bool { return strings.EqualFold(p.Param(scheduleAgent), "CLIENT") }
