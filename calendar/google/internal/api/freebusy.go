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
		list := List{Reason: reason(l.Get("errors"))}
		for _, c := range l.Get("calendars").Array() {
			list.Calendars = append(list.Calendars, c.Str)
		}
		f.Lists[id.Str] = list
		return true
	})
	return true
}

// reason returns the first error's, "" if there is none.
func reason(errors gjson.Result) string {
	errs := errors.Array()
	if len(errs) == 0 {
		return ""
	}
	if word := errs[0].Get("reason").Str; word != "" {
		return word
	}
	return "no reason given"
}

func readCalendar(r gjson.Result) Calendar {
	c := Calendar{Odd: !r.IsObject()}
	r.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "errors":
			c.Reason = reason(value)
		case "busy":
			c.Odd = c.Odd || !value.IsArray()
			value.ForEach(func(_, p gjson.Result) bool {
				period, ok := readPeriod(p)
				c.Odd = c.Odd || !ok
				c.Busy = append(c.Busy, period)
				return !c.Odd
			})
		}
		return true
	})
	return c
}

func readPeriod(r gjson.Result) (p Period, ok bool) {
	var start, end string
	r.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "start":
			start = value.Str
		case "end":
			end = value.Str
		}
		return true
	})
	from, err := time.Parse(time.RFC3339, start)
	to, err2 := time.Parse(time.RFC3339, end)
	return Period{from.Unix(), to.Add(time.Second - 1).Unix()}, err == nil && err2 == nil
}
