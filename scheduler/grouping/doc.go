// Package grouping divides people into groups at the least cost.
//
// A [Problem] holds people, rules and past meetings as plain values; [Solve]
// returns the cheapest grouping that it finds, with a lower bound that says how
// far from the least cost it can be at most. [Evaluate] prices a grouping made by
// hand. [Rounds] lays out several rounds in which no two people meet twice.
//
// The package does no input or output and reads no clock, except that Solve stops
// when its budget is over. It knows neither calendars nor stores: when people can
// meet comes in as bitmaps.
//
// # Cost
//
// The cost of a grouping is the sum over its groups of
//
//   - Weights.Met for each time that two members were together before,
//   - Weights.Session for each session that not all members can attend at the
//     group's best start, and Weights.NoSlot more if those they can are fewer than
//     half of the sessions,
//   - Weights.ZoneHour for each hour by which the members' zones span more than
//     three, where the span is 24 hours minus the largest gap between their offsets
//     on the circle,
//   - Weights.Department for each pair of one department or of teams that work
//     closely together.
//
// Where the sizes leave a choice the cost decides, as it does between any two
// groupings. For another cadence the number of sessions takes the place of 13.
//
// # How
//
// Up to [ExactLimit] people this is a set partition. The linear relaxation over all
// possible groups is solved by generating columns; branching on how many groups lack
// a slot and on how many meetings repeat, cuts, and an exhaustive search of what is
// left of the gap prove the answer. More people are annealed first; then some dozens
// at a time, who are related, are put together again in the cheapest way. Pairs are
// matched exactly.
//
// The cost is that of one round; two things look further ahead. Pairs are chosen so
// that everybody can meet all others before anybody meets again, and a grouping that
// costs nothing is taken from a layout of [Rounds].
package grouping
