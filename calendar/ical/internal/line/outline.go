package line

import (
	"bytes"
	"fmt"
)

// An Outline is the components that a line stands in.
type Outline struct {
	open   [][]byte // names, outermost first; its capacity holds spare ones
	closed [][]byte
}

// Depth returns how many components are open.
func (o *Outline) Depth() int { return len(o.open) }

// Begin opens a component. A calendar within a calendar is an error: the end of
// the outer one is lost, and what else is cannot be known.
func (o *Outline) Begin(name []byte, number int) error {
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

// End closes the innermost component of that name and those in it that have no
// end of their own, and returns their names, outermost first. An end too many
// directly in a calendar closes none. It is an error in a component, and so is
// the end of a calendar there: what else is lost cannot be known.
func (o *Outline) End(name []byte, number int) (closed [][]byte, err error) {
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

// EndInner closes what is open directly in the calendar.
func (o *Outline) EndInner(number int) error {
	_, err := o.End(o.open[1], number)
	return err
}
