//go:build noslack

package changing

import (
	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// WithSlack says whether this build can keep channels on Slack.
const WithSlack = false

// NewSlackCmd returns a command that says so.
func NewSlackCmd(*console.App) *cobra.Command { return console.LeftOut("slack", "Slack") }
