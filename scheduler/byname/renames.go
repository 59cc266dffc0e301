package byname

import (
	"cmp"

	"golang.org/x/text/unicode/norm"
)

// Renames are the present names of things that had others earlier. The zero Renames are none.
type Renames struct {
	now map[string]string   // the present name by an earlier one
	was map[string][]string // the other way round
}

// Add notes earlier names of a thing, and those that are the same but for how accents are
// written: a configuration has letters composed (Unicode's form C), of which stores may hold
// the parts. A name is that of the first thing that had it.
func (r *Renames) Add(name string, earlier ...string) {
	for _, was := range append(earlier[:len(earlier):len(earlier)], name) {
		for _, form := range []string{was, norm.NFD.String(was)} {
			if form == name || r.now[form] != "" {
				continue
			}
			if r.now == nil {
				r.now, r.was = map[string]string{}, map[string][]string{}
			}
			r.now[form], r.was[name] = name, append(r.was[name], form)
		}
	}
}

// None reports whether nothing had another name.
func (r Renames) None() bool { return len(r.now) == 0 }

// Now returns the present name of what is or was called so.
func (r Renames) Now(name string) string { return cmp.Or(r.now[name], name) }

// Was returns the earlier names of what is called so now.
func (r Renames) Was(name string) []string { return r.was[name] }
