package googletest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// An event is one event of its owner's calendar, of which all attendees have a
// copy: the same with their own private properties and transparency.
type event struct {
	id, owner  string
	doc        doc // what is common to all copies
	deleted    bool
	forgotten  bool                 // nothing but its id is known any more
	exceptions map[int64]*exception // by original start
	copies     map[string]*personal // by address
	stamp                           // of the last change of the event itself
}

func newEvent(id, owner string, d doc) *event {
	return &event{id: id, owner: owner, doc: d, exceptions: map[int64]*exception{}, copies: map[string]*personal{}}
}

// An exception is an occurrence that differs from its series.
type exception struct {
	doc       doc // all of it; empty if it is cancelled
	cancelled bool
	stamp
}

// A stamp tells changes of the calendar apart, in their order.
type stamp struct {
	change  int64
	updated time.Time
}

// etag is what the real service makes of the time of the last change.
func (s stamp) etag() string { return fmt.Sprintf("%q", fmt.Sprint(s.updated.UnixMicro()*2)) }

// personal is what one person's copy does not share.
type personal struct {
	private     doc
	transparent bool
}

func (e *event) recurs() bool { return e.doc["recurrence"] != nil }

func (e *event) zone() *time.Location {
	if z, err := loadZone(str(e.doc, "start", "timeZone")); err == nil {
		return z
	}
	return time.UTC
}

// instanceID is the id of the occurrence with that original start.
func (e *event) instanceID(original time.Time) string {
	return e.id + "_" + original.UTC().Format("20060102T150405Z")
}

// An occurrence is one date of an event, or the only one.
type occurrence struct {
	event     *event
	original  time.Time // zero for an event that does not recur
	doc       doc       // all of it, without what a calendar adds
	cancelled bool
	stamp
}

// interval returns when it is; whole days are those of the calendar's zone.
func (o occurrence) interval(cal *calendar) (start, end time.Time) {
	start, _ = timeOf(o.doc["start"], cal.location())
	end, _ = timeOf(o.doc["end"], cal.location())
	return start, end
}

// occurrences returns all dates of an event that is not deleted, the cancelled
// ones too. Exceptions whose date the series no longer has come last.
func (e *event) occurrences() []occurrence {
	if e.deleted {
		return nil
	}
	if !e.recurs() {
		return []occurrence{{event: e, doc: e.doc, stamp: e.stamp}}
	}
	var out []occurrence
	for _, t := range e.originals() {
		out = append(out, e.occurrence(t))
	}
	return out
}

// originals returns when the occurrences of an event that recurs start as the series has
// them, in the order of occurrences.
func (e *event) originals() []time.Time {
	all, err := starts(e.doc)
	if err != nil {
		panic(err) // it was refused when it was sent
	}
	seen := map[int64]bool{}
	for _, t := range all {
		seen[t.Unix()] = true
	}
	for key := range e.exceptions {
		if !seen[key] {
			all = append(all, time.Unix(key, 0).In(e.zone()))
		}
	}
	return all
}

func (e *event) occurrence(original time.Time) occurrence {
	o := occurrence{event: e, original: original, stamp: e.stamp}
	if x := e.exceptions[original.Unix()]; x != nil {
		o.doc, o.cancelled, o.stamp = x.doc, x.cancelled, x.stamp
		return o
	}
	o.doc = e.plain(original)
	return o
}

// plain returns the occurrence as the series has it, with which it shares what is not its
// own: it is cloned before it is changed.
func (e *event) plain(original time.Time) doc {
	start, _ := timeOf(e.doc["start"], e.zone())
	end, _ := timeOf(e.doc["end"], e.zone())
	d := maps.Clone(e.doc)
	delete(d, "recurrence")
	zone := str(e.doc, "start", "timeZone")
	d["start"], d["end"] = dateTime(original, zone), dateTime(original.Add(end.Sub(start)), zone)
	return d
}

// find returns the occurrence that an instance id names.
func (e *event) find(id string) (occurrence, bool) {
	text, ok := strings.CutPrefix(id, e.id+"_")
	t, err := time.Parse("20060102T150405Z", text)
	if !ok || err != nil || !e.recurs() || e.deleted {
		return occurrence{}, false
	}
	all := e.originals()
	if i := slices.IndexFunc(all, t.Equal); i >= 0 {
		return e.occurrence(all[i]), true
	}
	return occurrence{}, false
}

// status returns a's answer to the occurrence, "" if a is not invited.
func (o occurrence) status(a string) string {
	if at := attendee(o.doc, a); at != nil {
		return str(at, "responseStatus")
	}
	return ""
}

// on reports whether the occurrence is on a's calendar, and whether it makes a
// busy.
func (o occurrence) on(a string) (there, busy bool) {
	if o.cancelled {
		return false, false
	}
	status := o.status(a)
	if a != o.event.owner && status == "" {
		return false, false
	}
	busy = status != "declined" && str(o.doc, "transparency") != "transparent" && str(o.doc, "eventType") != "workingLocation"
	if c := o.event.copies[a]; c != nil && c.transparent {
		busy = false
	}
	return true, busy
}
