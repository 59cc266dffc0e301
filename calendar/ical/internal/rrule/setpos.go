package rrule

import "slices"

// within appends the times of a day of a rule that repeats more often than
// daily.
func (w *walker) within(d day, list []int64) []int64 {
	unit := [...]int64{Hourly: 3600, Minutely: 60, Secondly: 1}[w.Freq]
	begin := d.number * SecondsPerDay
	origin := FloorDiv(w.start, unit)
	period := FloorDiv(max(begin, w.from), unit)
	if past := FloorMod(period-origin, w.Interval); past != 0 {
		period += w.Interval - past
	}
	for ; period*unit < min(begin+SecondsPerDay, w.to) && w.budget.Spend(1); period += w.Interval {
		n := len(list)
		list = w.ofPeriod(list, period*unit-begin)
		if len(w.positions) > 0 {
			w.budget.Spend(len(list) - n) // far more than it picks
			list = append(list[:n], w.pick(list[n:])...)
		}
	}
	return list
}

// ofPeriod appends the times of the hour, minute or second that begins at t.
func (w *walker) ofPeriod(list []int64, t int64) []int64 {
	if w.hours != 0 && !w.hours.has(int(t/3600)) {
		return list
	}
	if w.Freq == Hourly {
		return w.addMinutes(list, t)
	}
	if w.minutes != 0 && !w.minutes.has(int(t/60%60)) {
		return list
	}
	if w.Freq == Minutely {
		return w.addSeconds(list, t)
	}
	if w.seconds != 0 && !w.seconds.has(int(t%60)) {
		return list
	}
	return append(list, t)
}

// pick returns the times at the positions of BYSETPOS, in order.
func (w *walker) pick(list []int64) []int64 {
	var out []int64
	for _, i := range w.indexes(len(list)) {
		out = append(out, list[i])
	}
	return out
}

// indexes returns the positions of BYSETPOS in a list of n, in order.
func (w *walker) indexes(n int) []int {
	var list []int
	for _, p := range w.positions {
		if p < 0 {
			p += n + 1
		}
		if p >= 1 && p <= n {
			list = append(list, p-1)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// periods yields the times at the positions of BYSETPOS in each year, month,
// week or day.
func (w *walker) periods() bool {
	for d := w.periodOf(dayOf(FloorDiv(w.from, SecondsPerDay))); d.number*SecondsPerDay < w.to; {
		if !w.budget.Spend(1) {
			return false
		}
		if skip := w.unaligned(d); skip > 0 {
			d = dayOf(d.number + skip)
			continue
		}
		days, next := w.matchesFrom(d)
		for _, i := range w.indexes(len(days) * len(w.times)) {
			if !w.put(days[i/len(w.times)]*SecondsPerDay + w.times[i%len(w.times)]) {
				return w.done
			}
		}
		d = next
	}
	return true
}

// matchesFrom returns the days that match in the period that begins on d, and
// the first day of the next one.
func (w *walker) matchesFrom(d day) (days []int64, next day) {
	days = w.found[:0]
	for next = w.nextPeriod(d); d.number < next.number && w.budget.Spend(1); d = d.next() {
		if w.matches(d) {
			days = append(days, d.number)
		}
	}
	w.found = days
	return days, next
}

// periodOf returns the first day of the period that d lies in.
func (w *walker) periodOf(d day) day {
	switch w.Freq {
	case Yearly:
		return dayOf(d.number - int64(d.yearDay-1))
	case Monthly:
		return dayOf(d.number - int64(d.day-1))
	case Weekly:
		return dayOf(d.number - int64((d.weekday-w.wkst+7)%7))
	}
	return d
}

// nextPeriod returns the first day after the period that begins on d.
func (w *walker) nextPeriod(d day) day {
	switch w.Freq {
	case Yearly:
		return dayOf(d.number + int64(d.yearLength))
	case Monthly:
		return dayOf(d.number + int64(d.monthLength))
	case Weekly:
		return dayOf(d.number + 7)
	}
	return d.next()
}
