// Command bare is a program with cobra and nothing else: what peerslot's start is
// measured against.
package main

import "github.com/spf13/cobra"

func main() {
	_ = (&cobra.Command{Use: "bare", Version: "1"}).Execute()
}
