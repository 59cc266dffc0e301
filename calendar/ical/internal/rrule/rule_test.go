package rrule

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	oracle "github.com/teambition/rrule-go"
)

// TestOccurEqualsRRuleGo compares with rrule-go, whose answer in UTC equals that
// of python-dateutil, on random rules that it survives.
func TestOccurEqualsRRuleGo(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		text := randomRule(rnd)
		start := time.Date(2018+rnd.IntN(6), time.Month(1+rnd.IntN(12)), 1+rnd.IntN(28), rnd.IntN(24), rnd.IntN(60), 0, 0, time.UTC)
		from := start.AddDate(rnd.IntN(3), rnd.IntN(12), rnd.IntN(30)-20)
		to := from.AddDate(0, 0, 1+rnd.IntN(700))
		if strings.Contains(text, "HOURLY") || strings.Contains(text, "MINUTELY") {
			from = start.AddDate(0, 0, rnd.IntN(9))
			to = from.AddDate(0, 0, 1+rnd.IntN(20))
		}

		option, err := oracle.StrToROption(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		option.Dtstart = start
		rule, err := oracle.NewRRule(*option)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := []int64{}
		for _, at := range rule.Between(from, to.Add(-time.Second), true) {
			want = append(want, at.Unix())
		}
		if diff := cmp.Diff(want, occurrences(t, text, start, from, to)); diff != "" {
			t.Fatalf("%s from %s, in %s to %s (-want +got):\n%s", text, start, from, to, diff)
		}
	}
}

func occurrences(t *testing.T, text string, start, from, to time.Time) []int64 {
	t.Helper()
	r, _, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	got := []int64{}
	b := Budget(10_000_000)
	if !r.Occur(start.Unix(), from.Unix(), to.Unix(), &b, func(at int64) bool { got = append(got, at); return true }) {
		t.Errorf("%s: the budget is spent", text)
	}
	return got
}

// randomRule returns a rule that says what RFC 5545 gives a sense. What rrule-go
// reads otherwise than we is left out: BYWEEKNO without BYDAY, and weekdays with
// and without number together.
func randomRule(rnd *rand.Rand) string {
	freq := []string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"}[min(rnd.IntN(20)/4, 4)+rnd.IntN(20)/19]
	parts := []string{"FREQ=" + freq}
	add := func(chance float64, part string) {
		if rnd.Float64() < chance {
			parts = append(parts, part)
		}
	}
	list := func(n int, one func() string) string {
		var l []string
		for range 1 + rnd.IntN(n) {
			l = append(l, one())
		}
		slices.Sort(l)
		return strings.Join(slices.Compact(l), ",")
	}
	number := func(low, high int) func() string {
		return func() string { return fmt.Sprint(low + rnd.IntN(high-low+1)) }
	}
	signed := func(limit int) func() string {
		return func() string { return fmt.Sprint((1 + rnd.IntN(limit)) * (1 - 2*rnd.IntN(2))) }
	}
	name := func() string { return dayNames[rnd.IntN(7)] }
	add(.5, "INTERVAL="+number(1, 5)())
	add(.3, "WKST="+name())
	add(.2, "BYMONTH="+list(5, number(1, 12)))
	add(.2, "COUNT="+number(1, 60)())
	limit := map[string]int{"YEARLY": 53, "MONTHLY": 5}[freq]
	switch {
	case limit > 0 && rnd.IntN(3) == 0:
		if strings.Contains(strings.Join(parts, ";"), "BYMONTH") {
			limit = 5
		}
		add(1, "BYDAY="+list(4, func() string { return signed(limit)() + name() }))
	case rnd.IntN(2) == 0:
		add(1, "BYDAY="+list(4, name))
		if freq == "YEARLY" {
			add(.3, "BYWEEKNO="+list(4, signed(53)))
		}
	}
	within := freq == "HOURLY" || freq == "MINUTELY"
	if freq != "WEEKLY" && !within {
		add(.2, "BYMONTHDAY="+list(5, signed(31)))
	}
	if freq == "YEARLY" {
		add(.1, "BYYEARDAY="+list(9, signed(366)))
	}
	switch freq {
	case "HOURLY":
		add(.2, "BYMINUTE="+list(3, number(0, 59)))
	case "MINUTELY":
		add(.2, "BYSECOND="+list(3, number(0, 59)))
	default:
		add(.2, "BYHOUR="+list(4, number(0, 23)))
		add(.2, "BYMINUTE="+list(4, number(0, 59)))
	}
	if freq != "WEEKLY" && !within { // of whose first week rrule-go takes only the rest
		add(.2, "BYSETPOS="+list(2, signed(4)))
	}
	return strings.Join(parts, ";")
}

// What BYSETPOS picks from costs, too: one time of an hour takes 3,600 looks.
func TestBudgetOfPositions(t *testing.T) {
	r, _, err := Parse("FREQ=HOURLY;BYSETPOS=1;BYMINUTE=" + upTo(59) + ";BYSECOND=" + upTo(59))
	if err != nil {
		t.Fatal(err)
	}
	found, b := 0, Budget(100_000)
	whole := r.Occur(0, 0, Endless, &b, func(int64) bool { found++; return true })
	if whole || found < 20 || found > 100_000/3600+1 {
		t.Errorf("found %d times, all of them: %t", found, whole)
	}
}

// A number that is named again and again is one.
func TestNumbersOnce(t *testing.T) {
	for _, c := range []struct{ rule, again string }{
		{"FREQ=YEARLY;BYYEARDAY=", "366,-1,"},
		{"FREQ=YEARLY;BYWEEKNO=", "53,-1,"},
		{"FREQ=MONTHLY;BYMONTHDAY=", "31,-1,"},
		{"FREQ=MONTHLY;BYDAY=", "5MO,-1MO,"},
		{"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=", "5,-1,"},
	} {
		once, _, err := Parse(c.rule + c.again)
		often, _, err2 := Parse(c.rule + strings.Repeat(c.again, 1000))
		if err != nil || err2 != nil || !reflect.DeepEqual(once, often) {
			t.Errorf("%s: %v, %v: got %v, want %v", c.rule, err, err2, often, once)
		}
	}
}

func upTo(last int) string {
	var list []string
	for n := range last + 1 {
		list = append(list, fmt.Sprint(n))
	}
	return strings.Join(list, ",")
}
