package handover_test

import "github.com/peerslot/peerslot/scheduler/schedulertest"

const (
	organizer = schedulertest.Organizer
	ana, bo   = schedulertest.Ana, schedulertest.Bo
)

var at = schedulertest.At

type world = schedulertest.World
