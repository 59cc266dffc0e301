package grouping

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/peerslot/peerslot/scheduler/grouping/internal/table"
)

// An instance is a problem with a known answer.
type instance struct {
	name    string
	problem Problem
	best    int
	groups  [][]int
}

// instances reads the problems in the directory that PEERSLOT_TEST_INSTANCES
// names; without it there are none.
func instances(tb testing.TB) []instance {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("PEERSLOT_TEST_INSTANCES"), "joint-*.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var all []instance
	for _, f := range files {
		all = append(all, readInstance(tb, f))
	}
	return all
}

func readInstance(tb testing.TB, file string) instance {
	tb.Helper()
	var in struct {
		Name   string
		Size   int `json:"group_size"`
		People []struct{ Team, Dept, Manager, Level int }
		Offset []int `json:"utc_offset_min_mid_window"`
		Met    [][3]int
		Free   []string `json:"start_free_base64"`
		Best   int      `json:"best_known"`
		Groups [][]int  `json:"best_groups"`
	}
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, &in); err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	p := Problem{MinSize: in.Size, MaxSize: in.Size, Weeks: 13, Words: 11, Apart: ReportingLine | SameTeam}
	for i, person := range in.People {
		department := "d" + strconv.Itoa(person.Dept) // the numbers of teams are those within a department
		q := Person{Name: strconv.Itoa(i), Team: department + "t" + strconv.Itoa(person.Team), Department: department, Offset: in.Offset[i] * 60}
		for up := person.Manager; up >= 0 && len(q.Chain) < len(in.People); up = in.People[up].Manager {
			q.Chain = append(q.Chain, strconv.Itoa(up))
		}
		packed, err := base64.StdEncoding.DecodeString(in.Free[i])
		if err != nil {
			tb.Fatalf("%s: person %d: %v", file, i, err)
		}
		q.Free = alignRows(packed, 672, p.Weeks, p.Words)
		p.People = append(p.People, q)
	}
	for _, met := range in.Met {
		p.Met = append(p.Met, Meeting{met[0], met[1], met[2]})
	}
	return instance{in.Name, p, in.Best, in.Groups}
}

// alignRows unpacks rows of so many bits that follow each other without a gap.
func alignRows(packed []byte, width, weeks, words int) []uint64 {
	rows := make([]uint64, weeks*words)
	for bit := range weeks * width {
		if packed[bit/8]>>(bit%8)&1 == 1 {
			week, start := bit/width, bit%width
			rows[week*words+start/64] |= 1 << (start % 64)
		}
	}
	return rows
}

func TestEvaluateInstances(t *testing.T) {
	for _, in := range instances(t) {
		got, err := Evaluate(in.problem, in.groups)
		if err != nil || got.Cost != in.best || len(got.Broken) != 0 {
			t.Errorf("%s: got cost %d, broken %v, error %v, want %d", in.name, got.Cost, got.Broken, err, in.best)
		}
	}
}

// TestTableAgrees: the search prices a group exactly as the definition does.
func TestTableAgrees(t *testing.T) {
	for _, in := range instances(t) {
		m, err := newModel(&in.problem)
		if err != nil {
			t.Fatal(err)
		}
		s := table.NewMasks(&m.frame)
		tab := m.table(&s, table.Everyone(len(m.People)))
		sum := 0
		for _, g := range in.groups {
			sum += tab.Cost(g)
		}
		if sum != in.best {
			t.Errorf("%s: got cost %d, want %d", in.name, sum, in.best)
		}
	}
}
