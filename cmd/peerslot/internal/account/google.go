//go:build !nogoogle

package account

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// WithGoogle says whether this build can use Google Calendar; the tag nogoogle leaves
// it out.
const WithGoogle = true

func newAuthGoogleCmd(a *console.App) *cobra.Command {
	return newSignInCmd(a, &cobra.Command{
		Use:   "google",
		Short: "Sign in to Google Calendar as the organizer",
		Long: `Opens Google's page in the browser, or prints its address, and waits until you have
agreed. The answer comes back to this machine on the loopback address. The token is
kept in the file that calendar.google.token names, readable by you alone.

peerslot asks for two permissions and no wider ones: to see when people are busy,
and to manage events on the organizer's own calendars.`,
		Example: `  peerslot auth google
  peerslot auth google --no-browser`,
	}, googleAccount)
}

func googleAccount(c *config.Config) (account, error) {
	g := googleConfig(c)
	return account{g.Token, func(ctx context.Context, open func(string) error) error {
		return credentialsHint(google.SignIn(ctx, g, open))
	}}, nil
}

// credentialsHint says what to do if there are no credentials.
func credentialsHint(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return console.WithHint(err, "make an OAuth client or a service account, as the README tells, and save its JSON there")
	}
	return err
}

// OpenGoogle opens the backend of the configuration.
func OpenGoogle(a *console.App, c *config.Config) (calendar.Backend, error) {
	account := googleConfig(c)
	account.Log = a.Log()
	account.Pace = paceOf(a, "google", c, account.CallsPerMinute, google.CallsPerMinute)
	g, err := google.Open(account)
	if err != nil {
		return nil, credentialsHint(err)
	}
	return g, nil
}

func googleConfig(c *config.Config) google.Config {
	g := c.Calendar.Google
	return google.Config{
		Credentials: c.Path(g.Credentials),
		Token:       c.Path(g.Token),
		Subject:     g.Subject,
		Organizer:   c.Workspace.Organizer.Address,
		Aliases:     c.Workspace.Roster.Aliases(),
		Endpoint:    g.Endpoint,
		Meet:        g.Meet,
		Quiet:       c.Calendar.Successor != "",

		CallsPerMinute: g.CallsPerMinute,
	}
}

// googleClient returns the OAuth client of the workspace, to sign in for other scopes.
func googleClient(c *config.Config, scopes ...string) (*oauth.Client, error) {
	return google.Client(googleConfig(c), scopes...)
}
