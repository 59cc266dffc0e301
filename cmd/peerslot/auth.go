package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

func newAuthCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "auth",
		Short:   "Sign in to a calendar service",
		Example: "  peerslot auth google",
		Args:    exactly(0, "name the service: 'peerslot auth google'"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var noBrowser bool
	sub := &cobra.Command{
		Use:   "google",
		Short: "Sign in to Google Calendar as the organizer",
		Long: `Opens Google's page in the browser, or prints its address, and waits until you have
agreed. The answer comes back to this machine on the loopback address. The token is
kept in the file that calendar.google.token names, readable by you alone.

peerslot asks for two permissions and no wider ones: to see when people are busy,
and to manage events on the organizer's own calendars.`,
		Example: `  peerslot auth google
  peerslot auth google --no-browser`,
		Args: exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.authGoogle(cmd.Context(), noBrowser) },
	}
	sub.Flags().BoolVar(&noBrowser, "no-browser", false, "print the address and open nothing")
	cmd.AddCommand(sub)
	return cmd
}

func (a *app) authGoogle(ctx context.Context, noBrowser bool) error {
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	err = google.SignIn(ctx, googleConfig(c), func(address string) error {
		fmt.Fprintf(a.stderr, "Sign in as %s, here:\n\n%s\n\n", c.Workspace.Organizer.Address, address)
		if noBrowser || !a.interactive {
			return nil
		}
		_ = openBrowser(ctx, address) // the address is printed, too
		return nil
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.answer(struct {
			SignedIn bool `json:"signed_in"`
		}{true})
	}
	fmt.Fprintf(a.stdout, "Signed in. The token is in %s.\n", inDir(c.Dir, c.Calendar.Google.Token))
	a.hint("run 'peerslot check' to see whether everything is readable")
	return nil
}

func openBrowser(ctx context.Context, address string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.CommandContext(ctx, "open", address).Start()
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address).Start()
	default:
		return exec.CommandContext(ctx, "xdg-open", address).Start()
	}
}

func googleConfig(c *config.Config) google.Config {
	g := c.Calendar.Google
	return google.Config{
		Credentials: inDir(c.Dir, g.Credentials),
		Token:       inDir(c.Dir, g.Token),
		Subject:     g.Subject,
		Organizer:   c.Workspace.Organizer.Address,
		Endpoint:    g.Endpoint,
		Meet:        g.Meet,

		CallsPerMinute: g.CallsPerMinute,
	}
}
