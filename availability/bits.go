package availability

import (
	"math/bits"
	"slices"
)

// setBits sets bits [from, to).
func setBits(words []uint64, from, to int) {
	if from >= to {
		return
	}
	i, last := uint(from)/64, uint(to-1)/64
	head, tail := ^uint64(0)<<(uint(from)%64), ^uint64(0)>>(63-uint(to-1)%64)
	if i == last {
		words[i] |= head & tail
		return
	}
	words[i] |= head
	for i++; i < last; i++ {
		words[i] = ^uint64(0)
	}
	words[last] |= tail
}

func hasBit(words []uint64, bit int) bool { return words[bit/64]>>(bit%64)&1 != 0 }

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A tally is a number for each bit of some words. It is kept bit-sliced: plane p
// of a word holds bit p of its 64 numbers, so that a few logical operations add,
// compare or select 64 numbers at once.
type tally struct {
	width  int      // planes of a word
	planes []uint64 // of the first word, lowest plane first, then of the next
}

// reset makes all numbers 0 and gives them room up to highest.
func (t *tally) reset(words, highest int) {
	t.width = bits.Len(uint(highest))
	t.planes = slices.Grow(t.planes[:0], words*t.width)[:words*t.width]
	clear(t.planes)
}

// fill makes all numbers the highest for which there is room.
func (t *tally) fill() {
	for i := range t.planes {
		t.planes[i] = ^uint64(0)
	}
}

// word returns the planes of one word.
func (t *tally) word(i int) []uint64 { return t.planes[i*t.width:][:t.width] }

// number returns the number of one bit.
func (t *tally) number(bit int) int {
	n := 0
	for p, plane := range t.word(bit / 64) {
		n |= int(plane>>(bit%64)&1) << p
	}
	return n
}

// add adds the numbers of x to those of sum, which has room for the result.
func add(sum, x []uint64) {
	var carry uint64
	x = x[:min(len(x), len(sum))]
	for p, b := range x {
		sum[p], carry = add3(sum[p], b, carry)
	}
	for p := len(x); carry != 0; p++ {
		sum[p], carry = sum[p]^carry, sum[p]&carry
	}
}

// lower makes each number of least that of x if that is smaller.
func lower(least, x []uint64) {
	var smaller uint64
	equal := ^uint64(0)
	for p := len(least) - 1; p >= 0; p-- {
		differ := least[p] ^ x[p]
		smaller |= equal & differ & least[p]
		equal &^= differ
	}
	for p := range least {
		least[p] ^= (least[p] ^ x[p]) & smaller
	}
}

// add3 adds three bits in each place: low + 2*high.
func add3(a, b, c uint64) (low, high uint64) {
	u := a ^ b
	return u ^ c, a&b | u&c
}

// add7 adds seven bits in each place.
func add7(a, b, c, d, e, f, g uint64) (ones, twos, fours uint64) {
	s1, c1 := add3(a, b, c)
	s2, c2 := add3(d, e, f)
	ones, c3 := add3(s1, s2, g)
	twos, fours = add3(c1, c2, c3)
	return ones, twos, fours
}

// add15 adds two results of add7 and one more bit in each place.
func add15(ones, twos, fours, ones2, twos2, fours2, bit uint64) (sum [4]uint64) {
	var carry uint64
	sum[0], carry = add3(ones, ones2, bit)
	sum[1], carry = add3(twos, twos2, carry)
	sum[2], sum[3] = add3(fours, fours2, carry)
	return sum
}
