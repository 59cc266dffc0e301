package roster

import (
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
)

// Member returns the person as the slot search sees them, good for sessions
// within window.
func (p Person) Member(busy availability.Busy, window availability.Interval, holidays Holidays) (availability.Member, error) {
	loc, err := availability.LoadZone(p.Zone)
	if err != nil {
		return availability.Member{}, err
	}
	first, last := availability.DateOf(window.Start.In(loc)), availability.DateOf(window.End.In(loc))
	m := availability.Member{Name: string(p.Address), Zone: loc, Hours: p.Hours, Stretch: p.Stretch, Busy: busy}
	if m.Off, err = p.off(first, last, holidays); err != nil {
		return m, err
	}
	for _, t := range p.Travel {
		if t.First.Compare(last.AddDays(1)) > 0 || t.Last.Compare(first.AddDays(-1)) < 0 {
			continue
		}
		there := availability.Trip{First: t.First, Last: t.Last, Hours: t.Hours, Stretch: t.Stretch}
		if there.Zone, err = availability.LoadZone(t.Zone); err != nil {
			return m, err
		}
		if there.Off, err = (Person{Away: p.Away, Holidays: t.Holidays}).off(first, last, holidays); err != nil {
			return m, err
		}
		m.Trips = append(m.Trips, there)
	}
	return m, nil
}

// Holidays are the public holidays over some dates, by region.
type Holidays map[string]RegionHolidays

// RegionHolidays are those of one region, or why they are not known.
type RegionHolidays struct {
	Dates []availability.Date // sorted
	Err   error
}

// Regions returns those whose public holidays the person has, at home and on their trips.
func (p Person) Regions() []string {
	out := []string{p.Holidays}
	for _, t := range p.Travel {
		out = append(out, t.Holidays)
	}
	return slices.DeleteFunc(out, func(region string) bool { return region == "" })
}

// Missing returns why the holidays of one of the person's regions are not known, nil if all
// are.
func (h Holidays) Missing(p Person) error {
	for _, region := range p.Regions() {
		if err := h[region].Err; err != nil {
			return err
		}
	}
	return nil
}

// off returns the person's days off that touch the dates from first to last.
// holidays has the public holidays of their region in that span.
func (p Person) off(first, last availability.Date, holidays Holidays) ([]availability.Off, error) {
	var off []availability.Off
	for _, a := range p.Away {
		if a.First.Compare(last) <= 0 && a.Last.Compare(first) >= 0 {
			off = append(off, availability.Off{First: a.First, Last: a.Last, Why: availability.Away})
		}
	}
	return holidays.appendTo(off, p.Holidays)
}

// appendTo appends the holidays of a region; "" has none.
func (h Holidays) appendTo(off []availability.Off, name string) ([]availability.Off, error) {
	if name == "" {
		return off, nil
	}
	region, ok := h[name]
	if !ok {
		return nil, fmt.Errorf("the holidays of %s are not known", name)
	}
	if region.Err != nil {
		return nil, region.Err
	}
	for _, d := range region.Dates {
		off = append(off, availability.Off{First: d, Last: d, Why: availability.Holiday})
	}
	return off, nil
}
