package benchmark_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/benchmark"
)

var (
	problems = flag.String("problems", "", "a directory to write the problems to")
	answers  = flag.String("answers", "", "a directory with answers to be scored")
)

// TestTakePart writes the problems or scores answers, if the flags ask for it.
func TestTakePart(t *testing.T) {
	if *problems != "" {
		if err := suite().Write(*problems); err != nil {
			t.Error(err)
		}
	}
	if *answers != "" {
		if err := suite().Judge(*answers, os.Stdout); err != nil {
			t.Error(err)
		}
	}
}

// A lines is a table in Markdown.
type lines []string

func (l *lines) add(cells ...any) {
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = fmt.Sprint(c)
	}
	*l = append(*l, "| "+strings.Join(text, " | ")+" |")
}

// print writes to stdout: what a benchmark with parts logs is not shown.
func (l lines) print() { fmt.Println(strings.Join(l, "\n")) }

func cost(b *testing.B, f benchmark.Forming, groups [][]int) any {
	b.Helper()
	if groups == nil {
		return "none"
	}
	c, err := f.Cost(groups)
	if err != nil {
		b.Error(err)
	}
	return c
}

// BenchmarkForming prints what groups cost.
func BenchmarkForming(b *testing.B) {
	var l lines
	l.add("people", "earlier rounds", "random", "greedy", "peerslot", "its bound", "best known", "bound", "s")
	l.add("--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, f := range suite().Forming {
		b.Run(f.Name, func(b *testing.B) {
			var groups [][]int
			bound := 0
			for b.Loop() {
				groups, bound = form(b, f)
			}
			own, known := cost(b, f, groups), benchmark.Known[f.Name]
			b.ReportMetric(float64(own.(int)), "cost")
			b.ReportMetric(float64(bound), "bound")
			l.add(len(f.People), strings.Split(f.Name, "-h")[1][:1], cost(b, f, f.Random(2000, 1)), cost(b, f, f.Greedy(200, 1)), own, bound,
				known.Best, known.Bound, fmt.Sprintf("%.1f", b.Elapsed().Seconds()/float64(b.N)))
		})
	}
	l.print()
}

// BenchmarkRounds prints how many rounds there are before two people meet twice.
func BenchmarkRounds(b *testing.B) {
	var l lines
	l.add("problem", "golfer heuristic", "peerslot", "best known", "bound")
	l.add("---", "--:", "--:", "--:", "--:")
	for _, r := range suite().Rounds {
		b.Run(r.Name, func(b *testing.B) {
			known := benchmark.Known[r.Name]
			got := 0
			for b.Loop() {
				got, _ = r.Score(meet(b, r, r.Bound()))
			}
			golfer, err := r.Score(r.Golfer(300, 1))
			if err != nil {
				b.Error(err)
			}
			b.ReportMetric(float64(got), "rounds")
			l.add(strings.TrimPrefix(r.Name, "rounds-"), golfer, got, known.Best, known.Bound)
		})
	}
	l.print()
}

// BenchmarkSlots prints the attendances of 13 sessions at the slot that is chosen.
func BenchmarkSlots(b *testing.B) {
	var l lines
	l.add("members", "possible", "best of the first week", "peerslot", "optimum")
	l.add("--:", "--:", "--:", "--:", "--:")
	for _, s := range suite().Slots {
		b.Run(s.Name, func(b *testing.B) {
			var slot string
			for b.Loop() {
				slot = choose(b, s)
			}
			own, err := s.Score(slot)
			first, also := s.Score(s.Best(1))
			if err != nil || also != nil {
				b.Error(err, also)
			}
			b.ReportMetric(float64(own.Attendance), "attendances")
			l.add(len(s.Members), len(s.Members)*s.Count, first.Attendance, own.Attendance, benchmark.Known[s.Name].Best)
		})
	}
	l.print()
}

// BenchmarkNight prints the attendances of the sessions of the coming week.
func BenchmarkNight(b *testing.B) {
	var l lines
	l.add("series", "members each", "nothing moved", "peerslot", "its moves", "optimum")
	l.add("--:", "--:", "--:", "--:", "--:", "--:")
	for _, n := range suite().Nights {
		b.Run(n.Name, func(b *testing.B) {
			var moves []benchmark.Move
			for b.Loop() {
				moves = mend(b, n)
			}
			own, err := n.Score(moves)
			none, also := n.Score(nil)
			if err != nil || also != nil {
				b.Error(err, also)
			}
			b.ReportMetric(float64(own.Attendance), "attendances")
			l.add(len(n.Series), len(n.Series[0].Members), none.Attendance, own.Attendance, own.Moves, benchmark.Known[n.Name].Best)
		})
	}
	l.print()
}
