// Package benchmark poses the problems that a program for peer sessions has to solve, with
// seeds, and scores answers by the words of their definitions: groups that have an hour in
// common ([Forming]), rounds in which nobody meets twice ([Rounds]), the weekly hour of a
// group ([Slots]), and the nightly repair of series ([Night]).
//
// It imports none of the solvers that it measures. Problems and answers are JSON; README.md
// says how another program takes part, and what is known of each problem.
package benchmark
