package busy

import "strings"

// Suffix tells our events from those of other programs. It has no "@", which
// programs that keep one file for each event would not take into its name.
const Suffix = "-peerslot"

// Bare returns what of a UID names the series in every calendar: a backend may have
// added a host, and we the suffix.
func Bare(uid string) string {
	name, _, _ := strings.Cut(uid, "@")
	return strings.TrimSuffix(name, Suffix)
}
