package column

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// Separator returns which one a file uses between its cells, by the first row.
func Separator(header []byte) rune {
	best := ','
	for _, c := range ";\t" {
		if bytes.ContainsRune(header, c) && bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// CutDays splits "mon, wed 09:00-12:00 13:00-15:00" before the first time.
func CutDays(s string) (days, times string) {
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		i = len(s)
	}
	return strings.TrimSpace(s[:i]), s[i:]
}

// An Item is one of those that a cell holds, with keys, as a mapping would have them. One
// that is mere text has no keys.
type Item struct {
	Text string
	Keys []Key
}

// A Key of an item, with its text.
type Key struct{ Name, Text string }

var (
	tripStart  = pattern(`(?:^|[,;\n])\s*(\d{4}-)`)
	sourceEnd  = pattern(`;\s+|;$|\n`)
	tripKeys   = pattern(`(?:^|\s)(hours|stretch|holidays):`)
	sourceKeys = pattern(`(?:^|\s)(google|caldav|username|password_env|token_env):`)
)

func pattern(s string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}

// Trips reads a cell such as "2026-05-04/2026-05-22 Asia/Tokyo hours: mon-fri 10:00-18:00;
// 2026-07-01 UTC". The days of hours have semicolons between them, too.
func Trips(cell string) (trips []Item) {
	from := 0
	for _, at := range append(tripStart().FindAllStringSubmatchIndex(cell, -1), []int{0, 0, len(cell)}) {
		text := strings.Trim(cell[from:at[2]], ",; \t\n")
		if from = at[2]; text == "" {
			continue
		}
		trip := item(text, tripKeys())
		dates, zone, _ := strings.Cut(trip.Text, " ")
		first, last, isRange := strings.Cut(dates, "/")
		if !isRange {
			last = first
		}
		trip.Keys = append([]Key{{"from", first}, {"to", last}}, trip.Keys...)
		if zone = strings.TrimSpace(zone); zone != "" {
			trip.Keys = append(trip.Keys, Key{"timezone", zone})
		}
		trips = append(trips, trip)
	}
	return trips
}

// Sources reads a cell such as "backend; https://…/ana.ics; google: ID; caldav: https://…/
// username: ana password_env: ANA". The first two are mere text.
func Sources(cell string) (sources []Item) {
	for _, text := range sourceEnd().Split(cell, -1) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		source := item(text, sourceKeys())
		if source.Text != "" {
			source = Item{Text: text}
		}
		sources = append(sources, source)
	}
	return sources
}

// item splits text into what stands before the first key, and the keys.
func item(text string, keys *regexp.Regexp) (out Item) {
	found := keys.FindAllStringSubmatchIndex(text, -1)
	out.Text = text
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		if i == 0 {
			out.Text = text[:at[0]]
		}
		out.Keys = append(out.Keys, Key{text[at[2]:at[3]], strings.Trim(text[at[1]:end], "; \t\n")})
	}
	out.Text = strings.TrimSpace(out.Text)
	return out
}
