// Package byname finds things by what they are called, where there are so many that a map
// of their names would take more room than all else that is kept of them.
package byname

import (
	"cmp"
	"slices"
	"sort"
)

// An Index finds the things of a list by their names, in four bytes each. It keeps none of
// the names: whoever asks hands in how they are read, which must be as it was when the index
// was made. The zero Index has nothing.
type Index []int32 // their numbers, by name and then by number

// New returns an index of n things.
func New(n int, name func(i int) string) Index {
	x := make(Index, n)
	for i := range x {
		x[i] = int32(i)
	}
	slices.SortFunc(x, func(a, b int32) int { return cmp.Or(cmp.Compare(name(int(a)), name(int(b))), cmp.Compare(a, b)) })
	return x
}

// Find returns the number of the thing that has the name, the last of several; ok is false
// if none has.
func (x Index) Find(want string, name func(i int) string) (number int, ok bool) {
	at := sort.Search(len(x), func(i int) bool { return name(int(x[i])) > want })
	if at == 0 || name(int(x[at-1])) != want {
		return 0, false
	}
	return int(x[at-1]), true
}
