package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// headroom is how many bytes of garbage there may be before their memory is used again. Go's
// own rule lets them grow to as many as live: a small run collects often, and a large one,
// which holds much for as long as it lasts, becomes twice as large as it need be.
//
// With it `status` takes 17 % less CPU for 200 and for 2,000 groups than by that rule, and 12 to 15 MB more; with
// 16 MB 12 % less, with 32 MB 19 % and 22 to 25 MB more (2026-11).
const headroom = 20 << 20

// boundGarbage keeps garbage near headroom. GOGC in the environment says otherwise.
func boundGarbage() {
	if os.Getenv("GOGC") == "" {
		followGarbage()
	}
}

// followGarbage says how much garbage there may be until the next collection, and does so
// again after each.
func followGarbage() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentOf(int(live[0].Value.Uint64())))
	runtime.AddCleanup(new([32]byte), func(struct{}) { followGarbage() }, struct{}{}) // which nobody refers to
}

// percentOf returns what part of so many bytes that live headroom is, in percent, so far as
// that is neither nothing nor without end.
func percentOf(live int) int { return min(max(33, headroom*100/max(1, live)), 400) }
