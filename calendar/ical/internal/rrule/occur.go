package rrule

import "slices"

// A Budget bounds the work that rules may cause. It is counted in days looked at
// and times found.
type Budget int

// SeriesBudget is how many times of one rule count in one window.
const SeriesBudget = 30_000

// Spend takes n off the budget and reports whether there was as much.
func (b *Budget) Spend(n int) bool {
	*b -= Budget(n)
	return *b >= 0
}

// Occur calls yield with each time, in order, that the rule gives a series
// which starts at start, from the first that is not before from up to the last
// that is before to. All are seconds since 1970 on the same wall clock. It
// returns false, having called yield for only some, if the budget is spent or
// yield returned false.
//
// It looks at each day that matters and asks whether the rule has it, instead
// of stepping from one occurrence to the next as rrule-go does. So it needs no
// start near the window, cannot hang on a rule that never matches, and a rule
// without COUNT costs the same however old it is.
func (r Rule) Occur(start, from, to int64, b *Budget, yield func(int64) bool) bool {
	w := walker{Rule: r, start: start, from: max(from, start), to: to, budget: b, yield: yield}
	if !w.plan() {
		return false
	}
	if last, ok := w.lastByCount(); ok {
		w.to, w.Count = min(to, last+1), 0
	}
	if w.from >= w.to {
		return true
	}
	if w.Count > 0 {
		w.from, w.shown = start, from
	}
	if len(r.positions) > 0 && r.Freq <= Daily {
		return w.periods()
	}
	return w.all()
}

// A walker goes through the days of one rule.
type walker struct {
	Rule
	start, from, to int64
	shown           int64 // times before it are counted, not yielded
	counted         int64
	first           day
	bare            bool    // the rule says nothing of the time of day
	times           []int64 // in each day, seconds from its beginning, if the rule has the same on all
	found           []int64 // scratch
	budget          *Budget
	yield           func(int64) bool
	done            bool
}

// plan sets what is the same on all days. It returns false if the budget is
// spent.
func (w *walker) plan() bool {
	w.first = dayOf(FloorDiv(w.start, SecondsPerDay))
	w.fill(w.first)
	w.bare = w.hours|w.minutes|w.seconds == 0
	clock := FloorMod(w.start, SecondsPerDay)
	if w.Freq <= Minutely {
		w.seconds = orStart(w.seconds, clock%60)
	}
	if w.Freq <= Hourly {
		w.minutes = orStart(w.minutes, clock/60%60)
	}
	if w.Freq > Daily {
		return true
	}
	w.hours = orStart(w.hours, clock/3600)
	n := w.hours.len() * w.minutes.len() * w.seconds.len()
	if !w.budget.Spend(n) {
		return false
	}
	w.times = make([]int64, 0, n)
	for h := range int64(24) {
		if w.hours.has(int(h)) {
			w.times = w.addMinutes(w.times, h*3600)
		}
	}
	return true
}

func orStart(s set, n int64) set {
	if s == 0 {
		return 1 << n
	}
	return s
}

// addMinutes appends the times of one hour.
func (w *walker) addMinutes(list []int64, hour int64) []int64 {
	for m := range int64(60) {
		if w.minutes.has(int(m)) {
			list = w.addSeconds(list, hour+m*60)
		}
	}
	return list
}

// addSeconds appends the times of one minute.
func (w *walker) addSeconds(list []int64, minute int64) []int64 {
	for s := range int64(60) {
		if w.seconds.has(int(s)) {
			list = append(list, minute+s)
		}
	}
	return list
}

// all yields the times of the days that match, one after the other.
func (w *walker) all() bool {
	d := dayOf(FloorDiv(w.from, SecondsPerDay))
	for d.number*SecondsPerDay < w.to {
		if !w.budget.Spend(1) {
			return false
		}
		if skip := w.skip(d); skip > 0 {
			d = dayOf(d.number + skip)
			continue
		}
		if w.matches(d) && !w.emit(d) {
			return w.done
		}
		d = d.next()
	}
	return true
}

// emit yields the times of a day. It returns false to stop; done tells whether
// all are found.
func (w *walker) emit(d day) bool {
	times := w.times
	if w.Freq > Daily {
		w.found = w.within(d, w.found[:0])
		times = w.found
	}
	for _, t := range times {
		if !w.put(d.number*SecondsPerDay + t) {
			return false
		}
	}
	return true
}

// put counts and yields one time.
func (w *walker) put(t int64) bool {
	switch {
	case t < w.from:
		return true
	case t >= w.to:
		w.done = true
		return false
	case !w.budget.Spend(1):
		return false
	}
	if w.Count > 0 {
		if w.counted++; w.counted > w.Count {
			w.done = true
			return false
		}
		if t < w.shown {
			return true
		}
	}
	return w.yield(t)
}

