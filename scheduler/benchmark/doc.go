// Package benchmark poses problems of forming groups, and scores answers by the words of
// the definition, without any of peerslot's own solvers. README.md says how other programs
// take part.
package benchmark
