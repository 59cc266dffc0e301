package ical

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// WriteOptions say what a file of series is for. The zero value writes a file
// for any calendar program to import or subscribe to.
type WriteOptions struct {
	Method  Method
	Name    string // of the calendar that the file makes up; "" for none
	Private bool   // who may look into a member's calendar sees that time is taken, but not by what
	Quiet   bool   // a calendar server that stores it leaves telling the attendees to us
	Listed  bool   // who takes part is told in the text, not by ATTENDEE, which a Publish must not have (RFC 5546, section 3.2.1)
	Bare    bool   // nothing that only we understand, for servers that pass it all on to the attendees
	Feed    bool   // a subscription: Listed and Bare, without any address; looked at every hour, and of no series, too
}

// A Method is what the receiver is to do with a file. The zero Method is Publish.
type Method string

// The methods. Outlook refuses a mail that holds a master together with its
// overrides, so that a Request by mail wants a series without them.
const (
	Publish Method = "PUBLISH"
	Request Method = "REQUEST"
	Cancel  Method = "CANCEL" // of series that are Cancelled
	Stored  Method = "-"      // none: an object in a calendar, which must not have one (RFC 4791, section 4.1)
)

const (
	product = "-//peerslot//peerslot//EN"
	refresh = "PT6H" // how often a subscriber should look again

	feedRefresh = "PT1H" // and one that follows moves
)

// Encode writes one calendar that holds the series: each as one event with a
// rule, and one more event for each occurrence that was moved or that somebody
// replied to alone; a cancelled occurrence is an exception to the rule, which
// every program shows right. The same series always give the same bytes.
//
// [Decode] reads the series back equal, but for what has no form: Version is not
// written; text loses control characters, and line ends become \n; replies of
// people who are not attendees, and overrides that change nothing, are left out.
// It is an error if a series is not valid or has a time that is not in whole
// seconds.
func Encode(w io.Writer, o WriteOptions, series ...calendar.Series) error {
	cal := ical.NewCalendar()
	o.header(cal.Component)
	if len(series) == 0 {
		if !o.Feed {
			return errors.New("no series to write")
		}
		// A calendar has one component at least (RFC 5545, section 3.6).
		cal.Children = append(cal.Children, timezone(time.UTC, availability.Interval{Start: time.Unix(0, 0), End: time.Unix(1, 0)}))
	}
	o.Listed, o.Bare = o.Listed || o.Feed, o.Bare || o.Feed
	spans := map[string]availability.Interval{}
	var first *seriesWriter
	for _, s := range series {
		e, err := newSeriesWriter(o, s)
		if err != nil {
			return err
		}
		if s.Slot.Zone != time.UTC.String() {
			spans[s.Slot.Zone] = union(spans[s.Slot.Zone], e.span())
		}
		first = cmp.Or(first, e)
	}
	for _, zone := range slices.Sorted(maps.Keys(spans)) {
		loc, err := availability.LoadZone(zone)
		if err != nil {
			return err
		}
		cal.Children = append(cal.Children, timezone(loc, spans[zone]))
	}
	if first != nil {
		cal.Children = append(cal.Children, first.components()...)
	}
	if len(series) < 2 {
		return ical.NewEncoder(&folder{w: w}).Encode(cal)
	}
	return o.encode(w, cal, series[1:])
}

