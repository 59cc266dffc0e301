package console

import "github.com/spf13/cobra"

// NotBuilt is the error of what a build tag left out.
func NotBuilt(part string) error {
	return Usagef("use a build without the tag that leaves it out; 'peerslot version' names what is missing", "this peerslot was built without %s", part)
}

// LeftOut returns a command that says so.
func LeftOut(name, part string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: "Not part of this build: " + part, Hidden: true, DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error { return NotBuilt(part) },
	}
}
