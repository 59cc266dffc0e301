package main

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// The more lives, the less garbage is let grow, and more again once it is gone; less while
// configurations are read.
func TestGarbageIsFollowed(t *testing.T) {
	for live, want := range map[int]int{0: 400, headroom / 2: 200, headroom: 100, 2 * headroom: 50, 20 * headroom: 33} {
		if got := percentOf(live, headroom); got != want {
			t.Errorf("percentOf(%d) = %d, want %d", live, got, want)
		}
	}
	const alone = "PEERSLOT_TEST_GARBAGE"
	if os.Getenv(alone) == "" { // in a process of its own: it would follow the garbage of all tests after it
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestGarbageIsFollowed$")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	followGarbage()
	held := make([]byte, 10*headroom)
	waitForPercent(t, func(percent int) bool { return percent == 33 })
	runtime.KeepAlive(held)
	waitForPercent(t, func(percent int) bool { return percent > 33 })

	held = make([]byte, headroom)
	waitForPercent(t, func(percent int) bool { return percent > 60 && percent <= 100 })
	one, another := lessGarbage(), lessGarbage()
	waitForPercent(t, func(percent int) bool { return percent <= 40 })
	one()
	waitForPercent(t, func(percent int) bool { return percent <= 40 })
	another()
	waitForPercent(t, func(percent int) bool { return percent > 60 })
	runtime.KeepAlive(held)
}

// waitForPercent collects garbage until the percentage is as wanted.
func waitForPercent(t *testing.T, is func(int) bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		percent := debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		if is(percent) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("garbage may be %d %% of what lives", percent)
		}
	}
}
