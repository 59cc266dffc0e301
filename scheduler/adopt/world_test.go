package adopt_test

import "github.com/peerslot/peerslot/scheduler/schedulertest"

const (
	organizer = schedulertest.Organizer
	ana, bo   = schedulertest.Ana, schedulertest.Bo
)

var start = schedulertest.Start

var booked = schedulertest.Booked
