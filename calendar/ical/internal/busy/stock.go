package busy

import (
	"slices"
	"sync"

	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// A stock is the room that reading a calendar takes, and that the next one takes again:
// a run reads those of thousands of people, most of a few dozen events that matter.
type stock struct {
	excerpts []excerpt
	props    []line.Prop
	events   []event
	groups   []group
	masters  []*event // one for each group
	byUID    map[uint64]*group
	pieces   []piece
}

var stocks = sync.Pool{New: func() any { return &stock{byUID: map[uint64]*group{}} }}

// mostStock is how many entries each part of a stock may have to be kept: what few
// calendars need is let go.
const mostStock = 1024

// propsOf returns room for n properties of one component.
func (k *stock) propsOf(n int) []line.Prop {
	used := len(k.props)
	if used+n > cap(k.props) {
		k.props, used = make([]line.Prop, 0, max(n, 2*cap(k.props), 64)), 0
	}
	k.props = k.props[:used+n]
	return k.props[used : used : used+n]
}

// reserve makes room for what becomes of n excerpts, none of which moves.
func (k *stock) reserve(n int) {
	k.events, k.groups, k.masters = slices.Grow(k.events, n), slices.Grow(k.groups, n), slices.Grow(k.masters, n)
}

// eventOf returns the place of an event, and groupOf that of a group with room for a
// first master.
func (k *stock) eventOf() *event {
	k.events = append(k.events, event{})
	return &k.events[len(k.events)-1]
}

func (k *stock) groupOf() *group {
	n := len(k.groups)
	k.groups = append(k.groups, group{masters: k.masters[n : n : n+1]})
	return &k.groups[n]
}

// free gives the stock back, with nothing in it that would be kept from being freed.
func (k *stock) free() {
	if max(cap(k.excerpts), cap(k.props), cap(k.events), cap(k.pieces), len(k.byUID)) > mostStock {
		return
	}
	k.excerpts, k.props, k.events, k.groups, k.masters, k.pieces = emptied(k.excerpts), emptied(k.props), emptied(k.events), emptied(k.groups), emptied(k.masters), k.pieces[:0]
	clear(k.byUID)
	stocks.Put(k)
}

func emptied[T any](list []T) []T {
	clear(list[:cap(list)])
	return list[:0]
}
