package busy

import (
	"strings"

	"github.com/peerslot/peerslot/calendar"
)

// Suffix tells our events from those of other programs. It has no "@", which
// programs that keep one file for each event would not take into its name.
const Suffix = "-peerslot"

// Bare returns what of a UID names the series in every calendar: a backend may have
// added a host, and we the suffix.
func Bare(uid string) string {
	name, _, _ := strings.Cut(uid, "@")
	return strings.TrimSuffix(name, Suffix)
}

// UIDs are names of series, as [Bare] returns them.
type UIDs map[string]bool

// NewUIDs returns the set of some series.
func NewUIDs(list []calendar.UID) UIDs {
	set := make(UIDs, len(list))
	for _, uid := range list {
		if name := Bare(string(uid)); name != "" {
			set[name] = true
		}
	}
	return set
}
