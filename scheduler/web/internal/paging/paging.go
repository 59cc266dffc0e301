// Package paging cuts long lists into pages.
package paging

import (
	"maps"
	"net/url"
	"strconv"
)

// Most is how much of a list is on one page.
const Most = 100

// A Page is one of a long list: what stands at From, and up to To.
type Page struct {
	From, To int
	all      int
	asked    url.Values
}

// Of returns the page of a list of that length that is asked for, by the number that it
// begins with; the first for nonsense.
func Of(all int, asked url.Values) Page {
	from, err := strconv.Atoi(asked.Get("from"))
	if err != nil || from < 0 || from >= all {
		from = 0
	}
	return Page{from, min(from+Most, all), all, asked}
}

// Beside returns the paths of the pages before and after, "" for none, which ask for the
// rest as this one did.
func (p Page) Beside(path, anchor string) (earlier, later string) {
	at := func(n int) string {
		q := maps.Clone(p.asked)
		q.Set("from", strconv.Itoa(n))
		q.Del("done") // said once
		return path + "?" + q.Encode() + "#" + anchor
	}
	if p.From > 0 {
		earlier = at(max(0, p.From-Most))
	}
	if p.To < p.all {
		later = at(p.To)
	}
	return earlier, later
}
