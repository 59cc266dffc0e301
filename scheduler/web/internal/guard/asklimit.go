package guard

import (
	"net/netip"
	"sync"
	"time"
)

// An AskLimit counts by peer who asks for something, hour by hour. The zero AskLimit is
// ready to use.
type AskLimit struct {
	mu   sync.Mutex
	hour time.Time
	by   map[netip.Prefix]int
}

const mostPeers = 10_000 // remembered at a time; beyond that, nobody new may ask in that hour

// Allows counts one question of a peer, and reports whether it is among the most of this
// hour.
func (l *AskLimit) Allows(peer netip.Addr, now time.Time, most int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if hour := now.Truncate(time.Hour); l.by == nil || !hour.Equal(l.hour) {
		l.hour, l.by = hour, map[netip.Prefix]int{}
	}
	bits := 32
	if peer.Is6() {
		bits = 64 // what one customer has
	}
	net, _ := peer.Prefix(bits)
	if _, known := l.by[net]; !known && len(l.by) >= mostPeers {
		return false
	}
	l.by[net]++
	return l.by[net] <= most
}
