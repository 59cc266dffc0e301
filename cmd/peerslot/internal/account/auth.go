// Package account signs in where calendars and mail are, and finds the keys and secrets
// that go with it.
package account

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// NewAuthCmd returns the command.
func NewAuthCmd(a *console.App) *cobra.Command {
	cmd := &cobra.Command{Use: "auth", Short: "Sign in to a calendar service", Example: `  peerslot auth google
  peerslot auth microsoft`, Args: console.Subcommand("name the service: 'peerslot auth google', 'peerslot auth microsoft' or 'peerslot auth mail'"), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newAuthGoogleCmd(a), newAuthMicrosoftCmd(a), newSignInCmd(a, &cobra.Command{Use: "mail", Short: "Sign in to the organizer's mailbox with an access token",
		Long: `For mail: with oauth: in the configuration. Opens the page of Google or Microsoft in
the browser, or prints its address; the token is kept in the file that
mail.oauth.token names, readable by you alone.`,
		Example: "  peerslot auth mail",
	}, func(c *config.Config) (account, error) { return mailAccount(a, c) }))
	return cmd
}

// An account is where somebody signs in, and the file that keeps the token.
type account struct {
	token  string
	signIn func(ctx context.Context, open func(address string) error) error
}

// newSignInCmd completes a command that signs in.
func newSignInCmd(a *console.App, cmd *cobra.Command, of func(*config.Config) (account, error)) *cobra.Command {
	var flags console.ChangeFlags
	var noBrowser bool
	flags.Add(cmd)
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "print the address and open nothing")
	cmd.Args = console.Exactly(0, "takes no arguments")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := a.LoadConfig()
		if err != nil {
			return err
		}
		to, err := of(c)
		if err != nil {
			return err
		}
		return signIn(cmd.Context(), a, c, to, flags.DryRun, noBrowser)
	}
	return cmd
}

// signIn signs in. The service's own page asks for leave, and shows what is given.
func signIn(ctx context.Context, a *console.App, c *config.Config, to account, dryRun, noBrowser bool) error {
	answer := struct {
		SignedIn bool   `json:"signed_in"`
		Token    string `json:"token"` // the file
		Plan     bool   `json:"plan,omitempty"`
	}{!dryRun, to.token, dryRun}
	if dryRun {
		if a.Json {
			return a.Answer(answer)
		}
		a.Printer().Printf("You would be asked to sign in as %s; the token would be kept in %s.\n", c.Workspace.Organizer.Address, to.token)
		return a.Out.Error()
	}
	err := to.signIn(ctx, func(address string) error {
		fmt.Fprintf(a.Stderr, "Sign in as %s, here:\n\n%s\n\n", c.Workspace.Organizer.Address, address)
		if !noBrowser && a.Interactive {
			_ = openBrowser(ctx, address) // the address is printed, too
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case a.Json:
		return a.Answer(answer)
	}
	a.Printer().Printf("Signed in. The token is in %s.\n", to.token)
	a.Hint("run 'peerslot check' to see whether everything is readable")
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
