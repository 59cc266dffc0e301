package ical

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
	"github.com/peerslot/peerslot/calendar/ical/internal/rrule"
	"github.com/peerslot/peerslot/calendar/ical/internal/zones"
)

// Ours returns the UID of the first of our series in a calendar's text, and
// whether there is one. It reads no further than that and judges nothing else.
func Ours(r io.Reader) (calendar.UID, bool) {
	l := line.NewReader(r)
	defer l.Free()
	for l.Next() {
		if len(l.Head) < 4 || !bytes.EqualFold(l.Head[:3], []byte("UID")) || l.Head[3] != ':' && l.Head[3] != ';' {
			continue
		}
		_, value, _ := strings.Cut(string(l.Whole()), ":")
		if uid, ok := UIDOf(value); ok {
			return uid, true
		}
	}
	return "", false
}

// Decode reads the series that [Encode] wrote, in the order of the text, and as
// other programs left them since: sessions moved or cancelled, replies, the rule
// cut short, other ways to say the same. Events of others are passed over. If a
// series is no longer one that peerslot can hold, the error says what is wrong,
// and the other series are returned beside it.
func Decode(r io.Reader) ([]calendar.Series, error) { return DecodeCopy(r) }

// DecodeCopy is Decode for the copy of somebody with these addresses. What they say there
// of one occurrence is a reply to it, though it be the same as their reply to the series.
func DecodeCopy(r io.Reader, own ...calendar.Address) ([]calendar.Series, error) {
	calendars, err := line.Read(r)
	if err != nil {
		return nil, err
	}
	var all []calendar.Series
	var faults []error
	for _, cal := range calendars {
		for _, e := range seriesIn(cal) {
			e.own = own
			s, err := e.read()
			if err != nil {
				faults = append(faults, calendar.OfSeries(e.uid, err))
				continue
			}
			all = append(all, s)
		}
	}
	return all, errors.Join(faults...)
}

// A seriesReader reads one series from its components.
type seriesReader struct {
	calendar.Series // as far as it was read
	uid             calendar.UID
	masters         []*line.Component
	overrides       []*line.Component
	zones           *zones.Table
	zone            *time.Location            // of the slot, once it was read
	own             []calendar.Address        // of whose copy it is, if that is known
	asked           map[calendar.Address]bool // of whom its master wants a reply; nil until that is asked
}

// seriesIn collects the components of each of our series.
func seriesIn(cal *line.Component) []*seriesReader {
	zones := zones.NewTable(cal.Children, nil)
	var list []*seriesReader
	found := map[calendar.UID]*seriesReader{}
	for _, c := range cal.Children {
		uid, ours := UIDOf(textOf(c, ical.PropUID))
		if c.Name != ical.CompEvent || !ours {
			continue
		}
		s := found[uid]
		if s == nil {
			s = &seriesReader{uid: uid, zones: zones}
			found[uid] = s
			list = append(list, s)
		}
		if c.Get(ical.PropRecurrenceID) == nil {
			s.masters = append(s.masters, c)
		} else {
			s.overrides = append(s.overrides, c)
		}
	}
	return list
}

func (s *seriesReader) read() (calendar.Series, error) {
	if len(s.masters) != 1 {
		return calendar.Series{}, fmt.Errorf("want one event with the rule, got %d", len(s.masters))
	}
	m := s.masters[0]
	s.UID = s.uid
	s.texts(m)
	if err := s.people(m); err != nil {
		return calendar.Series{}, err
	}
	if err := s.slot(m); err != nil {
		return calendar.Series{}, err
	}
	if err := s.rule(m); err != nil {
		return calendar.Series{}, err
	}
	if err := s.exceptions(m); err != nil {
		return calendar.Series{}, err
	}
	s.Cancelled = cancelled(m)
	for _, c := range append(s.overrides, m) {
		s.changed(c)
	}
	return s.Series, s.Check()
}

func (s *seriesReader) texts(m *line.Component) {
	s.Title = textOf(m, ical.PropSummary)
	s.Description = textOf(m, ical.PropDescription)
	s.Link = textOf(m, ical.PropLocation)
	if p := m.Get(ical.PropURL); p != nil {
		s.Link = p.Value
	}
	for _, c := range m.Children {
		if d := reminderIn(c); d > 0 && s.Reminder == 0 {
			s.Reminder = d
		}
	}
}

// reminderIn returns how long before the start an alarm rings, 0 if it does not.
func reminderIn(c *line.Component) time.Duration {
	trigger := c.Get(ical.PropTrigger)
	if c.Name != ical.CompAlarm || trigger == nil || strings.EqualFold(trigger.Param("RELATED"), "END") {
		return 0
	}
	if action := textOf(c, ical.PropAction); !strings.EqualFold(action, "DISPLAY") && !strings.EqualFold(action, "AUDIO") {
		return 0
	}
	l, ok := lengthIn(trigger)
	if !ok {
		return 0
	}
	return max(0, -time.Duration(l.Days*rrule.SecondsPerDay+l.Seconds)*time.Second)
}

func (s *seriesReader) people(m *line.Component) error {
	p := m.Get(ical.PropOrganizer)
	if p == nil {
		return errors.New("it has no ORGANIZER")
	}
	var ok bool
	if s.Organizer, ok = personIn(p); !ok {
		return errors.New("its ORGANIZER has no mail address")
	}
	s.Attendees = peopleIn(m)
	return nil
}

// slot reads when the first session is.
func (s *seriesReader) slot(m *line.Component) error {
	iv, err := s.interval(m, 0)
	if err != nil {
		return err
	}
	if s.zone, err = anchor(iv.Start.Location()); err != nil {
		return err
	}
	start := iv.Start.In(s.zone)
	s.First = availability.DateOf(start)
	s.Slot = availability.Slot{Day: start.Weekday(), Start: availability.ClockOf(start), Length: iv.Length(), Zone: s.zone.String()}
	return nil
}

// changed takes over what c says of the last change.
func (s *seriesReader) changed(c *line.Component) {
	s.Sequence = max(s.Sequence, sequenceOf(c))
	at, err := time.Parse(instant, c.Raw(ical.PropLastModified))
	if err != nil {
		// Encode writes the epoch for a series without a time.
		if at, err = time.Parse(instant, c.Raw(ical.PropDateTimeStamp)); at.Unix() == 0 {
			return
		}
	}
	if err == nil && at.After(s.Updated) {
		s.Updated = at
	}
}

func sequenceOf(c *line.Component) int { return sequenceIn(c.Raw(ical.PropSequence)) }

func sequenceIn(value string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}

func cancelled(c *line.Component) bool {
	return strings.EqualFold(c.Raw(ical.PropStatus), string(ical.EventCancelled))
}
