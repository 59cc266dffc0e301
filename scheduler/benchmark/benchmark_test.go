package benchmark_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/benchmark"
)

// suite returns the suite, which is made once: nobody changes it.
var suite = sync.OnceValue(benchmark.NewSuite)

// TestKnown proves the small optima by trying everything, and that peerslot finds them.
func TestKnown(t *testing.T) {
	t.Parallel()
	s := suite()
	for _, f := range s.Forming {
		if len(f.People) > 15 {
			continue
		}
		want := f.Optimum()
		groups, bound := form(t, f)
		got, err := f.Cost(groups)
		if known := benchmark.Known[f.Name]; err != nil || got != want || bound != want || known != (benchmark.Figure{Best: want, Bound: want}) {
			t.Errorf("%s: got cost %d, bound %d, %v; known is %v, want %d", f.Name, got, bound, err, known, want)
		}
	}
	for _, p := range s.Slots {
		want, err := p.Score(p.Best(p.Count))
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Score(choose(t, p))
		if known := benchmark.Known[p.Name]; err != nil || got != want || known != (benchmark.Figure{Best: want.Attendance, Bound: want.Attendance}) {
			t.Errorf("%s: got %v, %v; known is %v, want %v", p.Name, got, err, known, want)
		}
	}
	for _, n := range s.Nights {
		want, err := n.Score(n.Best())
		if err != nil {
			t.Fatal(err)
		}
		got, err := n.Score(mend(t, n))
		if known := benchmark.Known[n.Name]; err != nil || got != want || known != (benchmark.Figure{Best: want.Attendance, Bound: want.Attendance}) {
			t.Errorf("%s: got %v, %v; known is %v, want %v", n.Name, got, err, known, want)
		}
	}
}

// TestKnownHolds: no bound is better than the best, and every problem of the suite is known.
func TestKnownHolds(t *testing.T) {
	t.Parallel()
	s := suite()
	for _, f := range s.Forming {
		if k, ok := benchmark.Known[f.Name]; !ok || k.Bound > k.Best {
			t.Errorf("%s: known is %+v", f.Name, k)
		}
	}
	for _, r := range s.Rounds {
		if k, ok := benchmark.Known[r.Name]; !ok || k.Bound < k.Best || k.Bound > r.Bound() {
			t.Errorf("%s: known is %+v, and no answer exceeds %d", r.Name, k, r.Bound())
		}
	}
}

// TestRounds: peerslot reaches what is known, one round after the other.
func TestRounds(t *testing.T) {
	t.Parallel()
	for _, r := range suite().Rounds {
		if r.Groups*r.Size > 30 {
			continue // BenchmarkRounds
		}
		want := benchmark.Known[r.Name].Best
		if got, err := r.Score(meet(t, r, want)); err != nil || got != want {
			t.Errorf("%s: got %d rounds, %v, want %d", r.Name, got, err, want)
		}
	}
}

// TestBaselines: what a baseline answers keeps the rules, and is never better than an optimum.
func TestBaselines(t *testing.T) {
	t.Parallel()
	s, made := suite(), 0
	for _, f := range s.Forming[:6] {
		best := benchmark.Known[f.Name].Bound
		for name, groups := range map[string][][]int{"random": f.Random(2000, 1), "greedy": f.Greedy(50, 1)} {
			if groups == nil {
				continue // few groups made without a look ahead keep all rules
			}
			made++
			if cost, err := f.Cost(groups); err != nil || cost < best {
				t.Errorf("%s, %s: got cost %d, %v, want at least %d", f.Name, name, cost, err, best)
			}
		}
	}
	if made < 6 {
		t.Errorf("of 12 attempts %d made groups", made)
	}
	for _, r := range s.Rounds[:5] {
		if got, err := r.Score(r.Golfer(50, 1)); err != nil || got < 1 || got > benchmark.Known[r.Name].Bound {
			t.Errorf("%s: got %d rounds, %v", r.Name, got, err)
		}
	}
}

// TestScoreFaults: an answer that breaks a rule does not count.
func TestScoreFaults(t *testing.T) {
	t.Parallel()
	s := suite()
	f := s.Forming[0]
	groups := f.Greedy(50, 1)
	together := slices.Clone(groups)
	together[0], together[1] = slices.Concat(groups[0], groups[1]), nil
	for _, wrong := range [][][]int{groups[1:], together, {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}, {{0, 0, 4, 9}}} {
		if cost, err := f.Cost(wrong); err == nil {
			t.Errorf("%v: got cost %d, want an error", wrong, cost)
		}
	}
	for _, slot := range []string{"", "tue", "xyz 10:00", "tue 25:00"} {
		if got, err := s.Slots[0].Score(slot); err == nil {
			t.Errorf("slot %q: got %v, want an error", slot, got)
		}
	}
	n := s.Nights[0]
	for _, m := range []benchmark.Move{{Series: -1}, {Session: 99}, {Session: 0, To: n.Now}, {Session: 5, To: n.Now.Add(time.Hour)}} {
		if got, err := n.Score([]benchmark.Move{m}); err == nil {
			t.Errorf("%+v: got %v, want an error", m, got)
		}
	}
	team := benchmark.NewTeamRounds(4, 2)
	for _, rounds := range [][][][]int{{{{0, 1}, {2, 3}}}, {{{0, 2}}}, {{{0, 2}, {0, 3}}}} {
		if got, err := team.Score(rounds); err == nil {
			t.Errorf("%v: got %d rounds, want an error", rounds, got)
		}
	}
}

// TestJudge: problems and answers go through files; a broken answer stops no other.
func TestJudge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	whole := suite()
	s := benchmark.Suite{Forming: whole.Forming[:2], Rounds: whole.Rounds[:1], Slots: whole.Slots[:1], Nights: whole.Nights[:1]}
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	var read benchmark.Forming
	data, err := os.ReadFile(filepath.Join(dir, s.Forming[0].Name+".json"))
	if err == nil {
		err = json.Unmarshal(data, &read)
	}
	if err != nil || read.Optimum() != s.Forming[0].Optimum() {
		t.Errorf("the problem that was written is another: %v", err)
	}
	if bytes.Contains(data, []byte("null")) {
		t.Error("where a program that takes part looks for a list there is none")
	}
	answers := t.TempDir()
	for _, a := range []benchmark.Answer{
		{Problem: s.Forming[0].Name, Groups: s.Forming[0].Greedy(50, 1)},
		{Problem: s.Rounds[0].Name, Rounds: s.Rounds[0].Golfer(9, 1)},
		{Problem: s.Slots[0].Name, Slot: "tue 10:00"},
		{Problem: s.Nights[0].Name},
	} {
		data, err := json.Marshal(a)
		if err == nil {
			err = os.WriteFile(filepath.Join(answers, a.Problem+".json"), data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(answers, s.Forming[1].Name+".json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := s.Judge(answers, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for k, want := range []string{"cost ", "does not count: ", " rounds", "attendance ", " moves"} {
		if k >= len(lines) || !strings.Contains(lines[k], want) {
			t.Errorf("line %d does not say %q:\n%s", k, want, &out)
		}
	}
}