// skip returns how many days from d on cannot match, 0 if d may.
func (w *walker) skip(d day) int64 {
	if w.months != 0 && !w.months.has(d.month) {
		return int64(d.monthLength - d.day + 1)
	}
	if only := w.monthDays.single(); only > 0 && d.day != only {
		if ahead := only - d.day; ahead > 0 && only <= d.monthLength {
			return int64(ahead)
		}
		return int64(d.monthLength - d.day + 1)
	}
	return w.unaligned(d)
}

// unaligned returns how many days from d on INTERVAL leaves out.
func (w *walker) unaligned(d day) int64 {
	switch w.Freq {
	case Yearly:
		if FloorMod(int64(d.year-w.first.year), w.Interval) != 0 {
			return int64(d.yearLength - d.yearDay + 1)
		}
	case Monthly:
		if FloorMod(monthsBetween(w.first, d), w.Interval) != 0 {
			return int64(d.monthLength - d.day + 1)
		}
	case Weekly:
		if FloorMod(w.week(d)-w.week(w.first), w.Interval) != 0 {
			return int64(7 - (d.weekday-w.wkst+7)%7)
		}
	case Daily:
		if past := FloorMod(d.number-w.first.number, w.Interval); past != 0 {
			return w.Interval - past
		}
	}
	return 0
}

func monthsBetween(a, b day) int64 {
	return int64(b.year-a.year)*12 + int64(b.month-a.month)
}

// week numbers the weeks, which begin on wkst.
func (w *walker) week(d day) int64 { return FloorDiv(d.number+3-int64(w.wkst), 7) }

// matches reports whether the days that the rule names include d.
func (w *walker) matches(d day) bool {
	if w.months != 0 && !w.months.has(d.month) {
		return false
	}
	if w.weeks != (numbers{}) && !w.weeks.has(d.weekNumber(w.wkst)) {
		return false
	}
	if len(w.yearDays) > 0 && !slices.Contains(w.yearDays, d.yearDay) && !slices.Contains(w.yearDays, d.yearDay-d.yearLength-1) {
		return false
	}
	if w.monthDays != (numbers{}) && !w.monthDays.has(d.day, d.monthLength) {
		return false
	}
	if w.days == 0 && w.numbered == [7]numbers{} {
		return true
	}
	return w.days.has(d.weekday) || w.matchesNumber(d)
}

// matchesNumber reports whether d is one of the numbered weekdays, counted in
// its month or, in a yearly rule without BYMONTH, in its year.
func (w *walker) matchesNumber(d day) bool {
	at, length := d.day, d.monthLength
	if w.Freq == Yearly && w.months == 0 {
		at, length = d.yearDay, d.yearLength
	}
	n := w.numbered[d.weekday]
	return n.ahead.has((at-1)/7+1) || n.back.has((length-at)/7+1)
}

// weekNumber returns the number of the week that d lies in and how many weeks
// its year has. A week belongs to the year that has most of its days.
func (d day) weekNumber(wkst int) (number, of int) {
	middle := d.yearDay - (d.weekday-wkst+7)%7 + 3
	length := d.yearLength
	switch {
	case middle < 1:
		length = 365
		if leap(d.year - 1) {
			length = 366
		}
		middle += length
	case middle > length:
		middle -= length
		length = 365
		if leap(d.year + 1) {
			length = 366
		}
	}
	number = (middle-1)/7 + 1
	return number, number + (length-middle)/7
}

// lastByCount returns the last time of a rule with COUNT, if that can be told
// without finding them all.
func (w *walker) lastByCount() (last int64, ok bool) {
	if w.Count == 0 || w.limitsDays() {
		return 0, false
	}
	switch {
	case w.Freq == Weekly && len(w.times) == 1:
		return w.lastWeekly(), true
	case w.Freq >= Daily && w.days == 0 && w.bare:
		step := w.Interval * [...]int64{Daily: SecondsPerDay, Hourly: 3600, Minutely: 60, Secondly: 1}[w.Freq]
		return w.start + min(w.Count-1, Endless/step)*step, true
	}
	return 0, false
}

// Endless is later than all times that matter.
const Endless = 1 << 50

// lastWeekly returns the last time of a weekly rule that names only days.
func (w *walker) lastWeekly() int64 {
	var days []int64 // from the start of the week
	for i := range 7 {
		if w.days.has((w.wkst + i) % 7) {
			days = append(days, int64(i))
		}
	}
	begin := w.first.number - int64((w.first.weekday-w.wkst+7)%7)
	passed := int64(0) // days of the first week that lie before the start
	for _, i := range days {
		if (begin+i)*SecondsPerDay+w.times[0] < w.start {
			passed++
		}
	}
	n, per := w.Count-1+passed, int64(len(days))
	weeks := min(n/per, Endless/w.Interval/7/SecondsPerDay) * w.Interval
	return (begin+weeks*7+days[n%per])*SecondsPerDay + w.times[0]
}
