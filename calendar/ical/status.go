package ical

import (
	"strings"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/availability"
)

// A status is what an event says of whether it takes time. The words are in
// upper case.
type status struct {
	status, transp, busy string
	declined             bool // by the calendar's owner
}

// free reports whether the event takes no time.
func (s status) free() bool {
	return s.declined || s.status == "CANCELLED" || s.transp == "TRANSPARENT" || s.busy == "FREE"
}

func (s status) kind() availability.Kind {
	if s.status == "TENTATIVE" || s.busy == "TENTATIVE" {
		return availability.Tentative
	}
	return availability.Firm
}

// declinedBy reports whether the line of an attendee is the owner's and says
// that they do not come.
func declinedBy(p *ical.Prop, owner string) bool {
	if owner == "" || !strings.EqualFold(p.Params.Get(ical.ParamParticipationStatus), "DECLINED") {
		return false
	}
	address := strings.TrimSpace(p.Value)
	if scheme, rest, ok := strings.Cut(address, ":"); ok && strings.EqualFold(scheme, "mailto") {
		address = rest
	}
	return strings.EqualFold(address, owner) || strings.EqualFold(p.Params.Get("EMAIL"), owner)
}
