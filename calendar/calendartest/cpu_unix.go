//go:build unix

package calendartest

import (
	"syscall"
	"time"
)

// CPUTime returns how long the program has kept processors busy.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
