package forming

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// ParsePast reads earlier rounds that were formed elsewhere: a CSV file with the
// columns round, group and email in any order, among others that are ignored. Cells
// are separated by commas, semicolons or tabs; a byte order mark does not matter,
// nor does the case of the columns and addresses. Rounds come in the order of the
// file. Errors name the file and the line; all faults are reported.
func ParsePast(name string, data []byte) ([]scheduler.Round, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	header, _, _ := bytes.Cut(data, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = cellSeparator(header)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	row, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: want a first row with the columns round, group and email", name)
	}
	columns, err := pastColumns(row)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	p := past{name: name, columns: columns}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return p.rounds, errors.Join(p.errs...)
		}
		if err != nil {
			var syntax *csv.ParseError
			if errors.As(err, &syntax) {
				return nil, fmt.Errorf("%s:%d: this is not CSV: want cells that hold quotes to be in quotes, and the quotes doubled", name, syntax.Line)
			}
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		p.add(line, row)
	}
}

func cellSeparator(header []byte) rune {
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// pastColumns returns where round, group and email are.
func pastColumns(row []string) (columns [3]int, err error) {
	for i := range row {
		row[i] = strings.ToLower(strings.TrimSpace(row[i]))
	}
	for k, want := range []string{"round", "group", "email"} {
		if columns[k] = slices.Index(row, want); columns[k] < 0 {
			return columns, fmt.Errorf("column %s is missing; want round, group and email", want)
		}
	}
	return columns, nil
}

// A past collects rounds row by row.
type past struct {
	name    string
	columns [3]int
	rounds  []scheduler.Round
	errs    []error
}

const mostFaults = 20

func (p *past) add(line int, row []string) {
	fault := func(format string, args ...any) {
		if len(p.errs) < mostFaults {
			p.errs = append(p.errs, fmt.Errorf("%s:%d: %w", p.name, line, fmt.Errorf(format, args...)))
		}
	}
	if !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return
	}
	var cells [3]string
	for k, at := range p.columns {
		if at < len(row) {
			cells[k] = strings.TrimSpace(row[at])
		}
		if cells[k] == "" {
			fault("no %s", []string{"round", "group", "email"}[k])
			return
		}
	}
	address, err := calendar.ParseAddress(cells[2])
	if err != nil {
		fault("%w", err)
		return
	}
	p.member(cells[0], cells[1], address)
}

// member puts somebody into a group of a round. The rounds' names stand in for the
// program, which all have in common.
func (p *past) member(round, group string, a calendar.Address) {
	r := find(&p.rounds, func(r scheduler.Round) bool { return r.Program == round }, scheduler.Round{Program: round, Number: len(p.rounds) + 1})
	g := find(&r.Groups, func(g scheduler.Group) bool { return g.Name == group }, scheduler.Group{Name: group})
	if !slices.Contains(g.Members, a) {
		g.Members = append(g.Members, a)
	}
}

// find returns the element for which is holds, the newest first, and adds one if
// there is none.
func find[T any](list *[]T, is func(T) bool, fresh T) *T {
	for i := len(*list) - 1; i >= 0; i-- {
		if is((*list)[i]) {
			return &(*list)[i]
		}
	}
	*list = append(*list, fresh)
	return &(*list)[len(*list)-1]
}
