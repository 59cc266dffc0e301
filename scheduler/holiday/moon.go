package holiday

import (
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
)

// byMoon are the countries of which a year's holidays are computed here: festivals that
// follow the moon, and days that make up for others.
var byMoon = map[string]func(year int) []availability.Date{
	"IL": israel, "IN": india, "KR": korea, "SG": singapore, "TR": turkey,
}

// lastYear is the last year whose festivals by the moon are known here.
const lastYear = 2040

// notes say of a country what its holidays here leave out.
var notes = map[string]string{
	"IN": "the three national days, Christmas, Good Friday, both Eids and Diwali are known; each state adds days of its own",
	"NZ": "",
	"SG": "days that follow the moon are known as the calendars compute them, and given out each year",
	"TR": "days that follow the moon may be a day later or earlier where it is sighted",
	"KR": "elections and days that the government adds are not known",
}

// Note says what the holidays of a region leave out, "" if nothing that is known.
func Note(region string) string { return notes[countryOf(region)] }

// KnownTo returns the last year of which all holidays of a region are known, 0 if
// they are known of every year. Of later ones those days are missing that follow the
// moon, or are given out.
func KnownTo(region string) int {
	if _, ok := notes[countryOf(region)]; ok {
		return lastYear
	}
	return 0
}

func countryOf(region string) string {
	country, _, _ := strings.Cut(strings.ToUpper(region), "-")
	return country
}

// Days of festivals on the civil calendar, from 2024 on. They were worked out with
// the rules of each calendar, and agree with what governments have given out.
const (
	// Seollal, Buddha's Birthday and Chuseok by the Korean calendar (KASI), whose new
	// moon is that of UTC+9.
	seollal = "2024-02-10 2025-01-29 2026-02-17 2027-02-07 2028-01-27 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24 2040-02-12"
	buddha  = "2024-05-15 2025-05-05 2026-05-24 2027-05-13 2028-05-02 2029-05-20 2030-05-09 2031-05-28 2032-05-16 2033-05-06 2034-05-25 2035-05-15 2036-05-03 2037-05-22 2038-05-11 2039-04-30 2040-05-18"
	chuseok = "2024-09-17 2025-10-06 2026-09-25 2027-09-15 2028-10-03 2029-09-22 2030-09-12 2031-10-01 2032-09-19 2033-10-07 2034-09-27 2035-09-16 2036-10-04 2037-09-24 2038-09-13 2039-10-02 2040-09-21"
	// 1 Shawwal and 10 Dhu al-Hijja as Turkey computes them; Singapore and India
	// look for the moon, and may be a day later.
	fitr = "2024-04-10 2025-03-30 2026-03-20 2027-03-09 2028-02-26 2029-02-14 2030-02-04 2031-01-24 2032-01-14 2033-01-02 2033-12-23 2034-12-12 2035-12-01 2036-11-19 2037-11-08 2038-10-29 2039-10-19 2040-10-07"
	adha = "2024-06-16 2025-06-06 2026-05-27 2027-05-16 2028-05-05 2029-04-24 2030-04-13 2031-04-02 2032-03-22 2033-03-11 2034-03-01 2035-02-18 2036-02-07 2037-01-26 2038-01-16 2039-01-05 2039-12-26 2040-12-14"
	// The Chinese New Year, and Vesak and Deepavali as Singapore gives them out; of
	// years that it has not, the day of the full moon's month by the Chinese calendar,
	// and both days that may be meant. Diwali is the day on which the sun sets in Delhi
	// on the new moon of Libra; both days where two may be meant.
	chineseNewYear = "2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24 2040-02-12"
	vesak          = "2024-05-22 2025-05-12 2026-05-31 2027-05-20 2028-05-08 2028-05-09 2029-05-27 2030-05-16 2031-06-04 2032-05-23 2033-05-13 2034-06-01 2035-05-22 2036-05-10 2037-05-29 2038-05-18 2039-05-07 2040-05-25"
	deepavali      = "2024-10-31 2025-10-20 2026-11-08 2027-10-28 2028-10-17 2028-11-15 2029-11-05 2030-10-25 2030-10-26 2031-11-13 2031-11-14 2032-11-01 2032-11-02 2033-10-21 2033-10-22 2034-11-09 2034-11-10 2035-10-29 2035-10-30 2036-10-17 2036-10-18 2036-10-19 2037-11-06 2037-11-07 2038-10-26 2038-10-27 2039-10-16 2039-10-17 2039-11-14 2039-11-15 2040-11-03 2040-11-04"
	diwali         = "2024-10-31 2024-11-01 2025-10-20 2025-10-21 2026-11-08 2026-11-09 2027-10-29 2028-10-17 2029-11-05 2030-10-26 2031-11-14 2032-11-02 2033-10-22 2034-11-10 2035-10-30 2036-10-18 2036-10-19 2037-11-07 2038-10-27 2039-10-17 2039-11-15 2040-11-04"
)

// israel returns the days of rest of Israel. All are counted from the first day of
// Passover; Independence Day gives way to the Sabbath (Independence Day Law, 1949).
func israel(year int) []availability.Date {
	passover := passover(year)
	independence := passover.AddDays(20)
	switch independence.Weekday() {
	case time.Friday:
		independence = independence.AddDays(-1)
	case time.Saturday:
		independence = independence.AddDays(-2)
	case time.Monday:
		independence = independence.AddDays(1)
	}
	out := []availability.Date{independence}
	// Both ends of Passover, Shavuot, Rosh Hashanah, Yom Kippur, Sukkot, Simchat Torah.
	for _, days := range []int{0, 6, 50, 163, 164, 172, 177, 184} {
		out = append(out, passover.AddDays(days))
	}
	return out
}

