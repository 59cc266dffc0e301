// Package availability answers when people can meet.
//
// It holds the values of that question (intervals, busy times with unknown
// parts, weekly hours, days off, slots on the wall clock) and the search for
// the weekly slot that most members can attend over a whole series. It does no
// input or output and knows no clock: everything it needs is passed in, and the
// same input always gives the same answer.
//
// Two kinds of time never mix. A [Slot] and [Hours] are wall clock plus zone; an
// [Interval] is a pair of instants. [At] turns the first into the second, and it
// alone decides what happens when clocks skip or repeat an hour.
package availability
