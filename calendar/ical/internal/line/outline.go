package line

import (
	"bytes"
	"fmt"
)

// An Outline is the components that a line stands in.
type Outline struct {
	open [][]byte // names, outermost first; its capacity holds spare ones
}

// Depth returns how many components are open.
func (o *Outline) Depth() int { return len(o.open) }

// Begin opens a component, whose name has no blanks around it. A calendar within a
// calendar is an error: the end of the outer one is lost, and what else is cannot be
// known.
func (o *Outline) Begin(name []byte, number int) error {
	n := len(o.open)
	switch isCalendar := EqualFold(name, "VCALENDAR"); {
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

// End closes the innermost component of that name, or of one that is alike, and
// those in it that have no end of their own, and returns how many. It fits if it
// closed just the innermost one, by its name. An end too many directly in a calendar
// closes none. It is an error in a component, and so is the end of a calendar there:
// what else is lost cannot be known.
func (o *Outline) End(name []byte, number int) (closed int, fits bool, err error) {
	n := len(o.open)
	for i := n - 1; i >= 0; i-- {
		if !bytes.EqualFold(o.open[i], name) {
			continue
		}
		if i == 0 && n > 1 {
			return 0, false, fmt.Errorf("line %d: the calendar ends before what began in it", number)
		}
		o.open = o.open[:i]
		return n - i, n-i == 1, nil
	}
	switch {
	case n <= 1:
		return 0, false, nil
	case !alike(name, o.open[n-1]):
		return 0, false, fmt.Errorf("line %d: END fits nothing that began before it", number)
	}
	o.open = o.open[:n-1]
	return 1, false, nil
}

// alike reports whether name is a component's, but for a typo: one letter that is
// wrong, missing, too many, or two that changed places.
func alike(name, component []byte) bool {
	a, b := bytes.ToUpper(name), bytes.ToUpper(component)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return len(a) <= 1 && len(b) <= 1 || swapped
}

// EndInner closes what is open directly in the calendar.
func (o *Outline) EndInner(number int) error {
	_, _, err := o.End(o.open[1], number)
	return err
}
