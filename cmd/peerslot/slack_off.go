//go:build noslack

package main

import "github.com/spf13/cobra"

const withSlack = false

func newSlackCmd(*app) *cobra.Command { return leftOut("slack", "Slack") }
