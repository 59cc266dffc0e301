package config

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
)

// What a CSV file may have at most.
const (
	maxRows    = 250_000 // more people than any employer but a few has
	maxColumns = 100
)

// A csvFile is a file on its way to a tree.
type csvFile struct {
	*reader
	*csv.Reader
	name    string
	lines   []int32  // where each begins
	columns []string // "" for those that are not read
	data    []byte   // of the file
	rest    []byte   // what Reader reads of it
	before  int      // lines before rest
}

// parseCSV turns a file whose first row names the columns into a list of mappings,
// as YAML would have them, of which one is in memory at a time. Cells are separated by
// commas, semicolons (which programs write where the comma is for decimals) or tabs. Column
// names may be in any case; an empty cell is not given, and an empty row is skipped. What is
// wrong with columns or with a row is reported, and the others are read all the same.
func (r *reader) parseCSV(name string, data []byte, known fields) *node {
	r.files = append(r.files, name)
	data, ok := r.decode(name, data)
	if !ok {
		return nil
	}
	c := &csvFile{reader: r, name: name, lines: make([]int32, 1, bytes.Count(data, []byte("\n"))+1), data: data, rest: data}
	for i, b := range data {
		if b == '\n' {
			c.lines = append(c.lines, int32(i+1))
		}
	}
	c.open(column.Separator(c.line(0)))
	if !c.header(known) {
		return nil
	}
	return &node{file: name, line: 1, col: 1, kind: list, long: func(yield func(*node) bool) {
		everybody := c.everybody()
		for n := range c.rows() {
			if c.finish(n, everybody); !yield(n) {
				return
			}
		}
	}}
}

// rows yields the mappings of the rows, and reports those that cannot be read.
func (c *csvFile) rows() iter.Seq[*node] {
	return func(yield func(*node) bool) {
		c.rest, c.before = c.data, 0
		c.open(c.Comma)
		_, _ = c.Read() // the names of the columns, which header read
		for rows := 1; ; rows++ {
			row, err := c.Read()
			switch {
			case errors.Is(err, io.EOF):
				return
			case !c.readable(err):
				if len(c.faults) == maxProblems {
					return
				}
				c.resume(err)
				continue
			case rows > maxRows:
				c.reader.rows, c.broken = false, true
				c.cell(0, "").value(c.reader).fail("there are more than %d rows", maxRows)
				return
			}
			if n := c.row(row); n != nil && !yield(n) {
				return
			}
		}
	}
}

func (c *csvFile) open(comma rune) {
	c.Reader = csv.NewReader(bytes.NewReader(c.rest))
	c.Comma = comma
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
}

// resume goes on in the line after the one in which a row began that could not be
// read: the lines that its quote took in are rows of their own.
func (c *csvFile) resume(err error) {
	p, ok := errors.AsType[*csv.ParseError](err)
	if !ok || p.Line == p.StartLine {
		return
	}
	for range p.StartLine {
		_, c.rest, _ = bytes.Cut(c.rest, []byte("\n"))
	}
	c.before += p.StartLine
	c.open(c.Comma)
}

// header reads the names of the columns. It is false if there are none.
func (c *csvFile) header(known fields) bool {
	row, err := c.Read()
	names := slices.Sorted(maps.Keys(known))
	if errors.Is(err, io.EOF) || len(row) > maxColumns {
		(&node{file: c.name, line: 1, col: 1}).value(c.reader).fail("want a first row that names the columns, of %s", strings.Join(names, ", "))
		return false
	}
	if !c.readable(err) {
		return false
	}
	row = slices.Clone(row)
	var unread []string
	for i, name := range row {
		key := column.Of(name, func(key string) bool { return known[key] != nil }, row)
		switch {
		case key == "" && c.reader.suggest(strings.ToLower(strings.TrimSpace(name)), names) != "":
			c.cell(i, "").value(c.reader).fail("unknown column %s%s", quote(strings.TrimSpace(name)), c.reader.suggest(strings.ToLower(strings.TrimSpace(name)), names))
		case key == "":
			unread = append(unread, quote(strings.TrimSpace(name)))
		case slices.Contains(c.columns, key):
			c.cell(i, "").value(c.reader).fail("column %s is given twice", quote(key))
			key = ""
		}
		c.columns = append(c.columns, key)
	}
	if len(unread) > 0 {
		c.cell(0, "").value(c.reader).warn("columns that are not read: %s", strings.Join(unread, ", "))
	}
	if !slices.Contains(c.columns, "email") {
		c.cell(0, "").value(c.reader).fail("column email is missing: want a first row that names the columns, of %s; %s", strings.Join(names, ", "), quotes(row))
		c.broken, c.noEmails = true, true
	}
	return true
}

// quotes says what a first row has instead of the wanted names, some of it. What can be
// no names, such as somebody's address or what another file keeps secret, is not repeated.
func quotes(row []string) string {
	var out []string
	for i, name := range row {
		if len(name) > 60 || strings.ContainsFunc(name, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.,'#/():&?", r)
		}) {
			return "it holds something else than names"
		}
		if i < 10 {
			out = append(out, quote(strings.TrimSpace(name)))
		} else if i == 10 {
			out = append(out, "…")
		}
	}
	return "it has " + strings.Join(out, ", ")
}

// readable reports whether a row could be read, and what is wrong if not.
func (c *csvFile) readable(err error) bool {
	if err == nil {
		return true
	}
	n := &node{file: c.name, line: 1, col: 1}
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		n.line, n.col = c.position(p.Line, p.Column)
		if p.StartLine < p.Line {
			n.line, n.col = c.position(p.StartLine, 1)
		}
	}
	n.value(c.reader).fail("this is not CSV: a quote stands alone; want cells that hold quotes to be in quotes, and the quotes doubled")
	return false
}

// row returns the mapping for a row, nil for one that is empty.
func (c *csvFile) row(row []string) *node {
	if !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return nil
	}
	n := c.cell(0, "")
	if len(row) != len(c.columns) {
		n.value(c.reader).fail("want %d cells as in the first row, not %d", len(c.columns), len(row))
		return nil
	}
	n.kind = mapping
	for i, s := range row {
		if value := c.cell(i, strings.TrimSpace(s)); value.text != "" && c.columns[i] != "" {
			n.entries = append(n.entries, entry{value.beside(c.columns[i]), value})
			value.unfold(c.columns[i])
		}
	}
	joinName(n)
	return n
}

// cell returns a node with the position of a cell of the row last read.
func (c *csvFile) cell(i int, s string) *node {
	n := &node{file: c.name, kind: cell, text: s}
	n.line, n.col = c.position(c.FieldPos(i))
	return n
}

// position turns a line of rest into one of the file, and a column in bytes into one in
// characters.
func (c *csvFile) position(line, column int) (int, int) {
	line += c.before
	if line < 1 || line > len(c.lines) {
		return 1, 1
	}
	whole := c.line(line - 1)
	return line, utf8.RuneCount(whole[:min(column-1, len(whole))]) + 1
}

func (c *csvFile) line(i int) []byte {
	text, _, _ := bytes.Cut(c.data[c.lines[i]:], []byte("\n"))
	return text
}

func (n *node) value(r *reader) value { return value{n, r, "people"} }
