package busy

import (
	"bytes"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Suffix tells our events from those of other programs. It has no "@", which
// programs that keep one file for each event would not take into its name.
const Suffix = "-peerslot"

// Bare returns what of a UID names the series in every calendar: a backend may have
// added a host, and we the suffix.
func Bare(uid string) string { return string(bare([]byte(uid))) }

func bare(uid []byte) []byte {
	name, _, _ := bytes.Cut(uid, []byte("@"))
	return bytes.TrimSuffix(name, []byte(Suffix))
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

// has reports whether the UID, as it stands in a calendar, is of one of the series.
func (ids UIDs) has(uid []byte) bool { return ids[string(bare(uid))] }

// busyWords are what programs call the events of a calendar that shows times only, by
// how long they are.
var busyWords = byLength(
	"busy", "tentative", "away", "out of office", "beschäftigt", "gebucht", "belegt", "mit vorbehalt", "abwesend", "occupé", "occupé(e)",
	"provisoire", "absent(e)", "absent", "ocupado", "provisional", "fuera de la oficina", "tentativo", "ausente", "occupato", "bezet", "optaget", "opptatt", "upptagen", "zajęty",
)

func byLength(words ...string) (of [40][]string) {
	for _, w := range words {
		of[len(w)] = append(of[len(w)], w)
	}
	return of
}

// SaysOnlyBusy reports whether the SUMMARY of an event says no more than that. A title that
// ends so, such as "Doctor: busy", says more.
func SaysOnlyBusy(summary []byte) bool {
	var c line.Content
	if c.Parse(summary) != nil {
		return false
	}
	value := bytes.TrimSpace(c.Value)
	return len(value) < len(busyWords) && slices.ContainsFunc(busyWords[len(value)], func(w string) bool {
		return w[0] == value[0]|0x20 && bytes.EqualFold(value, []byte(w)) // all begin with a plain letter
	})
}
