package grouping

import "github.com/peerslot/peerslot/scheduler/benchmark"

// generated makes a problem of the benchmark.
func generated(n, size, rounds int, seed uint64) Problem {
	return posed(benchmark.NewForming(n, size, rounds, seed), seed)
}

// posed turns a problem of the benchmark into one to be solved.
func posed(f benchmark.Forming, seed uint64) Problem {
	p := Problem{MinSize: f.Least, MaxSize: f.Most, Weeks: f.Weeks, Words: (f.Starts + 63) / 64, Apart: ReportingLine | SameTeam, Seed: seed}
	for _, q := range f.People {
		p.People = append(p.People, Person{Name: q.Name, Team: q.Team, Department: q.Department, Chain: q.Above, Offset: q.Offset, Free: q.Free})
	}
	for _, m := range f.Met {
		p.Met = append(p.Met, Meeting{m[0], m[1], m[2]})
	}
	return p
}
