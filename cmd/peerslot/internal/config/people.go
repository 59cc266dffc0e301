package config

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/holiday"
)

// people reads the roster: a list, or the path of a CSV file with the same names
// as columns. A row of the file that cannot be read is a fault of that row alone, unless
// all are.
func (r *reader) people(c *Config, v, top value) {
	if !v.given() {
		top.warn("people: there is nobody yet")
		return
	}
	file := v.kind == text
	if file {
		if v = r.peopleFile(v); !v.given() {
			r.broken = true
			return
		}
	}
	if v.kind != list {
		r.broken = true
		v.fail("want a list of people, or the path of a CSV file such as people.csv, not %s", v.kind)
		return
	}
	r.rows, r.rosterFile, r.rosterPath = file, v.file, v.path
	var p scheduler.Person
	known, i := personFields(c, &p), 0
	for item := range v.children() {
		p = scheduler.Person{Hours: availability.OfficeHours()}
		r.person(c, item, i, known, &p)
		i++
	}
	r.rows = false
	r.roster.Clip()
	whole := false
	for _, p := range r.roster.All() {
		whole = whole || p.Unread == ""
	}
	if len(r.faults) > 0 && (!whole || len(r.faults) == maxProblems) { // it concerns everybody
		r.problems, r.faults, r.broken = append(r.problems, r.faults...), nil, true
	}
}

func (r *reader) peopleFile(v value) value {
	path := inDir(r.dir, v.text())
	data, err := file.Read(path, maxSize)
	if err != nil {
		v.fail("cannot read %s: %s", quote(v.node.text), reason(err))
		return value{}
	}
	return value{r.parseCSV(path, data, personFields(nil, nil)), r, v.path}
}

// personFields are the keys of a person, and the columns of a CSV file.
func personFields(c *Config, p *scheduler.Person) fields {
	return fields{
		"email":      func(v value) { p.Address = v.address() },
		"name":       func(v value) { p.Name = v.text() },
		"timezone":   func(v value) { p.Zone = v.zone() },
		"hours":      func(v value) { p.Hours = v.hours() },
		"stretch":    func(v value) { p.Stretch = v.hours() },
		"holidays":   func(v value) { p.Holidays = v.holidays(c) },
		"away":       func(v value) { p.Away = v.away() },
		"travel":     func(value) {}, // see person
		"aliases":    func(v value) { p.Aliases = v.aliases() },
		"paused":     func(v value) { p.PausedUntil = v.paused() },
		"role":       func(v value) { p.Role = v.label("role") },
		"level":      func(v value) { p.Level = v.level() },
		"team":       func(v value) { p.Team = v.label("team") },
		"department": func(v value) { p.Department = v.label("department") },
		"location":   func(v value) { p.Location = v.label("location") },
		"manager":    func(v value) { p.Manager = v.address() },
		"calendar":   func(v value) { p.Calendar, p.More = v.calendars() },
		"mail":       func(v value) { p.Mail = word(v, scheduler.MailWhole, scheduler.MailFeed) },
	}
}

// person reads item i of the roster into p, by known, which are its fields.
func (r *reader) person(c *Config, v value, i int, known fields, p *scheduler.Person) {
	faults := len(r.faults)
	if !v.fields(known) {
		return
	}
	if !r.noEmails {
		v.require("email", "a mail address such as ana@acme.example")
	}
	if p.Address == "" {
		return
	}
	if first, twice := r.roster.Number(p.Address); twice {
		v.at("email").fail("%s is given twice, first in line %d", p.Address, r.places[first].line)
		return
	}
	if owner, taken := r.aliases[p.Address]; taken {
		v.at("email").fail("%s is another address of %s; take it out of one of them", p.Address, owner)
	}
	for _, a := range p.Aliases {
		_, person := r.roster.Number(a)
		if _, taken := r.aliases[a]; taken || person {
			v.at("aliases").fail("%s is somebody else's address, too; take it out of one of them", a)
		}
		r.aliases[a] = p.Address
	}
	at := v.at("manager")
	r.places = append(r.places, place{int32(i), int32(v.line), int32(at.line), int32(at.col)})
	p.Zone = cmp.Or(p.Zone, c.Workspace.Zone)
	if travel := v.at("travel"); travel.given() {
		p.Travel = travel.travel(c, p)
	}
	c.account(p.Address, v.at("calendar"))
	if len(r.faults) > faults {
		p.Unread = r.faults[faults].String()
	}
	r.roster.Put(*p)
}

