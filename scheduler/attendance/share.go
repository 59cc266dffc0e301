package attendance

import "github.com/peerslot/peerslot/availability"

// A Share is how many of some attendances are a yes, a no, and not known: a figure
// with its evidence. Only who prints it divides. The zero Share knows nothing.
type Share struct{ Yes, No, Unknown int }

// Known returns of how many attendances something is known.
func (s Share) Known() int { return s.Yes + s.No }

// All returns of how many attendances the share is.
func (s Share) All() int { return s.Yes + s.No + s.Unknown }

// Plus returns both together.
func (s Share) Plus(o Share) Share { return Share{s.Yes + o.Yes, s.No + o.No, s.Unknown + o.Unknown} }

// Count adds one answer.
func (s *Share) Count(can availability.Can) {
	switch {
	case can.Attends():
		s.Yes++
	case can == availability.Maybe:
		s.Unknown++
	default:
		s.No++
	}
}
