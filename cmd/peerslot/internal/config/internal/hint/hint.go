// Package hint guesses what a mistyped word was meant to be.
package hint

import (
	"fmt"
	"strings"
)

// At returns a hint at the candidate that word was most likely meant to be, or
// "". What follows an @ is mostly right, and so it does not count for how much may
// be wrong. Candidates are tried in their order.
func At(word string, candidates []string) string {
	word = strings.ToLower(word)
	local, _, _ := strings.Cut(word, "@")
	best, least := "", max(1, len(local)/4)+1
	for _, c := range candidates {
		if abs(len(c)-len(word)) >= least {
			continue
		}
		if d := distance(word, strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func abs(n int) int { return max(n, -n) }

// distance is the number of bytes to add, drop, change or swap with the next to
// turn a into b.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
