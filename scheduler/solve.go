package scheduler

import (
	"context"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler/grouping"
)

// solve looks for a cheap grouping by exchanging people between groups as long as
// that gains anything and the budget lasts. It proves nothing.
func solve(ctx context.Context, p grouping.Problem) (grouping.Result, error) {
	groups := deal(p)
	result, err := grouping.Evaluate(p, groups)
	end := time.Now().Add(p.Budget)
	for better := true; better && err == nil && ctx.Err() == nil && time.Now().Before(end); {
		better = false
		for x := len(p.Keep); x < len(groups); x++ {
			for y := x + 1; y < len(groups); y++ {
				for i := range groups[x] {
					for j := range groups[y] {
						groups[x][i], groups[y][j] = groups[y][j], groups[x][i]
						r, err := grouping.Evaluate(p, groups)
						if err == nil && priceOf(r) < priceOf(result) {
							result, better = r, true
						} else {
							groups[x][i], groups[y][j] = groups[y][j], groups[x][i]
						}
					}
				}
			}
		}
	}
	return result, err
}

func priceOf(r grouping.Result) int { return r.Cost + grouping.MaxWeight*len(r.Broken) }

// deal puts the people who are in no kept group into groups of about one size.
func deal(p grouping.Problem) [][]int {
	var free []int
	for i := range p.People {
		if !slices.ContainsFunc(p.Keep, func(g []int) bool { return slices.Contains(g, i) }) {
			free = append(free, i)
		}
	}
	count := (len(free) + p.MaxSize - 1) / p.MaxSize
	if p.MaxSize == 2 {
		count = len(free) / 2
	}
	groups := make([][]int, count)
	for i, person := range free {
		groups[i%count] = append(groups[i%count], person)
	}
	return append(slices.Clone(p.Keep), groups...)
}