// passover returns the civil date of 15 Nisan, by Gauss's formula.
func passover(year int) availability.Date {
	y := year + 3760
	a, b := (12*y+17)%19, y%4
	// The mean full moon of spring in parts of a day of March, by the old calendar.
	m := int64(32_044_093_161_144 + 1_554_241_796_621*int64(a) + 250_000_000_000*int64(b) - 3_177_794_022*int64(y))
	const one = 1_000_000_000_000
	day := int(m / one)
	rest := m % one
	switch c := (3*y + 5*b + day + 5) % 7; {
	case c == 2 || c == 4 || c == 6:
		day++
	case c == 1 && a > 6 && rest >= 632_870_370_370:
		day += 2
	case c == 0 && a > 11 && rest >= 897_723_765_432:
		day++
	}
	gregorian := year/100 - year/400 - 2
	return availability.Date{Year: year, Month: time.March, Day: 1}.AddDays(day - 1 + gregorian)
}

// korea returns the public holidays of South Korea (Regulations on Holidays of
// Government Offices): what falls on a weekend or another holiday is made up for on
// the next day that is neither, but for New Year's and Memorial Day.
func korea(year int) []availability.Date {
	var days, madeUp []availability.Date
	days = append(days, on(year, time.January, 1), on(year, time.June, 6))
	for _, festival := range []string{seollal, chuseok} {
		for _, d := range in(year, festival) {
			days = append(days, d.AddDays(-1), d, d.AddDays(1))
			if slices.ContainsFunc(days[len(days)-3:], isSunday) {
				madeUp = append(madeUp, d.AddDays(1))
			}
		}
	}
	national := append(in(year, buddha), on(year, time.March, 1), on(year, time.May, 5), on(year, time.August, 15), on(year, time.October, 3), on(year, time.October, 9), on(year, time.December, 25))
	if year >= 2026 {
		national = append(national, on(year, time.July, 17)) // again, since then
	}
	for _, d := range national {
		if isWeekend(d) || slices.Contains(days, d) {
			madeUp = append(madeUp, d)
		}
		days = append(days, d)
	}
	return makeUp(days, madeUp, isWeekend)
}

// singapore returns the public holidays of Singapore (Holidays Act): of what falls on
// a Sunday the next day that is none.
func singapore(year int) []availability.Date {
	days := []availability.Date{on(year, time.January, 1), easter(year).AddDays(-2), on(year, time.May, 1), on(year, time.August, 9), on(year, time.December, 25)}
	for _, d := range in(year, chineseNewYear) {
		days = append(days, d, d.AddDays(1))
	}
	for _, festival := range []string{fitr, adha} {
		days = append(days, sighted(in(year, festival))...)
	}
	days = append(days, slices.Concat(in(year, vesak), in(year, deepavali))...)
	var sundays []availability.Date
	for _, d := range days {
		if isSunday(d) {
			sundays = append(sundays, d)
		}
	}
	return makeUp(days, sundays, isSunday)
}

// india returns what all of India keeps: the three national days (National and
// Festival Holidays Acts), and the greatest feasts of its religions.
func india(year int) []availability.Date {
	days := []availability.Date{on(year, time.January, 26), on(year, time.August, 15), on(year, time.October, 2), on(year, time.December, 25), easter(year).AddDays(-2)}
	return slices.Concat(days, sighted(in(year, fitr)), sighted(in(year, adha)), in(year, diwali))
}

// turkey returns the public holidays of Turkey (Act 2429), whose feasts take three
// and four days, and the afternoon before.
func turkey(year int) []availability.Date {
	days := []availability.Date{on(year, time.January, 1), on(year, time.April, 23), on(year, time.May, 1), on(year, time.May, 19), on(year, time.July, 15), on(year, time.August, 30), on(year, time.October, 29)}
	for festival, length := range map[string]int{fitr: 3, adha: 4} {
		for _, d := range in(year, festival) {
			for i := -1; i < length; i++ {
				days = append(days, d.AddDays(i))
			}
		}
	}
	return days
}

// sighted adds to each date the next one: where the moon is looked for, it may be
// either. A day off too many only costs a slot.
func sighted(dates []availability.Date) (out []availability.Date) {
	for _, d := range dates {
		out = append(out, d, d.AddDays(1))
	}
	return out
}

// makeUp adds to days, for each of those, the next one that is neither off nor in days.
func makeUp(days, those []availability.Date, off func(availability.Date) bool) []availability.Date {
	slices.SortFunc(those, availability.Date.Compare)
	for _, d := range those {
		for d = d.AddDays(1); off(d) || slices.Contains(days, d); {
			d = d.AddDays(1)
		}
		days = append(days, d)
	}
	return days
}

// in returns those of the dates that are in a year.
func in(year int, dates string) (out []availability.Date) {
	for word := range strings.FieldsSeq(dates) {
		if d, err := availability.ParseDate(word); err == nil && d.Year == year {
			out = append(out, d)
		}
	}
	return out
}

func on(year int, month time.Month, day int) availability.Date {
	return availability.Date{Year: year, Month: month, Day: day}
}

func isSunday(d availability.Date) bool { return d.Weekday() == time.Sunday }

func isWeekend(d availability.Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}
