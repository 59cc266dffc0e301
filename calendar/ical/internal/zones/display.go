package zones

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// displayedZone returns the zone that a display name of Windows tells of, such
// as "(UTC+10:00) Canberra, Melbourne, Sydney", or nil. What is found must have
// the offset that the name begins with; without one, all cities must agree.
func displayedZone(name string) *time.Location {
	offset, rest, ok := cutOffset(strings.ReplaceAll(name, "US and Canada", "US & Canada"))
	fits := func(loc *time.Location) bool {
		winter, summer := offsets(loc)
		return !ok || offset == min(winter, summer)
	}
	windows := rest + " Standard Time"
	if i := slices.IndexFunc(displayNames, func(d [2]string) bool { return d[0] == rest }); i >= 0 {
		windows = displayNames[i][1]
	}
	if loc := windowsZone(windows); loc != nil && fits(loc) {
		return loc
	}
	var found []*time.Location
	cities := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(",;:", r) })
	for _, city := range cities[:min(len(cities), 4)] {
		if loc := cityZone(strings.TrimSpace(city)); loc != nil && fits(loc) {
			found = append(found, loc)
		}
	}
	if !ok && (len(found) < 2 || !agree(found)) || len(found) == 0 {
		return nil
	}
	return found[0]
}

// cutOffset takes "(UTC-05:00) " or "(GMT-05:00) " off a name and returns the
// offset in seconds.
func cutOffset(name string) (offset int, rest string, ok bool) {
	text, rest, ok := strings.Cut(strings.TrimPrefix(name, "("), ")")
	if !ok || text == name || len(text) < 3 || text[:3] != "UTC" && text[:3] != "GMT" {
		return 0, name, false
	}
	if text = text[3:]; text != "" {
		hours, minutes, colon := strings.Cut(text, ":")
		h, err := strconv.Atoi(hours)
		m, err2 := strconv.Atoi(minutes)
		if !colon || err != nil || err2 != nil {
			return 0, name, false
		}
		if offset = h*3600 + m*60; text[0] == '-' {
			offset = h*3600 - m*60
		}
	}
	return offset, strings.TrimSpace(rest), true
}

// offsets returns the offsets in January and July of a year in which the display
// names were in use.
func offsets(loc *time.Location) (january, july int) {
	_, january = time.Date(2020, 1, 1, 0, 0, 0, 0, loc).Zone()
	_, july = time.Date(2020, 7, 1, 0, 0, 0, 0, loc).Zone()
	return january, july
}

func agree(list []*time.Location) bool {
	january, july := offsets(list[0])
	return !slices.ContainsFunc(list[1:], func(loc *time.Location) bool {
		a, b := offsets(loc)
		return a != january || b != july
	})
}

// cityZone returns the zone that is called after a city, or nil.
func cityZone(city string) *time.Location {
	if len(city) < 3 || len(city) > 32 {
		return nil
	}
	city = strings.ReplaceAll(city, " ", "_")
	for _, area := range []string{"Europe", "America", "Asia", "Australia", "Africa", "Pacific", "Atlantic", "Indian"} {
		if loc := IANA(area + "/" + city); loc != nil {
			return loc
		}
	}
	return nil
}

// displayNames gives the Windows zones of display names that name no city of
// the IANA data.
var displayNames = [][2]string{
	{"Abu Dhabi, Muscat", "Arabian Standard Time"},
	{"Alaska", "Alaskan Standard Time"},
	{"Aleutian Islands", "Aleutian Standard Time"},
	{"Arizona", "US Mountain Standard Time"},
	{"Atlantic Time (Canada)", "Atlantic Standard Time"},
	{"Auckland, Wellington", "New Zealand Standard Time"},
	{"Baja California", "Pacific Standard Time (Mexico)"},
	{"Beijing, Chongqing, Hong Kong, Urumqi", "China Standard Time"},
	{"Brasilia", "E. South America Standard Time"},
	{"Cabo Verde Is.", "Cape Verde Standard Time"},
	{"Cape Verde Is.", "Cape Verde Standard Time"},
	{"Central Time (US & Canada)", "Central Standard Time"},
	{"Chatham Islands", "Chatham Islands Standard Time"},
	{"Chennai, Kolkata, Mumbai, New Delhi", "India Standard Time"},
	{"City of Buenos Aires", "Argentina Standard Time"},
	{"Coordinated Universal Time", "UTC"},
	{"Coordinated Universal Time+12", "UTC+12"},
	{"Coordinated Universal Time+13", "UTC+13"},
	{"Coordinated Universal Time-02", "UTC-02"},
	{"Coordinated Universal Time-08", "UTC-08"},
	{"Coordinated Universal Time-09", "UTC-09"},
	{"Coordinated Universal Time-11", "UTC-11"},
	{"Easter Island", "Easter Island Standard Time"},
	{"Eastern Time (US & Canada)", "Eastern Standard Time"},
	{"Ekaterinburg", "Ekaterinburg Standard Time"},
	{"Gaza, Hebron", "West Bank Standard Time"},
	{"Haiti", "Haiti Standard Time"},
	{"Harare, Pretoria", "South Africa Standard Time"},
	{"Hawaii", "Hawaiian Standard Time"},
	{"Indiana (East)", "US Eastern Standard Time"},
	{"International Date Line West", "Dateline Standard Time"},
	{"Islamabad, Karachi", "Pakistan Standard Time"},
	{"Kiritimati Island", "Line Islands Standard Time"},
	{"Lord Howe Island", "Lord Howe Standard Time"},
	{"Marshall Is.", "UTC+12"},
	{"Marquesas Islands", "Marquesas Standard Time"},
	{"Mountain Time (US & Canada)", "Mountain Standard Time"},
	{"Norfolk Island", "Norfolk Standard Time"},
	{"Nuku'alofa", "Tonga Standard Time"},
	{"Pacific Time (US & Canada)", "Pacific Standard Time"},
	{"Pacific Time (US & Canada); Tijuana", "Pacific Standard Time"},
	{"Port Louis", "Mauritius Standard Time"},
	{"Saint Pierre and Miquelon", "Saint Pierre Standard Time"},
	{"Salvador", "Bahia Standard Time"},
	{"Samoa", "Samoa Standard Time"},
	{"Saskatchewan", "Canada Central Standard Time"},
	{"Solomon Is., New Caledonia", "Central Pacific Standard Time"},
	{"Sri Jayawardenepura", "Sri Lanka Standard Time"},
	{"St. Petersburg, Moscow, Volgograd", "Russian Standard Time"},
	{"Turks and Caicos", "Turks And Caicos Standard Time"},
	{"West Central Africa", "W. Central Africa Standard Time"},
	{"Yangon (Rangoon)", "Myanmar Standard Time"},
	{"Yukon", "Yukon Standard Time"},
}
