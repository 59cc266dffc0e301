package review_test

import "github.com/peerslot/peerslot/scheduler/schedulertest"

const ana, bo, cem, dee = schedulertest.Ana, schedulertest.Bo, schedulertest.Cem, schedulertest.Dee

var start = schedulertest.Start

var newWorld, booked, at = schedulertest.NewWorld, schedulertest.Booked, schedulertest.At
