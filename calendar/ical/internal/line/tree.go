package line

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	maxParams = 4 << 10  // bytes of a line's parameters
	maxDepth  = 50       // components in components
	maxWhole  = 32 << 20 // bytes of a calendar that is kept whole
)

// What is no whole calendar.
var (
	ErrNotCalendar = errors.New("not a calendar: want BEGIN:VCALENDAR in the first line")
	ErrCutOff      = errors.New("the calendar is cut off: want END:VCALENDAR in the last line")
)

// A Component is what stands between BEGIN and END.
type Component struct {
	Name     string // in upper case
	Props    []Prop
	Children []*Component
}

// Get returns the first property of that name, which is in upper case, or nil.
func (c *Component) Get(name string) *Prop {
	for i := range c.Props {
		if c.Props[i].Name == name {
			return &c.Props[i]
		}
	}
	return nil
}

// All returns the properties of that name, which is in upper case.
func (c *Component) All(name string) (list []*Prop) {
	for i := range c.Props {
		if c.Props[i].Name == name {
			list = append(list, &c.Props[i])
		}
	}
	return list
}

// Raw returns the value of a component's property, "" if it has none.
func (c *Component) Raw(name string) string {
	if p := c.Get(name); p != nil {
		return strings.TrimSpace(p.Value)
	}
	return ""
}

// A Prop is one property, its value as it is written.
type Prop struct {
	Name   string // in upper case
	Value  string
	params []string // names in upper case, and values as they are written, in turn
}

// NewProp returns a property with parameters that may have several values.
func NewProp(name, value string, params map[string][]string) *Prop {
	p := &Prop{Name: name, Value: value}
	for name, values := range params {
		p.params = append(p.params, name, `"`+strings.Join(values, `","`)+`"`)
	}
	return p
}

// Param returns the value of a parameter, which is in upper case, without its
// quotes, or "".
func (p *Prop) Param(name string) string {
	value, _ := p.Lookup(name)
	return value
}

// Lookup is Param that tells whether there is such a parameter.
func (p *Prop) Lookup(name string) (value string, ok bool) {
	for i := 0; i < len(p.params); i += 2 {
		if p.params[i] == name {
			return plainParam(p.params[i+1]), true
		}
	}
	return "", false
}

// Params returns the values of all parameters, without their quotes.
func (p *Prop) Params() map[string][]string {
	all := map[string][]string{}
	for i := 0; i < len(p.params); i += 2 {
		values := []string{p.params[i+1]}
		if strings.HasPrefix(values[0], `"`) {
			values = strings.Split(values[0], `","`)
		}
		for j := range values {
			values[j] = plainParam(values[j])
		}
		all[p.params[i]] = values
	}
	return all
}

// Prop returns the line as a property, with the parameters that keep wants; nil
// wants all.
func (c *Content) Prop(keep func(Param) bool) Prop {
	p := Prop{Name: upperText(c.Name), Value: interned(c.Value)}
	for _, x := range c.Params {
		switch {
		case keep != nil && !keep(x):
		case p.params == nil && len(c.last) == 2 && string(x.Name) == c.last[0] && string(x.Value) == c.last[1]:
			p.params = c.last[:2:2]
		default:
			p.params = append(slices.Grow(p.params, 2*len(c.Params)-len(p.params)), upperText(x.Name), interned(x.Value))
		}
	}
	if len(p.params) == 2 {
		c.last = p.params
	}
	return p
}

// upperText returns a name in upper case, as most are.
func upperText(name []byte) string {
	for _, b := range name {
		if b != Upper(b) {
			return string(AppendUpper(nil, name))
		}
	}
	return interned(name)
}

// plainParam returns the value of a parameter without quotes and control
// characters.
func plainParam(value string) string {
	odd := func(r rune) bool { return r == '"' || r < ' ' && r != '\t' }
	if !strings.ContainsFunc(value, odd) {
		return value
	}
	return strings.Map(func(r rune) rune {
		if odd(r) {
			return -1
		}
		return r
	}, value)
}

// Read reads the calendars of a text whole. Lines that cannot be read are left
// out. The error (not a calendar, cut off, over a limit) means that nothing is
// known.
func Read(r io.Reader) ([]*Component, error) {
	t := treeReader{in: NewReader(r), known: map[string]Prop{}}
	defer t.in.Free()
	for t.in.Next() {
		if err := t.take(); err != nil {
			return nil, err
		}
	}
	switch err := t.in.Err(); {
	case err != nil:
		return nil, err
	case t.open.Depth() > 0:
		return nil, ErrCutOff
	case len(t.calendars) == 0:
		return nil, ErrNotCalendar
	}
	return t.calendars, nil
}

// A treeReader reads calendars whole.
type treeReader struct {
	in        *Reader
	line      Content
	known     map[string]Prop // lines as attendees have them, which every override repeats
	open      Outline
	stack     []*Component // that are open, outermost first
	props     [][]Prop     // of each so far
	calendars []*Component
	size      int // bytes of the lines so far
}

// take reads one line.
func (t *treeReader) take() error {
	text := t.in.Whole()
	if t.size += len(text); t.size > maxWhole {
		return fmt.Errorf("the calendar is larger than %d MB", maxWhole>>20)
	}
	if p, ok := t.known[string(text)]; ok && len(t.stack) > 0 {
		t.add(p)
		return nil
	}
	err := t.line.Parse(text)
	switch {
	case len(t.calendars) == 0 && len(t.stack) == 0 && !t.line.Is("BEGIN", "VCALENDAR"):
		return ErrNotCalendar
	case err != nil || t.in.Cut:
		return nil
	case t.line.Named("BEGIN"):
		return t.begin()
	case t.line.Named("END"):
		closed, _, err := t.open.End(bytes.TrimSpace(t.line.Value), t.in.Number)
		t.end(closed)
		return err
	case len(t.stack) == 0:
		return nil
	}
	p := t.line.Prop(nil)
	if n := len(t.line.Params); n > 2 && n < 20 && len(t.known) < maxKnown {
		t.known[string(text)] = p
	}
	t.add(p)
	return nil
}

// maxKnown is how many lines are known at most: those of a large group.
const maxKnown = 200

// add adds a property to the innermost component.
func (t *treeReader) add(p Prop) {
	innermost := len(t.stack) - 1
	t.props[innermost] = append(t.props[innermost], p)
}

// begin opens a component.
func (t *treeReader) begin() error {
	name := bytes.TrimSpace(t.line.Value)
	if err := t.open.Begin(name, t.in.Number); err != nil {
		return err
	}
	c := &Component{Name: upperText(name)}
	if n := len(t.stack); n > 0 {
		t.stack[n-1].Children = append(t.stack[n-1].Children, c)
	} else {
		t.calendars = append(t.calendars, c)
	}
	t.stack = append(t.stack, c)
	if len(t.props) < len(t.stack) {
		t.props = append(t.props, nil)
	}
	return nil
}

// end closes the n innermost components.
func (t *treeReader) end(n int) {
	for range n {
		innermost := len(t.stack) - 1
		t.stack[innermost].Props = slices.Clone(t.props[innermost])
		t.stack, t.props[innermost] = t.stack[:innermost], t.props[innermost][:0]
	}
}
