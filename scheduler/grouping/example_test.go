package grouping_test

import (
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/scheduler/grouping"
)

func ExampleSolve() {
	// Six people, of whom each can start at one of two times in both weeks.
	early, late := []uint64{0b01, 0b01}, []uint64{0b10, 0b10}
	r, err := grouping.Solve(grouping.Problem{
		People: []grouping.Person{
			{Name: "ana", Team: "payments", Free: early},
			{Name: "bo", Team: "payments", Free: late},
			{Name: "cem", Team: "ledger", Free: early},
			{Name: "dia", Team: "ledger", Free: late},
			{Name: "eva", Team: "search", Free: early},
			{Name: "fin", Team: "search", Free: late},
		},
		MinSize: 3, MaxSize: 3, Weeks: 2, Words: 1,
		Apart: grouping.SameTeam,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, g := range r.Groups {
		fmt.Println(g.Members, "start", g.Slot, "in", g.Sessions, "weeks")
	}
	fmt.Println("cost", r.Cost, "proven", r.Proven)
	// Output:
	// [0 2 4] start 0 in 2 weeks
	// [1 3 5] start 1 in 2 weeks
	// cost 0 proven true
}

func ExampleSolve_infeasible() {
	p := grouping.Problem{MinSize: 2, MaxSize: 2, Apart: grouping.SameTeam}
	for _, name := range []string{"ana", "bo", "cem"} {
		p.People = append(p.People, grouping.Person{Name: name, Team: "payments"})
	}
	p.People = append(p.People, grouping.Person{Name: "dia"})
	_, err := grouping.Solve(p)
	if clash, ok := errors.AsType[*grouping.Infeasible](err); ok {
		fmt.Println(clash.People, clash.Rules)
		fmt.Println(clash)
	}
	// Output:
	// [ana bo cem] team
	// no two of these 3 may share a group (team), but 4 people make up at most 2 groups: ana, bo, cem; of team payments: ana, bo, cem
}

func ExampleRounds() {
	layout, ok := grouping.Rounds(3, 3, 4, 1)
	for _, round := range layout {
		fmt.Println(round)
	}
	fmt.Println(ok)
	// Output:
	// [[0 3 6] [1 4 7] [2 5 8]]
	// [[0 4 8] [1 5 6] [2 3 7]]
	// [[0 5 7] [1 3 8] [2 4 6]]
	// [[0 1 2] [3 4 5] [6 7 8]]
	// true
}
