package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

func newAuthMicrosoftCmd(a *console.App) *cobra.Command {
	var device bool
	cmd := newSignInCmd(a, &cobra.Command{
		Use:   "microsoft",
		Short: "Sign in to Microsoft 365 as the organizer",
		Long: `Opens Microsoft's page in the browser, or prints its address, and waits until you
have agreed. The answer comes back to this machine on the loopback address. With
--device a code is printed instead, to be entered on any other device. The token is
kept in the file that calendar.microsoft.token names, readable by you alone.

peerslot asks for one permission: Calendars.ReadWrite, to book on the organizer's
calendar and to see when others are busy. An application with a secret or a
certificate needs no sign-in.`,
		Example: `  peerslot auth microsoft
  peerslot auth microsoft --device`,
	}, func(c *config.Config) (account, error) { return microsoftAccount(a, c, device) })
	cmd.Flags().BoolVar(&device, "device", false, "print a code to enter on another device")
	return cmd
}

// microsoftAccount says where the organizer signs in, in a browser here or on another
// device.
func microsoftAccount(a *console.App, c *config.Config, device bool) (account, error) {
	if m := c.Calendar.Microsoft; m.Tenant == "" && m.ClientID == "" {
		return account{}, console.Usagef("say microsoft: {tenant: …, client_id: …} in calendar:", "Microsoft 365 is not configured")
	} else if m.SecretEnv != "" || m.Certificate != "" {
		return account{}, console.Usagef("leave out secret_env and certificate to sign in as the organizer", "the application signs in by itself: it has a secret or a certificate")
	}
	cfg, err := MicrosoftConfig(a, c)
	if err != nil {
		return account{}, err
	}
	return account{cfg.Token, func(ctx context.Context, open func(string) error) error {
		if !device {
			return graph.SignIn(ctx, cfg, open)
		}
		return graph.SignInElsewhere(ctx, cfg, func(code, address string) error {
			fmt.Fprintf(a.Stderr, "Sign in as %s on any device: open\n\n%s\n\nand enter the code %s\n\n", cfg.Organizer, address, code)
			return nil
		})
	}}, nil
}

// MicrosoftConfig returns which mailbox of Microsoft 365 books. A secret is named in
// the configuration, and stands in the environment.
func MicrosoftConfig(a *console.App, c *config.Config) (graph.Config, error) {
	m := c.Calendar.Microsoft
	cfg := graph.Config{
		Tenant:    m.Tenant,
		ClientID:  m.ClientID,
		Token:     c.Path(m.Token),
		Organizer: c.Workspace.Organizer.Address,
		Aliases:   c.Workspace.Roster.Aliases(),
		Successor: c.Calendar.Successor,
		Teams:     m.Teams,
		Endpoint:  m.Endpoint,
		Login:     m.Login,
		Now:       a.Now,
		Pace:      paceOf(a, "microsoft", c, 0, graph.CallsPerMinute),
	}
	if m.Certificate != "" {
		cfg.Certificate = c.Path(m.Certificate)
	}
	if m.SecretEnv == "" {
		return cfg, nil
	}
	if cfg.Secret = strings.TrimSpace(a.Getenv(m.SecretEnv)); cfg.Secret == "" {
		return cfg, console.Usagef(fmt.Sprintf("set %s to the value of the application's client secret, or leave secret_env out and sign in as the organizer", m.SecretEnv), "calendar.microsoft: there is no secret in the environment variable %s", m.SecretEnv)
	}
	return cfg, nil
}
