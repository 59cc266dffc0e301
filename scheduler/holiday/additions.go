package holiday

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
)

// What follows is not in the library. A day off that is missing puts a session
// on somebody's holiday, one too many only costs a slot; so days are added where
// the law is certain, and days that a country gave up are left.

// ptNational are the holidays of Portugal. Four of them were suspended for three
// years.
var ptNational = []*cal.Holiday{
	aa.NewYear, aa.GoodFriday, aa.Easter,
	onDate(time.April, 25), // Dia da Liberdade
	aa.WorkersDay,
	suspended(aa.CorpusChristi),
	onDate(time.June, 10), // Dia de Portugal
	aa.AssumptionOfMary,
	suspended(onDate(time.October, 5)), // Implantação da República
	suspended(aa.AllSaintsDay),
	suspended(onDate(time.December, 1)), // Restauração da Independência
	aa.ImmaculateConception, aa.ChristmasDay,
}

// auNational are the days that all states and territories share.
var auNational = []*cal.Holiday{
	au.NewYear, au.AustraliaDay, au.GoodFriday, au.EasterMonday, au.AnzacDay, au.ChristmasDay, au.BoxingDay,
}

// chMost are the days that nearly all cantons share; only one is federal.
var chMost = []*cal.Holiday{
	ch.Neujahr, ch.Karfreitag, ch.Ostermontag, ch.Auffahrt, ch.Pfingstmontag,
	ch.Bundesfeiertag, ch.Weihnachtstag, ch.ZweiterWeihnachtsfeiertag,
}

// arTransferred are the days of Argentina that Ley 27.399 moves to a Monday.
var arTransferred = []*cal.Holiday{toMonday(time.June, 17), toMonday(time.August, 17), toMonday(time.October, 12), toMonday(time.November, 20)}

// ruNewYear are the days off after New Year's Day, by article 112 of the Labour Code.
var ruNewYear = []*cal.Holiday{
	onDate(time.January, 2), onDate(time.January, 3), onDate(time.January, 4), onDate(time.January, 5), onDate(time.January, 6), onDate(time.January, 8),
}

var gbScotland = []*cal.Holiday{
	gb.NewYear, secondJanuary, gb.GoodFriday, gb.EarlyMay, gb.VEDay, gb.CoronationDay, gb.SpringHoliday, gb.SpringHoliday2022,
	gb.PlatinumJubilee, gb.SummerHolidayScotland, orMonday(saintAndrew), gb.ChristmasDay, gb.BoxingDay,
}

var (
	madeira          = onDate(time.July, 1)
	jeuneGenevois    = afterSundayOfSeptember(1, 4)
	lundiDuJeune     = afterSundayOfSeptember(3, 1)
	restauration     = onDate(time.December, 31)
	republique       = onDate(time.March, 1)
	pietroPaolo      = onDate(time.June, 29)
	saintPatrick     = orMonday(ie.SaintPatrickDay)
	saintStephen     = ie.SaintStephenDay.Clone(&cal.Holiday{Observed: afterChristmas})
	saintPatrickNIR  = orMonday(onDate(time.March, 17))
	boyne            = orMonday(onDate(time.July, 12))
	saintAndrew      = onDate(time.November, 30)
	secondJanuary    = onDate(time.January, 2).Clone(&cal.Holiday{Observed: afterChristmas})
	frauentagMV      = since(2023, onDate(time.March, 8))
	sanFrancesco     = since(2026, onDate(time.October, 4))
	conscienciaNegra = since(2024, onDate(time.November, 20))
	wigilia          = since(2025, onDate(time.December, 24))
	boboteaza        = since(2024, onDate(time.January, 6))
	sfantulIoan      = since(2024, onDate(time.January, 7))
	statehood        = since(2024, onDate(time.July, 15))
	defenders        = since(2023, onDate(time.October, 1))
	plebisciteJura   = onDate(time.June, 23)
	bruderKlaus      = onDate(time.September, 25)
	anzacNSW         = orMonday(onDate(time.April, 25)).Clone(&cal.Holiday{StartYear: 2026, EndYear: 2027})
	matariki         = &cal.Holiday{StartYear: 2022, EndYear: lastYear, Func: calcMatariki}
)

// afterChristmas moves the second of two holidays that follow each other, so that
// both are made up for.
var afterChristmas = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}, {Day: time.Monday, Offset: 1}}

func with(list []*cal.Holiday, more ...*cal.Holiday) []*cal.Holiday { return slices.Concat(list, more) }

func onDate(month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

func since(year int, h *cal.Holiday) *cal.Holiday { return h.Clone(&cal.Holiday{StartYear: year}) }

func suspended(h *cal.Holiday) *cal.Holiday {
	return h.Clone(&cal.Holiday{Except: []int{2013, 2014, 2015}})
}

// orMonday makes up for a holiday at a weekend on the Monday after it.
func orMonday(h *cal.Holiday) *cal.Holiday {
	return h.Clone(&cal.Holiday{Observed: []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}})
}

// toMonday moves a holiday to the Monday before it from a Tuesday or Wednesday, and to the
// one after it from a Thursday or Friday.
func toMonday(month time.Month, day int) *cal.Holiday {
	return onDate(month, day).Clone(&cal.Holiday{Observed: []cal.AltDay{
		{Day: time.Tuesday, Offset: -1}, {Day: time.Wednesday, Offset: -2}, {Day: time.Thursday, Offset: 4}, {Day: time.Friday, Offset: 3},
	}})
}

func afterSundayOfSeptember(nth, days int) *cal.Holiday {
	return &cal.Holiday{Month: time.September, Weekday: time.Sunday, Offset: nth, CalcOffset: days, Func: cal.CalcWeekdayOffset}
}

// calcMatariki looks up the Friday nearest to the rising of the Pleiades, which
// Te Kāhui o Matariki Public Holiday Act 2022 lists.
func calcMatariki(_ *cal.Holiday, year int) time.Time {
	dates := [...]struct {
		month time.Month
		day   int
	}{
		{6, 24}, {7, 14}, {6, 28}, {6, 20}, {7, 10}, {6, 25}, {7, 14}, {7, 6}, {6, 21}, {7, 11},
		{7, 2}, {6, 24}, {7, 7}, {6, 29}, {7, 18}, {7, 10}, {6, 25}, {7, 15}, {7, 6},
	}
	d := dates[year-2022]
	return time.Date(year, d.month, d.day, 0, 0, 0, 0, cal.DefaultLoc)
}
