//go:build !unix

package calendartest

import "time"

var begun = time.Now()

// CPUTime returns the time: this system is not asked for that of the processors.
func CPUTime() time.Duration { return time.Since(begun) }