// account notes the account that one of a person's calendars lies in.
func (c *Config) account(a calendar.Address, v value) {
	switch {
	case !v.given():
	case v.kind == list:
		for item := range v.children() {
			c.account(a, item)
		}
	case v.kind == mapping && v.has("google") && c.Calendar.Backend != Google:
		v.fail("%s has a further Google calendar, but the workspace's calendar is not on Google; name the address of its .ics feed instead", a)
	case v.kind == mapping && !v.has("google"):
		if c.Accounts == nil {
			c.Accounts = map[calendar.Address]*CalDAVOptions{}
		}
		if c.Accounts[a] != nil {
			v.fail("%s has two CalDAV accounts; one can be read, and .ics feeds of further calendars", a)
		}
		c.Accounts[a] = v.ownCaldav()
	}
}

// The calendars of a person that are no feeds and files.
const (
	OwnBackend = "backend" // the workspace's own
	GoogleID   = "google:" // and the ID of a further one there
)

// calendars reads where somebody's busy times are read: one place, or a list of
// several.
func (v value) calendars() (first string, more []string) {
	if v.kind != list {
		return v.feed(), nil
	}
	var all []string
	for _, item := range v.list("calendars") {
		s := item.feed()
		switch {
		case s == "none":
			item.fail("none stands alone, not in a list")
		case s != "":
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	return all[0], all[1:]
}

// hours reads the hours of a week: a mapping of days to times, or the cell of a CSV
// file, which has no mappings.
func (v value) hours() (h availability.Hours) {
	if v.kind == cell {
		return v.hoursInLine()
	}
	var done availability.Days
	v.each(`a mapping such as {mon-fri: "08:00-19:00"}`, func(key *node, times value) {
		s := ""
		if times.given() {
			var ok bool
			if s, ok = times.scalar("times such as 09:00-17:30", text); !ok {
				return
			}
		}
		times.setHours(&h, &done, value{key, v.r, v.path}, key.text, s)
	})
	return h
}

// hoursInLine reads hours such as "mon-thu 09:00-17:30; fri 09:00-12:00 13:00-15:00".
func (v value) hoursInLine() (h availability.Hours) {
	const want = "days and times such as mon-thu 09:00-17:30; fri 09:00-12:00"
	var done availability.Days
	parts := strings.FieldsFunc(v.node.text, func(c rune) bool { return c == ';' || c == '\n' })
	if len(parts) == 0 {
		v.fail("want %s, not %s", want, quote(v.node.text))
	}
	for _, part := range parts {
		days, times := column.CutDays(part)
		if days == "" {
			v.fail("want %s, not %s", want, quote(strings.TrimSpace(part)))
			continue
		}
		v.setHours(&h, &done, v, days, times)
	}
	return h
}

// setHours sets the hours of some days; key is what problems with those point at.
// done are the days that were set before.
func (v value) setHours(h *availability.Hours, done *availability.Days, key value, days, times string) {
	set, err := availability.ParseDays(days)
	switch {
	case err != nil:
		key.fail("want days such as mon, mon-thu or mon,wed, not %s", quote(days))
	case set&*done != 0:
		key.fail("the hours of %s are given twice", set&*done)
	case h.Set(days, times) != nil:
		v.fail("want times such as 09:00-17:30, or 09:00-12:00 13:00-15:00 that do not overlap, not %s", quote(times))
	default:
		*done |= set
	}
}

// holidays reads a region, or the path of a calendar of holidays, which it reads too.
func (v value) holidays(c *Config) string {
	s := v.text()
	if !strings.EqualFold(filepath.Ext(s), ".ics") || secret(s) {
		if s == "" || holiday.Known(s) {
			return strings.ToUpper(s)
		}
		v.fail("no public holidays are known of %s: want an ISO 3166 code of %s, or a part of one such as DE-BE; for other countries an .ics file of holidays, or use away",
			quote(s), strings.Join(holiday.Countries(), ", "))
		return ""
	}
	calendar, err := v.r.holidayCalendar(s)
	if err != nil {
		v.fail("cannot read the holidays in %s: %s", quote(s), reason(err))
	}
	c.holidays[s] = calendar
	return s
}

// holidayCalendar reads a calendar of holidays, each once.
func (r *reader) holidayCalendar(path string) (holiday.Calendar, error) {
	read, ok := r.calendars[path]
	if !ok {
		read = openCalendar(inDir(r.dir, path))
		r.calendars[path] = read
		r.files = append(r.files, inDir(r.dir, path))
	}
	return read.calendar, read.err
}

func openCalendar(path string) calendarFile {
	f, err := file.Open(path, 0) // holiday.Read stops at its own limit
	if err != nil {
		return calendarFile{err: err}
	}
	defer f.Close()
	calendar, err := holiday.Read(f)
	return calendarFile{calendar, err}
}

// away reads spans of dates: a list, or one line with spaces between them.
func (v value) away() []scheduler.DateRange {
	var all []scheduler.DateRange
	items := []value{v}
	if v.kind == list {
		items = v.list("dates")
	}
	for _, item := range items {
		const want = "dates such as 2026-08-03/2026-08-21, or one such as 2026-12-24"
		s, ok := item.scalar(want, text)
		if ok && s == "" {
			item.fail("want %s", want)
		}
		for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune(" ,;\t", c) }) {
			d, ok := dateRange(word)
			switch {
			case !ok:
				item.fail("want %s, not %s", want, quote(word))
			case d.Last.Compare(d.First) < 0:
				item.fail("%s ends before it begins", quote(word))
			default:
				all = append(all, d)
			}
		}
	}
	return all
}

