package ical

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-ical"
)

// go-ical panics on a parameter without a value, needs quadratic time for a long
// one and overflows the stack on deep nesting. What stands here keeps such
// calendars from it: only lines in canonical form pass.

const (
	maxParams = 4 << 10  // bytes of a line's parameters
	maxDepth  = 50       // components in components
	maxWhole  = 32 << 20 // bytes of a calendar that is kept whole
)

var (
	errNotCalendar = errors.New("not a calendar: want BEGIN:VCALENDAR in the first line")
	errCutOff      = errors.New("the calendar is cut off: want END:VCALENDAR in the last line")
)

// decodeComponents reads the calendars of a text whole. Lines that cannot be
// read are dropped with a warning. The error (not a calendar, cut off, over a
// limit) means that nothing is known.
func decodeComponents(r io.Reader) ([]*ical.Component, []warning, error) {
	var (
		calendars []*ical.Component
		warn      warnings
		open      outline
		line      contentLine
		text      []byte
	)
	in := newLines(r)
	for in.next() {
		err := line.parse(in.whole())
		if err == nil && in.cut {
			err = errLong
		}
		switch {
		case len(calendars) == 0 && open.depth() == 0 && !line.is("BEGIN", "VCALENDAR"):
			return nil, nil, errNotCalendar
		case err != nil:
			warn.add(in.number, "%v: the line is left out", err)
			continue
		}
		before := len(text)
		if text, err = open.put(text, &line, in.number, &warn); err != nil {
			return nil, nil, err
		}
		if len(text) > maxWhole {
			return nil, nil, fmt.Errorf("the calendar is larger than %d MB", maxWhole>>20)
		}
		if before > 0 && open.depth() == 0 {
			c, err := decode(bytes.NewReader(text))
			if err != nil {
				return nil, nil, err
			}
			calendars, text = append(calendars, c), nil
		}
	}
	switch err := in.failed(); {
	case err != nil:
		return nil, nil, err
	case open.depth() > 0:
		return nil, nil, errCutOff
	case len(calendars) == 0:
		return nil, nil, errNotCalendar
	}
	return calendars, warn.list, nil
}

// put appends the line to a text for go-ical, and an END for each component
// that the line closes without one of its own.
func (o *outline) put(text []byte, line *contentLine, number int, warn *warnings) ([]byte, error) {
	switch {
	case line.named("BEGIN"):
		line.value = bytes.TrimSpace(line.value)
		if err := o.begin(line.value, number); err != nil {
			return nil, err
		}
	case line.named("END"):
		closed, err := o.end(line.value, number)
		if err != nil {
			return nil, err
		}
		if len(closed) != 1 {
			warn.add(number, "END does not fit what began before it")
		}
		for i := len(closed) - 1; i >= 0; i-- {
			text = append(append(append(text, "END:"...), closed[i]...), '\n')
		}
		return text, nil
	case o.depth() == 0:
		warn.add(number, "a line outside of the calendar is left out")
		return text, nil
	}
	return line.append(text), nil
}

// decode reads one calendar in canonical form.
func decode(r io.Reader) (c *ical.Component, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decode the calendar: %v", p)
		}
	}()
	cal, err := ical.NewDecoder(r).Decode()
	if err != nil {
		return nil, fmt.Errorf("decode the calendar: %w", err)
	}
	return cal.Component, nil
}

// outline is the components that a line stands in.
type outline struct {
	open   [][]byte // names, outermost first; its capacity holds spare ones
	closed [][]byte
}

func (o *outline) depth() int { return len(o.open) }

// begin opens a component. A calendar within a calendar is an error: the end of
// the outer one is lost, and what else is cannot be known.
func (o *outline) begin(name []byte, number int) error {
	name = bytes.TrimSpace(name)
	n := len(o.open)
	switch isCalendar := bytes.EqualFold(name, []byte("VCALENDAR")); {
	case n >= maxDepth:
		return fmt.Errorf("line %d: components nest deeper than %d", number, maxDepth)
	case n == 0 && !isCalendar:
		return fmt.Errorf("line %d: a component stands outside of the calendar", number)
	case n > 0 && isCalendar:
		return fmt.Errorf("line %d: a calendar begins before the one around it ended", number)
	}
	if n < cap(o.open) {
		o.open = o.open[:n+1]
	} else {
		o.open = append(o.open, nil)
	}
	o.open[n] = append(o.open[n][:0], name...)
	return nil
}

// end closes the innermost component of that name and those in it that have no
// end of their own, and returns their names, outermost first. An end too many
// directly in a calendar closes none. It is an error in a component, and so is
// the end of a calendar there: what else is lost cannot be known.
func (o *outline) end(name []byte, number int) (closed [][]byte, err error) {
	name = bytes.TrimSpace(name)
	for i := len(o.open) - 1; i >= 0; i-- {
		if !bytes.EqualFold(o.open[i], name) {
			continue
		}
		if i == 0 && len(o.open) > 1 {
			return nil, fmt.Errorf("line %d: the calendar ends before what began in it", number)
		}
		o.closed = append(o.closed[:0], o.open[i:]...)
		o.open = o.open[:i]
		return o.closed, nil
	}
	if len(o.open) > 1 {
		return nil, fmt.Errorf("line %d: END fits nothing that began before it", number)
	}
	return nil, nil
}
