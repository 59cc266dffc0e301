package api

import (
	"time"

	"github.com/tidwall/gjson"
)

// A FreeBusy is the answer of freebusy.query, by calendars' and mailing lists' ids:
// https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query.
// It is read from the text as it stands: decoded by way of the library's types, the
// answers for 10,000 people took half of a night.
type FreeBusy struct {
	Calendars map[string]Calendar
	Lists     map[string]List
}

// A Calendar is what is known of one: when it is busy, or why that is not known.
type Calendar struct {
	Busy   []Period
	Reason string // Google's word for why there is no answer; "" if there is one
	Odd    bool   // what the answer says of this one cannot be read
}

// A Period is a busy time in Unix seconds, rounded outwards.
type Period struct{ Start, End int64 }

// A List is a mailing list, expanded.
type List struct {
	Calendars []string
	Reason    string // as of a Calendar
}

// read implements reader.
func (f *FreeBusy) read(text []byte) (fits bool) {
	all := gjson.ParseBytes(text)
	calendars, lists := all.Get("calendars"), all.Get("groups")
	*f = FreeBusy{map[string]Calendar{}, map[string]List{}}
	if !calendars.IsObject() && all.Get("kind").Str != "calendar#freeBusy" {
		return false
	}
	calendars.ForEach(func(id, c gjson.Result) bool {
		f.Calendars[id.Str] = readCalendar(c)
		return true
	})
	lists.ForEach(func(id, l gjson.Result) bool {
		list := List{Reason: reason(l)}
		for _, c := range l.Get("calendars").Array() {
			list.Calendars = append(list.Calendars, c.Str)
		}
		f.Lists[id.Str] = list
		return true
	})
	return true
}

// reason returns the first error's, "" if there is none.
func reason(r gjson.Result) string {
	errs := r.Get("errors").Array()
	if len(errs) == 0 {
		return ""
	}
	if word := errs[0].Get("reason").Str; word != "" {
		return word
	}
	return "no reason given"
}

func readCalendar(r gjson.Result) Calendar {
	if word := reason(r); word != "" {
		return Calendar{Reason: word}
	}
	c := Calendar{}
	busy := r.Get("busy")
	c.Odd = !r.IsObject() || busy.Exists() && !busy.IsArray()
	busy.ForEach(func(_, p gjson.Result) bool {
		start, err := time.Parse(time.RFC3339, p.Get("start").Str)
		end, err2 := time.Parse(time.RFC3339, p.Get("end").Str)
		c.Odd = c.Odd || err != nil || err2 != nil
		c.Busy = append(c.Busy, Period{start.Unix(), end.Add(time.Second - 1).Unix()})
		return !c.Odd
	})
	return c
}
