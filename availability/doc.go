// Package availability answers when people can meet.
//
// It holds the values of that question (intervals, busy times with unknown
// parts, weekly hours, days off, slots on the wall clock) and the search for
// the weekly slot that most members can attend over a whole series. It does no
// input or output and knows no clock: everything it needs is passed in, and the
// same input always gives the same answer.
//
// Two kinds of time never mix. A [Slot] and [Hours] are wall clock plus zone; an
// [Interval] is a pair of instants. [At] turns the first into the second. Of a time
// that clocks show twice it takes the first; hours and days begin and end when the
// clocks first show their time or a later one.
//
// [Member.CanAttend] is the rule for one member and one session, [Rank] the search
// by it. A [Grid] holds the answers of the rule for all sessions that a search may
// choose, as bits: for whoever has to ask often.
package availability
