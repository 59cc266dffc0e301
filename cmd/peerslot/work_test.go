package main

import (
	"bytes"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
)

// Who works on a workspace that says no time for its nights hears that there are none.
func TestWorkWithoutNights(t *testing.T) {
	t.Parallel()
	with, without := &config.Config{}, &config.Config{}
	with.Web.Nightly.Set = true
	for want, members := range map[string][]fleet.Member{
		"": {{Name: "a", Config: with}},
		"hint: nothing is repaired or reviewed by itself in b, c: nightly: in web: says when\n": {{Name: "a", Config: with}, {Name: "b", Config: without}, {Name: "c", Config: without}},
	} {
		var said bytes.Buffer
		hintNights(lifeWorld{t.TempDir()}.app(&bytes.Buffer{}, &said), members)
		if said.String() != want {
			t.Errorf("of %d is said %q; want %q", len(members), &said, want)
		}
	}
}
