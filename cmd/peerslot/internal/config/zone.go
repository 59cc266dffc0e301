package config

import "github.com/peerslot/peerslot/cmd/peerslot/internal/zone"

// zone reads the IANA name of a time zone. What an HR system calls it is taken from a
// cell if it is certain, and told once.
func (v value) zone() string {
	const want = "an IANA time zone such as Europe/Berlin"
	s, ok := v.scalar(want, text)
	if !ok {
		return ""
	}
	known, asked := v.r.zones[s]
	if !asked {
		if zone.Known(s) {
			known = s
		} else if known = zone.Meant(s); v.kind == cell && known != "" {
			v.warn("the time zone %s is read as %s", quote(s), known)
		}
		v.r.zones[s] = known
	}
	if known != "" && (known == s || v.kind == cell) {
		return known
	}
	if better := zone.Likely(s); better != "" {
		v.fail("want %s, not %s; did you mean %s?", want, quote(s), better)
	} else {
		v.fail("want %s, not %s", want, quote(s))
	}
	return ""
}
