package scheduler_test

import "github.com/peerslot/peerslot/scheduler/schedulertest"

const (
	organizer         = schedulertest.Organizer
	ana, bo, cem, dee = schedulertest.Ana, schedulertest.Bo, schedulertest.Cem, schedulertest.Dee
)

var now, start = schedulertest.Now, schedulertest.Start

var newWorld, booked, at = schedulertest.NewWorld, schedulertest.Booked, schedulertest.At

type world = schedulertest.World
