//go:build nogoogle

package account

import (
	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// WithGoogle says whether this build can use Google Calendar.
const WithGoogle = false

func newAuthGoogleCmd(*console.App) *cobra.Command { return console.LeftOut("google", "Google") }

// OpenGoogle returns the error that this build cannot.
func OpenGoogle(*console.App, *config.Config) (calendar.Backend, error) {
	return nil, console.NotBuilt("Google")
}

func googleClient(*config.Config, ...string) (*oauth.Client, error) {
	return nil, console.NotBuilt("Google")
}
