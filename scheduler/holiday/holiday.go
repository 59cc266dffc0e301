// Package holiday knows the public holidays of countries and their regions.
//
// The days come from github.com/rickar/cal, with additions where laws are newer
// than it, and countries that it lacks. Where a country lets its regions differ and the library does not say
// how, a region has the days of its country. Countries that are not known can be
// given as a calendar file; see [Read].
package holiday

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/peerslot/peerslot/availability"
)

// Dates returns the public holidays of a region from first to last, both
// inclusive, sorted and each once. A holiday that is observed on another day
// than its own counts on both. The region is an ISO 3166 code in any case: a
// country such as PT, or a part of one such as DE-BE. A part that is not known has the
// holidays of its country. Of an unknown country the error says what to do.
func Dates(region string, first, last availability.Date) ([]availability.Date, error) {
	inYear, ok := lookup(region)
	if !ok {
		return nil, fmt.Errorf("no public holidays are known of region %q: want an ISO 3166 code of %s, or a part of one such as DE-BE; for other countries name an .ics file of holidays, or use away",
			region, strings.Join(Countries(), ", "))
	}
	var dates []availability.Date
	// New Year's Day may be observed in the old year, and a Christmas in the new.
	for year := max(first.Year-1, 1); year <= min(last.Year+1, 9999); year++ {
		dates = append(dates, inYear(year)...)
	}
	return between(dates, first, last), nil
}

// Known reports whether Dates has an answer for the region.
func Known(region string) bool {
	_, ok := lookup(region)
	return ok
}

// Regions returns the codes that have holidays of their own, sorted.
func Regions() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(slices.Collect(maps.Keys(regions)), maps.Keys(byMoon))))
}

// Countries returns the codes of the countries that are known, sorted.
func Countries() []string {
	return slices.DeleteFunc(Regions(), func(r string) bool { return strings.Contains(r, "-") })
}

// lookup returns the holidays of a year in a region.
func lookup(region string) (inYear func(year int) []availability.Date, ok bool) {
	region = strings.ToUpper(region)
	if holidays, ok := regions[region]; ok {
		return all(holidays), true
	}
	country, part, divided := strings.Cut(region, "-")
	if divided && !isSubdivision(part) {
		return nil, false
	}
	if country == "UK" { // reserved in ISO 3166 for those who say so
		country = "GB"
	}
	if inYear, ok := byMoon[country]; ok {
		return inYear, true
	}
	holidays, ok := regions[country]
	return all(holidays), ok
}

// all returns the days of all holidays in a year.
func all(holidays []*cal.Holiday) func(year int) []availability.Date {
	return func(year int) (dates []availability.Date) {
		for _, h := range holidays {
			dates = append(dates, days(h, year)...)
		}
		return dates
	}
}

// isSubdivision reports whether s may stand after the hyphen of an ISO 3166-2 code.
func isSubdivision(s string) bool {
	return len(s) >= 1 && len(s) <= 3 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// days returns when a holiday is and when it is observed, or nothing if the year
// has none. It stands in for h.Calc, which counts in the zone of this machine: a
// zone that skips a midnight would shift weekdays there.
func days(h *cal.Holiday, year int) []availability.Date {
	if h.StartYear > 0 && year < h.StartYear || h.EndYear > 0 && year > h.EndYear || slices.Contains(h.Except, year) {
		return nil
	}
	t := h.Func(h, year)
	if t.IsZero() {
		return nil
	}
	actual := availability.DateOf(t.Add(12 * time.Hour)).AddDays(h.CalcOffset)
	for _, alt := range h.Observed {
		if alt.Day == actual.Weekday() {
			return []availability.Date{actual, actual.AddDays(alt.Offset)}
		}
	}
	return []availability.Date{actual}
}

// between sorts dates and returns those from first to last, each once.
func between(dates []availability.Date, first, last availability.Date) []availability.Date {
	dates = slices.DeleteFunc(dates, func(d availability.Date) bool { return d.Compare(first) < 0 || d.Compare(last) > 0 })
	slices.SortFunc(dates, availability.Date.Compare)
	return slices.Compact(dates)
}
