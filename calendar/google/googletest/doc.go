package googletest

import (
	"strings"
	"sync"
	"time"
)

// A doc is a JSON object.
type doc = map[string]any

// clone returns a deep copy of a value of JSON.
func clone[T any](v T) T { return deepCopy(v).(T) }

func deepCopy(v any) any {
	switch v := v.(type) {
	case doc:
		out := make(doc, len(v))
		for name, e := range v {
			out[name] = deepCopy(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = deepCopy(e)
		}
		return out
	}
	return v
}

// zones keeps those that were loaded, which takes a while each time.
var zones sync.Map

func loadZone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, z)
	}
	return z, err
}

func str(d doc, path ...string) string {
	s, _ := at(d, path...).(string)
	return s
}

func at(d doc, path ...string) any {
	var v any = d
	for _, name := range path {
		m, ok := v.(doc)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// merge changes d as PATCH does: objects are merged, null clears, everything else,
// arrays too, is replaced whole.
func merge(d, patch doc) {
	for name, v := range patch {
		sub, isDoc := v.(doc)
		have, hasDoc := d[name].(doc)
		switch {
		case v == nil:
			delete(d, name)
		case isDoc && hasDoc:
			merge(have, sub)
		default:
			d[name] = v
		}
	}
}

// attendees returns the guest list of an event.
func attendees(d doc) []doc {
	list, _ := d["attendees"].([]any)
	out := make([]doc, 0, len(list))
	for _, a := range list {
		if m, ok := a.(doc); ok {
			out = append(out, m)
		}
	}
	return out
}

func attendee(d doc, email string) doc {
	for _, a := range attendees(d) {
		if strings.EqualFold(str(a, "email"), email) {
			return a
		}
	}
	return nil
}

// timeOf reads a start or end: an instant, or a day in zone.
func timeOf(v any, zone *time.Location) (time.Time, bool) {
	d, _ := v.(doc)
	if own := str(d, "timeZone"); own != "" {
		if z, err := loadZone(own); err == nil && str(d, "date") == "" {
			zone = z
		}
	}
	for _, is := range [][2]string{{time.RFC3339, "dateTime"}, {"2006-01-02T15:04:05", "dateTime"}, {time.DateOnly, "date"}} {
		if text := str(d, is[1]); text != "" {
			if t, err := time.ParseInLocation(is[0], text, zone); err == nil {
				return t.In(zone), true
			}
		}
	}
	return time.Time{}, false
}

func dateTime(t time.Time, zone string) doc {
	return doc{"dateTime": t.Format(time.RFC3339), "timeZone": zone}
}