// encode writes the calendar with what is in it, and the series after that, one at a time:
// the components of one take ten times what its text does.
func (o WriteOptions) encode(w io.Writer, cal *ical.Calendar, series []calendar.Series) error {
	var head bytes.Buffer
	if err := ical.NewEncoder(&folder{w: &head}).Encode(cal); err != nil {
		return err
	}
	const end = "END:" + ical.CompCalendar + "\r\n"
	if _, err := w.Write(bytes.TrimSuffix(head.Bytes(), []byte(end))); err != nil {
		return err
	}
	encoder := ical.NewEncoder(&folder{w: w})
	for _, s := range series {
		e, err := newSeriesWriter(o, s)
		if err != nil {
			return err
		}
		for _, c := range e.components() {
			if err := encoder.Encode(&ical.Calendar{Component: c}); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(w, end)
	return err
}

func (o WriteOptions) header(cal *ical.Component) {
	setRaw(cal, ical.PropVersion, "2.0")
	setRaw(cal, ical.PropProductID, product)
	setText(cal, ical.PropName, o.Name)
	setText(cal, "X-WR-CALNAME", o.Name)
	method := cmp.Or(o.Method, Publish)
	if method != Stored {
		setRaw(cal, ical.PropMethod, string(method))
	}
	if method == Publish {
		again := refresh
		if o.Feed {
			again = feedRefresh
		}
		setRaw(cal, ical.PropRefreshInterval, again, ical.ParamValue, "DURATION")
		setRaw(cal, "X-PUBLISHED-TTL", again)
	}
}

// union returns the shortest interval that holds both, of which a may be empty.
func union(a, b availability.Interval) availability.Interval {
	if a.Empty() {
		return b
	}
	if a.Start.Before(b.Start) {
		b.Start = a.Start
	}
	if a.End.After(b.End) {
		b.End = a.End
	}
	return b
}

// A seriesWriter makes the components of one series.
type seriesWriter struct {
	WriteOptions
	calendar.Series // as iCalendar can hold it
	zone            *time.Location
	sessions        []calendar.Occurrence
	wrote           string // propWrote of each event
}

func newSeriesWriter(o WriteOptions, s calendar.Series) (*seriesWriter, error) {
	if err := Check(s); err != nil {
		return nil, err
	}
	zone, err := availability.LoadZone(s.Slot.Zone)
	if err != nil {
		return nil, err
	}
	s = Plain(s)
	sessions, err := s.Occurrences()
	return &seriesWriter{o, s, zone, sessions, wroteValue(s)}, err
}

// span returns an interval that holds every time of the series.
func (w *seriesWriter) span() availability.Interval {
	var span availability.Interval
	for _, o := range w.sessions {
		span = union(union(span, o.Interval), w.slotted(o.Original))
	}
	return span
}

// slotted returns the interval that the slot gives the occurrence.
func (w *seriesWriter) slotted(original time.Time) availability.Interval {
	return availability.Interval{Start: original, End: original.Add(w.Slot.Length)}
}

func (w *seriesWriter) components() []*ical.Component {
	all := []*ical.Component{w.master()}
	for _, session := range w.sessions {
		o := w.Override(session.Original)
		overridden := !o.Original.IsZero()
		o.Original = session.Original
		if !o.Cancelled && (overridden || w.changing(session.Interval)) {
			all = append(all, w.override(o))
		}
	}
	return all
}

func (w *seriesWriter) master() *ical.Component {
	first := w.slotted(w.sessions[0].Original)
	e := w.event(w.Description, w.invited)
	e.Props.Add(w.time(ical.PropDateTimeStart, first.Start))
	if w.changing(first) {
		setRaw(e, ical.PropDuration, durationText(w.Slot.Length))
	} else {
		e.Props.Add(w.time(ical.PropDateTimeEnd, first.End))
	}
	setRaw(e, ical.PropRecurrenceRule, w.ruleText())
	for _, o := range w.Overrides {
		if !o.Cancelled {
			continue
		}
		e.Props.Add(w.time(ical.PropExceptionDates, o.Original))
		if !w.Bare {
			for _, p := range cancelledProps(o) {
				e.Props.Add(p)
			}
		}
	}
	return e
}

func (w *seriesWriter) ruleText() string {
	return fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d;COUNT=%d;BYDAY=%s", int(w.Cadence), w.Count, weekday(w.Slot.Day))
}

func (w *seriesWriter) override(o calendar.Override) *ical.Component {
	iv := o.Moved
	if iv.Empty() {
		iv = w.slotted(o.Original)
	}
	e := w.event(withNote(o.Note, w.Description), func(a calendar.Attendee) *ical.Prop { return w.invitedTo(o, a) })
	e.Props.Add(w.time(ical.PropRecurrenceID, o.Original))
	write := w.time
	if w.changing(iv) {
		write = utcProp
	}
	e.Props.Add(write(ical.PropDateTimeStart, iv.Start))
	e.Props.Add(write(ical.PropDateTimeEnd, iv.End))
	return e
}

// event returns what a master and an override have in common.
func (w *seriesWriter) event(description string, attendee func(calendar.Attendee) *ical.Prop) *ical.Component {
	e := ical.NewComponent(ical.CompEvent)
	setRaw(e, ical.PropUID, UIDText(w.UID))
	setRaw(e, ical.PropSequence, strconv.Itoa(w.Sequence))
	w.stamp(e)
	setText(e, ical.PropSummary, w.Title)
	if w.Listed {
		description = withNote("With "+strings.Join(w.names(), ", "), description)
	}
	setText(e, ical.PropDescription, description)
	w.link(e)
	if !w.Bare {
		setRaw(e, propWrote, w.wrote)
	}
	w.status(e)
	if !w.Feed {
		e.Props.Add(w.person(ical.PropOrganizer, w.Organizer))
	}
	for _, a := range w.Attendees {
		if !w.Listed {
			e.Props.Add(attendee(a))
		}
	}
	if w.Reminder > 0 {
		e.Children = append(e.Children, w.alarm())
	}
	return e
}

// names returns what the attendees are called.
func (w *seriesWriter) names() []string {
	var names []string
	for _, a := range w.Attendees {
		names = append(names, cmp.Or(a.Name, string(a.Address)))
	}
	return names
}

// stamp notes when the series was changed. The zero time, which some programs
// cannot read, becomes the epoch.
func (w *seriesWriter) stamp(e *ical.Component) {
	updated := w.Updated
	if updated.IsZero() {
		updated = time.Unix(0, 0)
	} else {
		setRaw(e, ical.PropLastModified, updated.UTC().Format(instant))
	}
	setRaw(e, ical.PropDateTimeStamp, updated.UTC().Format(instant))
}

// link puts the link where programs look for it: LOCATION, and URL if it is one.
func (w *seriesWriter) link(e *ical.Component) {
	setText(e, ical.PropLocation, w.Link)
	if isURL(w.Link) {
		setRaw(e, ical.PropURL, w.Link)
	}
}

func (w *seriesWriter) status(e *ical.Component) {
	status, transparency, busy := ical.EventConfirmed, "OPAQUE", "BUSY"
	if w.Cancelled {
		status, transparency, busy = ical.EventCancelled, "TRANSPARENT", "FREE"
	}
	setRaw(e, ical.PropStatus, string(status))
	setRaw(e, ical.PropTransparency, transparency)
	setRaw(e, "X-MICROSOFT-CDO-BUSYSTATUS", busy)
	if w.Private {
		setRaw(e, ical.PropClass, "PRIVATE")
	}
}

func (w *seriesWriter) alarm() *ical.Component {
	a := ical.NewComponent(ical.CompAlarm)
	setRaw(a, ical.PropAction, "DISPLAY")
	setText(a, ical.PropDescription, cmp.Or(w.Title, "Reminder"))
	setRaw(a, ical.PropTrigger, "-"+durationText(w.Reminder))
	return a
}

// time returns a property that holds t on the clocks of the series' zone.
func (w *seriesWriter) time(name string, t time.Time) *ical.Prop {
	if w.Slot.Zone == time.UTC.String() {
		return utcProp(name, t)
	}
	return rawProp(name, t.In(w.zone).Format(wallClock), ical.ParamTimezoneID, w.Slot.Zone)
}

func utcProp(name string, t time.Time) *ical.Prop {
	return rawProp(name, t.UTC().Format(instant))
}

// changing reports whether the clocks change during iv, or show its start or end
// twice. On the wall clock, programs disagree on when that is: several take the
// second of two equal times and count an hour too many or too few. So such a
// session has a component of its own, in UTC.
func (w *seriesWriter) changing(iv availability.Interval) bool {
	start, end := iv.Start.In(w.zone), iv.End.In(w.zone)
	_, from := start.Zone()
	_, to := end.Zone()
	return from != to || repeated(start) || repeated(end)
}

// repeated reports whether the clocks show the wall clock of t twice.
func repeated(t time.Time) bool {
	start, end := t.ZoneBounds()
	_, now := t.Zone()
	if !end.IsZero() {
		_, next := end.Zone()
		if !t.Add(time.Duration(now-next) * time.Second).Before(end) {
			return true
		}
	}
	_, before := start.Add(-1).Zone()
	return !start.IsZero() && t.Add(time.Duration(now-before)*time.Second).Before(start)
}
