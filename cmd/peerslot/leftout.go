//go:build nogoogle || noslack

package main

import "github.com/spf13/cobra"

// notBuilt is the error of what a build tag left out.
func notBuilt(part string) error {
	return usagef("use a build without the tag that leaves it out; 'peerslot version' names what is missing", "this peerslot was built without %s", part)
}

// leftOut returns a command that says so.
func leftOut(name, part string) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: "Not part of this build: " + part, Hidden: true, DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error { return notBuilt(part) },
	}
}
