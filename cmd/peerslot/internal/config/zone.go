package config

import "github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/zone"

// zone reads the IANA name of a time zone.
func (v value) zone() string {
	const want = "an IANA time zone such as Europe/Berlin"
	s, ok := v.scalar(want, text)
	if !ok {
		return ""
	}
	known, asked := v.r.zones[s]
	if !asked {
		known = zone.Known(s)
		v.r.zones[s] = known
	}
	if known {
		return s
	}
	if better := zone.Likely(s); better != "" {
		v.fail("want %s, not %s; did you mean %s?", want, quote(s), better)
	} else {
		v.fail("want %s, not %s", want, quote(s))
	}
	return ""
}
