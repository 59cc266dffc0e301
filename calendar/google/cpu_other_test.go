//go:build !unix

package google_test

import "time"

var begun = time.Now()

// cpuTime returns the time: this system is not asked for that of the processors.
func cpuTime() time.Duration { return time.Since(begun) }
