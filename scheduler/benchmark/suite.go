package benchmark

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// A Suite is the problems that programs are compared by.
type Suite struct {
	Forming []Forming
	Rounds  []Rounds
	Slots   []Slots
	Nights  []Night
}

// NewSuite makes the suite; it is always the same.
func NewSuite() Suite {
	var s Suite
	for _, p := range []struct{ n, size, rounds int }{
		{12, 4, 0}, {12, 4, 2}, {15, 5, 0}, {15, 5, 2}, {30, 5, 2}, {60, 5, 0}, {60, 5, 2}, {100, 5, 0}, {100, 5, 2},
		{150, 5, 2}, {200, 5, 2}, {300, 5, 2}, {600, 5, 2},
	} {
		s.Forming = append(s.Forming, NewForming(p.n, p.size, p.rounds, 1))
	}
	for _, p := range [][2]int{{3, 3}, {4, 4}, {5, 3}, {5, 4}, {6, 3}, {8, 4}, {12, 5}, {20, 5}, {10, 2}} {
		s.Rounds = append(s.Rounds, NewRounds(p[0], p[1]))
	}
	s.Rounds = append(s.Rounds, NewTeamRounds(12, 2), NewTeamRounds(12, 4), NewTeamRounds(24, 4))
	for seed := range uint64(4) {
		s.Slots = append(s.Slots, NewSlots(4+2*int(seed), seed+1))
	}
	for seed := range uint64(3) {
		s.Nights = append(s.Nights, NewNight(20, 4+int(seed), seed+1))
	}
	return s
}

// An Answer is what a program makes of the problem of that name: one of the other fields.
type Answer struct {
	Problem string    `json:"problem"`
	Groups  [][]int   `json:"groups,omitempty"` // people by number, of a Forming
	Rounds  [][][]int `json:"rounds,omitempty"` // of Rounds
	Slot    string    `json:"slot,omitempty"`   // such as "tue 15:00", of Slots
	Moves   []Move    `json:"moves,omitempty"`  // of a Night
}

// A judge scores an answer: figures in words, or why it does not count.
type judge func(Answer) (string, error)

// each calls f with all problems, in order.
func (s Suite) each(f func(name string, problem any, j judge)) {
	for _, p := range s.Forming {
		f(p.Name, p, func(a Answer) (string, error) {
			cost, err := p.Cost(a.Groups)
			return fmt.Sprintf("cost %d", cost), err
		})
	}
	for _, p := range s.Rounds {
		f(p.Name, p, func(a Answer) (string, error) {
			n, err := p.Score(a.Rounds)
			return fmt.Sprintf("%d rounds", n), err
		})
	}
	for _, p := range s.Slots {
		f(p.Name, p, func(a Answer) (string, error) {
			score, err := p.Score(a.Slot)
			return fmt.Sprintf("attendance %d, worst session %d", score.Attendance, score.Worst), err
		})
	}
	for _, p := range s.Nights {
		f(p.Name, p, func(a Answer) (string, error) {
			score, err := p.Score(a.Moves)
			return fmt.Sprintf("attendance %d with %d moves", score.Attendance, score.Moves), err
		})
	}
}

// Write writes each problem to NAME.json in a directory.
func (s Suite) Write(dir string) error {
	var errs []error
	s.each(func(name string, problem any, _ judge) {
		data, err := json.Marshal(problem)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+".json"), data, 0o644)
		}
		errs = append(errs, err)
	})
	return errors.Join(errs...)
}

// Judge reads the answer to each problem from NAME.json in a directory and prints a line for
// each with its score, the best known and the bound. A missing answer is no error, one that
// cannot be used is named in its line.
func (s Suite) Judge(dir string, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	s.each(func(name string, _ any, j judge) {
		var a Answer
		data, err := os.ReadFile(filepath.Join(dir, name+".json"))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err == nil {
			err = json.Unmarshal(data, &a)
		}
		score := ""
		if err == nil {
			score, err = j(a)
		}
		if err != nil {
			score = "does not count: " + err.Error()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, score, Known[name])
	})
	return t.Flush()
}
