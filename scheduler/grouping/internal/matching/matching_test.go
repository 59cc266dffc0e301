package matching

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bestPairs finds the least cost of a perfect matching by trying all, person by
// person; -1 if there is none.
func bestPairs(n int, cost [][]int) int {
	least := make([]int, 1<<n)
	for s := 1; s < 1<<n; s++ {
		least[s] = -1
		a := bits.TrailingZeros(uint(s))
		for b := a + 1; b < n; b++ {
			if s>>b&1 == 0 || cost[a][b] < 0 {
				continue
			}
			if rest := least[s&^(1<<a|1<<b)]; rest >= 0 && (least[s] < 0 || rest+cost[a][b] < least[s]) {
				least[s] = rest + cost[a][b]
			}
		}
	}
	return least[1<<n-1]
}

// never is for searches that are not stopped.
func never() bool { return false }

func TestCheapest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for round := range 4000 {
		n := 2 + 2*rng.IntN(6)
		cost := randomCosts(rng, n, rng.IntN(10), 1+rng.IntN(1+round%50))
		got := -1
		if partner := Cheapest(n, func(a, b int) int { return cost[a][b] }, never); partner != nil {
			got = matchingCost(t, partner, cost)
		}
		if want := bestPairs(n, cost); got != want {
			t.Fatalf("n=%d %v: got cost %d, want %d", n, cost, got, want)
		}
	}
}

// TestCheapestNetworkX compares with networkx where PEERSLOT_TEST_NETWORKX names a
// Python that has it.
func TestCheapestNetworkX(t *testing.T) {
	python := os.Getenv("PEERSLOT_TEST_NETWORKX")
	if python == "" {
		return
	}
	const script = `
import json, sys, networkx
for line in sys.stdin:
    cost = json.loads(line)
    g = networkx.Graph()
    g.add_nodes_from(range(len(cost)))
    g.add_weighted_edges_from((a, b, c) for a, row in enumerate(cost) for b, c in enumerate(row) if a < b and c >= 0)
    m = networkx.min_weight_matching(g)
    print(sum(cost[a][b] for a, b in m) if 2 * len(m) == len(cost) else -1)
`
	rng := rand.New(rand.NewPCG(2, 2))
	var in, want bytes.Buffer
	for range 60 {
		n := 2 * (1 + rng.IntN(35))
		cost := randomCosts(rng, n, rng.IntN(10), 1+rng.IntN(2000))
		line, err := json.Marshal(cost)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
		got := -1
		if partner := Cheapest(n, func(a, b int) int { return cost[a][b] }, never); partner != nil {
			got = matchingCost(t, partner, cost)
		}
		fmt.Fprintln(&want, got)
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(out), want.String()); diff != "" {
		t.Errorf("(-networkx +got)\n%s", diff)
	}
}

// randomCosts draws costs below most, and forbids so many of ten pairs.
func randomCosts(rng *rand.Rand, n, forbidden, most int) [][]int {
	cost := matrix[int](n, n)
	for a := range n {
		cost[a][a] = -1
		for b := range a {
			c := rng.IntN(most)
			if rng.IntN(10) < forbidden {
				c = -1
			}
			cost[a][b], cost[b][a] = c, c
		}
	}
	return cost
}

func matchingCost(t *testing.T, partner []int, cost [][]int) int {
	t.Helper()
	sum := 0
	for a, b := range partner {
		if partner[b] != a || a == b {
			t.Fatalf("%v is no matching", partner)
		}
		sum += cost[a][b]
	}
	return sum / 2
}
