package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

func newAuthCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Sign in to a calendar service",
		Example: `  peerslot auth google
  peerslot auth microsoft`,
		Args: subcommand("name the service: 'peerslot auth google' or 'peerslot auth microsoft'"),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAuthGoogleCmd(a), newAuthMicrosoftCmd(a), a.newSignInCmd(&cobra.Command{
		Use:   "mail",
		Short: "Sign in to the organizer's mailbox with an access token",
		Long: `For mail: with oauth: in the configuration. Opens the page of Google or Microsoft in
the browser, or prints its address; the token is kept in the file that
mail.oauth.token names, readable by you alone.`,
		Example: "  peerslot auth mail",
	}, a.mailAccount))
	return cmd
}

// An account is where somebody signs in, and the file that keeps the token.
type account struct {
	token  string
	signIn func(ctx context.Context, open func(address string) error) error
}

// newSignInCmd completes a command that signs in.
func (a *app) newSignInCmd(cmd *cobra.Command, of func(*config.Config) (account, error)) *cobra.Command {
	var flags changeFlags
	var noBrowser bool
	flags.add(cmd)
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "print the address and open nothing")
	cmd.Args = exactly(0, "takes no arguments")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := a.loadConfig()
		if err != nil {
			return err
		}
		to, err := of(c)
		if err != nil {
			return err
		}
		return a.signIn(cmd.Context(), c, to, flags.dryRun, noBrowser)
	}
	return cmd
}

// signIn signs in. The service's own page asks for leave, and shows what is given.
func (a *app) signIn(ctx context.Context, c *config.Config, to account, dryRun, noBrowser bool) error {
	answer := struct {
		SignedIn bool   `json:"signed_in"`
		Token    string `json:"token"` // the file
		Plan     bool   `json:"plan,omitempty"`
	}{!dryRun, to.token, dryRun}
	if dryRun {
		if a.json {
			return a.answer(answer)
		}
		a.printer().Printf("You would be asked to sign in as %s; the token would be kept in %s.\n", c.Workspace.Organizer.Address, to.token)
		return a.out.error()
	}
	err := to.signIn(ctx, func(address string) error {
		fmt.Fprintf(a.stderr, "Sign in as %s, here:\n\n%s\n\n", c.Workspace.Organizer.Address, address)
		if !noBrowser && a.interactive {
			_ = openBrowser(ctx, address) // the address is printed, too
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case a.json:
		return a.answer(answer)
	}
	a.printer().Printf("Signed in. The token is in %s.\n", to.token)
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
