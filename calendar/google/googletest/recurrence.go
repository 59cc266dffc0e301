package googletest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// starts returns when the occurrences of a recurring event start: on the wall
// clock of its zone, whatever clocks do in between. Rules that the stand-in does
// not know are an error.
func starts(d doc) ([]time.Time, error) {
	zone, err := loadZone(str(d, "start", "timeZone"))
	first, ok := timeOf(d["start"], zone)
	if err != nil || !ok {
		return nil, fmt.Errorf("start of a recurring event: %v", d["start"])
	}
	lines, _ := d["recurrence"].([]any)
	var rule string
	left := map[int64]bool{}
	for _, l := range lines {
		line, _ := l.(string)
		head, value, _ := strings.Cut(line, ":")
		switch name, _, _ := strings.Cut(head, ";"); name {
		case "RRULE":
			rule = value
		case "EXDATE":
			for v := range strings.SplitSeq(value, ",") {
				if t, err := time.ParseInLocation("20060102T150405", strings.TrimSuffix(v, "Z"), zone); err == nil {
					left[t.Unix()] = true
				}
			}
		default:
			return nil, fmt.Errorf("recurrence %q", line)
		}
	}
	r, err := parseRule(rule)
	if err != nil {
		return nil, err
	}
	all := r.expand(first)
	return slices.DeleteFunc(all, func(t time.Time) bool { return left[t.Unix()] }), nil
}

type rule struct {
	days     int // from one occurrence to the next
	count    int
	until    time.Time
	weekdays []string
}

func parseRule(text string) (rule, error) {
	r := rule{days: 7}
	interval := 1
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		var err error
		switch name {
		case "FREQ":
			if r.days = map[string]int{"DAILY": 1, "WEEKLY": 7}[value]; r.days == 0 {
				err = fmt.Errorf("frequency %q", value)
			}
		case "INTERVAL":
			interval, err = strconv.Atoi(value)
		case "COUNT":
			r.count, err = strconv.Atoi(value)
		case "UNTIL":
			if r.until, err = time.Parse("20060102T150405Z", value); err != nil {
				r.until, err = time.Parse("20060102", value)
				r.until = r.until.Add(24*time.Hour - time.Second)
			}
		case "BYDAY":
			r.weekdays = strings.Split(value, ",")
		case "WKST":
		default:
			err = fmt.Errorf("part %q", part)
		}
		if err != nil {
			return r, fmt.Errorf("rule %q: %w", text, err)
		}
	}
	if r.count > 0 && !r.until.IsZero() {
		return r, fmt.Errorf("rule %q has COUNT and UNTIL", text)
	}
	if len(r.weekdays) > 0 && r.days == 7 {
		if interval > 1 && len(r.weekdays) > 1 {
			return r, fmt.Errorf("rule %q: several days and an interval", text)
		}
		if len(r.weekdays) > 1 {
			r.days = 1
			return r, nil
		}
	}
	r.days *= interval
	return r, nil
}

// endless is how many occurrences of a rule without an end are looked at.
const endless = 400

func (r rule) expand(first time.Time) []time.Time {
	var out []time.Time
	wall := availability.ClockOf(first)
	limit := r.count
	if limit == 0 {
		limit = endless
	}
	for n := 0; len(out) < limit && n < 10*endless; n++ {
		date := availability.DateOf(first).AddDays(n * r.days)
		if !r.on(date.Weekday()) {
			continue
		}
		t, _ := availability.At(date, wall, first.Location())
		if !r.until.IsZero() && t.After(r.until) {
			break
		}
		out = append(out, t)
	}
	return out
}

func (r rule) on(day time.Weekday) bool {
	if len(r.weekdays) == 0 {
		return true
	}
	return slices.Contains(r.weekdays, strings.ToUpper(day.String()[:2]))
}
