package calendartest

import (
	"os"
	"testing"
)

// Long reports whether searches and simulations may take minutes. With
// PEERSLOT_TEST_LONG set, as .ci/run sets it in a step of its own, they look at more
// cases of the same kind; -short wins.
func Long() bool { return os.Getenv("PEERSLOT_TEST_LONG") != "" && !testing.Short() }
