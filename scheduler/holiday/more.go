package holiday

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"

	"github.com/peerslot/peerslot/availability"
)

// The holidays of countries that the library lacks and the law fixes to days of the
// year, of the week or of Easter.
var (
	finland = []*cal.Holiday{
		aa.NewYear, aa.Epiphany, aa.GoodFriday, aa.Easter, aa.EasterMonday, aa.WorkersDay, aa.AscensionDay, aa.Pentecost,
		from(time.June, 19, time.Friday), from(time.June, 20, time.Saturday), from(time.October, 31, time.Saturday),
		onDate(time.December, 6), onDate(time.December, 24), aa.ChristmasDay, aa.ChristmasDay2,
	}
	hungary = []*cal.Holiday{
		aa.NewYear, onDate(time.March, 15), aa.GoodFriday, aa.Easter, aa.EasterMonday, aa.WorkersDay, aa.Pentecost, aa.PentecostMonday,
		onDate(time.August, 20), onDate(time.October, 23), aa.AllSaintsDay, since(2024, onDate(time.December, 24)), aa.ChristmasDay, aa.ChristmasDay2,
	}
	estonia = []*cal.Holiday{
		aa.NewYear, onDate(time.February, 24), aa.GoodFriday, aa.Easter, aa.WorkersDay, aa.Pentecost,
		onDate(time.June, 23), onDate(time.June, 24), onDate(time.August, 20), onDate(time.December, 24), aa.ChristmasDay, aa.ChristmasDay2,
	}
	luxembourg = []*cal.Holiday{
		aa.NewYear, aa.EasterMonday, aa.WorkersDay, since(2019, onDate(time.May, 9)), aa.AscensionDay, aa.PentecostMonday,
		onDate(time.June, 23), aa.AssumptionOfMary, aa.AllSaintsDay, aa.ChristmasDay, aa.ChristmasDay2,
	}
	iceland = []*cal.Holiday{
		aa.NewYear, aa.MaundyThursday, aa.GoodFriday, aa.Easter, aa.EasterMonday, from(time.April, 19, time.Thursday), aa.WorkersDay,
		aa.AscensionDay, aa.Pentecost, aa.PentecostMonday, onDate(time.June, 17), from(time.August, 1, time.Monday),
		onDate(time.December, 24), aa.ChristmasDay, aa.ChristmasDay2, onDate(time.December, 31),
	}
	mexico = []*cal.Holiday{
		aa.NewYear, from(time.February, 1, time.Monday), from(time.March, 15, time.Monday), aa.WorkersDay,
		onDate(time.September, 16), from(time.November, 15, time.Monday), aa.ChristmasDay,
	}
)

// from is the first such weekday on a date or after it.
func from(month time.Month, day int, weekday time.Weekday) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, Weekday: weekday, Func: func(h *cal.Holiday, year int) time.Time {
		t := time.Date(year, h.Month, h.Day, 0, 0, 0, 0, cal.DefaultLoc)
		return t.AddDate(0, 0, (int(h.Weekday)-int(t.Weekday())+7)%7)
	}}
}

// easter returns Easter Sunday of the western churches.
func easter(year int) availability.Date {
	return days(aa.Easter, year)[0]
}
