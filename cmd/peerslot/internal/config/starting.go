package config

import (
	_ "embed"
	"slices"
)

//go:embed starting.yaml
var starting []byte

// Starting returns a commented peerslot.yaml to start from. It has no problems, nor
// has it with all of its optional settings in use.
func Starting() []byte { return slices.Clone(starting) }
