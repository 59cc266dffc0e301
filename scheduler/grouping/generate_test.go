package grouping

import (
	"fmt"
	"math/rand/v2"
)

// generated makes a problem of people with the calendars of managers: meetings
// every week or two, single ones, and days off, in hours of their own in zones
// around the world. rounds is how many earlier rounds of random groups there were.
func generated(n, size, rounds int, seed uint64) Problem {
	rng := rand.New(rand.NewPCG(seed, 13))
	p := Problem{MinSize: size, MaxSize: size, Weeks: 13, Words: 11, Apart: ReportingLine | SameTeam, Seed: seed}
	bosses := rng.Perm(n)[:(n+7)/8]
	for i := range n {
		q := Person{Name: fmt.Sprint("p", i), Team: fmt.Sprint("t", i/10, "-", i/3), Department: fmt.Sprint("d", i/10), Offset: pickOffset(rng)}
		if boss := bosses[rng.IntN(len(bosses))]; boss != i && rng.IntN(3) > 0 {
			q.Chain = []string{fmt.Sprint("p", boss)}
		}
		q.Free = freeStarts(rng, q.Offset)
		p.People = append(p.People, q)
	}
	for range rounds {
		order := rng.Perm(n)
		for at := 0; at+size <= n; at += size {
			for k, a := range order[at : at+size] {
				for _, b := range order[at : at+k] {
					p.Met = append(p.Met, Meeting{a, b, 1})
				}
			}
		}
	}
	return p
}

// pickOffset draws a zone: a third of the people are in Europe, a third in America.
func pickOffset(rng *rand.Rand) int {
	zones := []struct{ minutes, weight int }{
		{60, 25}, {0, 20}, {-300, 12}, {-480, 16}, {330, 8}, {660, 8}, {-180, 6}, {480, 5},
	}
	at := rng.IntN(100)
	for _, z := range zones {
		if at -= z.weight; at < 0 {
			return z.minutes * 60
		}
	}
	return 0
}

// freeStarts draws the quarter hours of 13 weeks at which an hour is free, in rows
// of 11 words from Monday 00:00 in a zone one hour east of UTC.
func freeStarts(rng *rand.Rand, offset int) []uint64 {
	const weeks, words, quarters = 13, 11, 7 * 96
	var free [weeks][quarters]bool
	start, length := 32+2*rng.IntN(5), 32+2*rng.IntN(4)
	shift := 4 - offset/900
	at := func(day, quarter int) int { return ((day*96+quarter+shift)%quarters + quarters) % quarters }
	holiday := rng.IntN(2 * weeks) // half of the people have a week off
	for w := range weeks {
		for d := range 5 {
			if w == holiday || rng.IntN(100) < 4 {
				continue
			}
			for q := range length {
				free[w][at(d, start+q)] = true
			}
		}
	}
	block := func(w, day, from, length int) {
		for q := from - 3; q < from+length; q++ { // an hour that starts up to 45 minutes before would run into it
			free[w][at(day, q)] = false
		}
	}
	load := 1 + rng.IntN(3) // some are busier than others
	for range 5 + 4*load {
		day, from, long, every, first := rng.IntN(5), start+rng.IntN(length), 2+2*rng.IntN(2), 1+rng.IntN(2), rng.IntN(2)
		for w := first % every; w < weeks; w += every {
			block(w, day, from, long)
		}
	}
	rows := make([]uint64, weeks*words)
	for w := range weeks {
		for range 2 + 2*load {
			block(w, rng.IntN(5), start+rng.IntN(length), 2+2*rng.IntN(2))
		}
		for d := range 7 {
			block(w, d, start+length, 0) // the hour must end within the working hours
		}
		for q, f := range free[w] {
			if f {
				rows[w*words+q/64] |= 1 << (q % 64)
			}
		}
	}
	return rows
}
