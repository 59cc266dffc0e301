package layouts

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestAmong compares with an exhaustive search: trios, and pairs with a trio, among people of
// whom some may not meet.
func TestAmong(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	for _, sizes := range [][]int{{3, 2}, {3, 2, 2}, {3, 2, 2, 2}, {3, 3}, {3, 3, 3}, {3, 3, 3, 3}} {
		n := 0
		for _, size := range sizes {
			n += size
		}
		for _, teams := range []int{0, 2, 3} {
			barred := map[[2]int]bool{}
			for range rng.IntN(3) {
				barred[[2]int{rng.IntN(n), rng.IntN(n)}] = true
			}
			may := func(a, b int) bool {
				return !(teams > 0 && a/teams == b/teams) && !barred[[2]int{a, b}] && !barred[[2]int{b, a}]
			}
			got := Among(sizes, n, may, ample())
			checkAmong(t, got, sizes, may)
			all := everyRound(sizes, may)
			if len(got) < bound(sizes, n, may) && len(all) < tooMany && exhaustive(all, len(got)+1) {
				t.Errorf("sizes %v, teams of %d, without %v: got %d rounds, there are more", sizes, teams, barred, len(got))
			}
		}
	}
}

// tooMany is from how many possible rounds on trying all takes minutes: those of 12 people in
// trios who may all meet are 15,400.
const tooMany = 4_000

// checkAmong checks that everybody is in one group of each round, and nobody meets whom they
// may not, or twice.
func checkAmong(t *testing.T, rounds [][][]int, sizes []int, may func(a, b int) bool) {
	t.Helper()
	met := map[[2]int]bool{}
	for _, round := range rounds {
		seen, count := map[int]bool{}, map[int]int{}
		for _, g := range round {
			count[len(g)]++
			for k, a := range g {
				for _, b := range g[:k] {
					if met[[2]int{b, a}] || !may(a, b) {
						t.Errorf("sizes %v: %d and %d meet again, or may not", sizes, a, b)
					}
					met[[2]int{b, a}] = true
				}
				seen[a] = true
			}
		}
		for _, size := range sizes {
			count[size]--
		}
		if count[2] != 0 || count[3] != 0 || len(seen) != 3*len(sizes)-count2(sizes) {
			t.Errorf("sizes %v: got the round %v", sizes, round)
		}
	}
}

func count2(sizes []int) (n int) {
	for _, size := range sizes {
		if size == 2 {
			n++
		}
	}
	return n
}

// exhaustive reports whether there are so many rounds, by trying all. It knows nothing of how
// Among searches: a round is a set of pairs, and rounds are chosen in the order of a list.
func exhaustive(all []set128, rounds int) bool {
	var choose func(from int, met set128, left int) bool
	choose = func(from int, met set128, left int) bool {
		if left == 0 {
			return true
		}
		for k := from; k+left <= len(all); k++ {
			if !all[k].meets(met) && choose(k+1, all[k].with(met), left-1) {
				return true
			}
		}
		return false
	}
	return choose(0, set128{}, rounds)
}

type set128 [2]uint64

func (s set128) meets(t set128) bool  { return s[0]&t[0] != 0 || s[1]&t[1] != 0 }
func (s set128) with(t set128) set128 { return set128{s[0] | t[0], s[1] | t[1]} }

// everyRound lists the pairs of all rounds that may be.
func everyRound(sizes []int, may func(a, b int) bool) (all []set128) {
	n := 0
	for _, size := range sizes {
		n += size
	}
	taken := make([]bool, n)
	left := map[int]int{}
	for _, size := range sizes {
		left[size]++
	}
	var extend func(pairs set128, people int)
	extend = func(pairs set128, people int) {
		if people == 0 {
			all = append(all, pairs)
			return
		}
		first := 0
		for taken[first] {
			first++
		}
		for size := 2; size <= 3; size++ {
			if left[size] == 0 {
				continue
			}
			left[size]--
			eachMate(n, first, size, taken, may, func(g []int) {
				more := pairs
				for k, a := range g {
					taken[a] = true
					for _, b := range g[:k] {
						more = more.with(bit(a, b))
					}
				}
				extend(more, people-size)
				for _, a := range g {
					taken[a] = false
				}
			})
			left[size]++
		}
	}
	extend(set128{}, n)
	return all
}

// bit returns the set of one pair, a above b.
func bit(a, b int) (s set128) {
	k := a*(a-1)/2 + b
	s[k/64] = 1 << (k % 64)
	return s
}

// eachMate calls f with all groups of a size that hold first, of those who are free.
func eachMate(n, first, size int, taken []bool, may func(a, b int) bool, f func(g []int)) {
	for a := first + 1; a < n; a++ {
		if taken[a] || !may(first, a) {
			continue
		}
		if size == 2 {
			f([]int{first, a})
			continue
		}
		for b := a + 1; b < n; b++ {
			if !taken[b] && may(first, b) && may(a, b) {
				f([]int{first, a, b})
			}
		}
	}
}

func BenchmarkAmong(b *testing.B) {
	for _, n := range []int{11, 21, 31, 41} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			sizes := append([]int{3}, alike((n-3)/2, 2)...)
			rounds := 0
			for b.Loop() {
				rounds = len(Among(sizes, n, func(x, y int) bool { return x+y != 1 }, ample()))
			}
			b.ReportMetric(float64(rounds), "rounds")
		})
	}
}
