package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// headroom is how many bytes of garbage there may be before their memory is used again. Go's
// own rule lets them grow to as many as live: a small run collects often, and a large one,
// which holds much for as long as it lasts, becomes twice as large as it need be.
//
// With it `status` takes 17 % less CPU for 200 and for 2,000 groups than by that rule, and 12 to 15 MB more; with
// 16 MB 12 % less, with 32 MB 19 % and 22 to 25 MB more (2026-11).
const headroom = 20 << 20

// loadingHeadroom is what there may be of it while a configuration is read: what it is read from
// is garbage once it is read, and the more of it lies there the more may lie beside it.
const loadingHeadroom = 8 << 20

// loading is how many configurations are being read.
var loading atomic.Int32

// followGarbage says how much garbage there may be until the next collection, and does so
// again after each.
func followGarbage() {
	setGarbage()
	runtime.AddCleanup(new([32]byte), func(struct{}) { followGarbage() }, struct{}{}) // which nobody refers to
}

// lessGarbage bounds garbage by loadingHeadroom until done is called.
func lessGarbage() (done func()) {
	loading.Add(1)
	setGarbage()
	return func() {
		loading.Add(-1)
		setGarbage()
	}
}

func setGarbage() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	room := headroom
	if loading.Load() > 0 {
		room = loadingHeadroom
	}
	debug.SetGCPercent(percentOf(int(live[0].Value.Uint64()), room))
}

// percentOf returns what part of so many bytes that live room is, in percent, so far as
// that is neither nothing nor without end.
func percentOf(live, room int) int { return min(max(33, room*100/max(1, live)), 400) }