func dateRange(s string) (d scheduler.DateRange, ok bool) {
	first, last, isRange := strings.Cut(s, "/")
	if !isRange {
		last = first
	}
	var err, err2 error
	d.First, err = availability.ParseDate(first)
	d.Last, err2 = availability.ParseDate(last)
	return d, err == nil && err2 == nil
}

// travel reads the trips of a person, who is at home otherwise: what a trip does
// not say is as it is there.
func (v value) travel(c *Config, p *scheduler.Person) []scheduler.Trip {
	want := `trips such as {from: 2026-05-04, to: 2026-05-22, timezone: Asia/Tokyo}`
	if v.r.rows {
		want = "trips such as 2026-05-04/2026-05-22 Asia/Tokyo"
	}
	var trips []scheduler.Trip
	for _, item := range v.list(want) {
		t := scheduler.Trip{Hours: p.Hours, Stretch: p.Stretch, Holidays: p.Holidays}
		if !item.fields(fields{
			"from":     func(v value) { t.First = v.date() },
			"to":       func(v value) { t.Last = v.date() },
			"timezone": func(v value) { t.Zone = v.zone() },
			"hours":    func(v value) { t.Hours = v.hours() },
			"stretch":  func(v value) { t.Stretch = v.hours() },
			"holidays": func(v value) { t.Holidays = v.holidays(c) },
		}) {
			continue
		}
		for _, key := range []string{"from", "to", "timezone"} {
			item.require(key, want)
		}
		if t.Last.Compare(t.First) < 0 {
			item.fail("the trip ends before it begins")
		}
		trips = append(trips, t)
	}
	slices.SortStableFunc(trips, func(a, b scheduler.Trip) int { return a.First.Compare(b.First) })
	for i := 1; i < len(trips); i++ {
		if trips[i].First.Compare(trips[i-1].Last) <= 0 {
			v.fail("the trips from %s and %s overlap", trips[i-1].First, trips[i].First)
		}
	}
	return trips
}

// date reads one date.
func (v value) date() availability.Date {
	const want = "a date such as 2026-05-04"
	s, ok := v.scalar(want, text)
	d, err := availability.ParseDate(strings.TrimSpace(s))
	if ok && err != nil {
		v.fail("want %s, not %s", want, quote(s))
	}
	return d
}

// aliases reads other addresses: a list, or the cell of a CSV file.
func (v value) aliases() []calendar.Address {
	if v.kind == list {
		return v.addresses()
	}
	var all []calendar.Address
	s, _ := v.scalar("a list of mail addresses", text)
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool { return strings.ContainsRune(" ,;\t", c) }) {
		a, err := calendar.ParseAddress(word)
		if err != nil {
			v.fail("want mail addresses such as ana@acme.example, not %s", quote(word))
			continue
		}
		all = append(all, a)
	}
	return all
}

// paused reads "until 2026-03-01", or true for without an end.
func (v value) paused() availability.Date {
	if v.kind == boolean {
		if v.boolean() {
			return availability.Date{Year: 9999, Month: 12, Day: 31}
		}
		return availability.Date{}
	}
	const want = "until and a date, such as until 2026-03-01"
	s, ok := v.scalar(want, text)
	d, err := availability.ParseDate(strings.TrimSpace(strings.TrimPrefix(s, "until")))
	if ok && err != nil {
		v.fail("want %s, not %s", want, quote(s))
	}
	return d
}

// feed reads where somebody's busy times are read. It may be a secret, so it is in
// no problem.
func (v value) feed() string {
	const want = "an https:// or webcal:// URL, the path of an .ics file, or none"
	if v.kind == mapping && v.has("google") {
		id := ""
		if v.fields(fields{"google": func(v value) { id = v.text() }}); id == "" {
			v.fail("want the ID of a Google calendar")
		}
		return GoogleID + id
	}
	if v.kind == mapping {
		return string(CalDAV) // an account of their own: see account
	}
	s := v.text()
	if strings.EqualFold(s, "none") {
		return "none"
	}
	if !strings.Contains(s, "://") {
		return s
	}
	u, err := url.Parse(s)
	if err == nil && u.Host != "" {
		switch strings.ToLower(u.Scheme) {
		case "https", "http", "webcal", "webcals":
			return s
		}
	}
	v.fail("want %s", want)
	return ""
}
