package graph

import (
	"context"
	"errors"
	"fmt"

	"github.com/peerslot/peerslot/calendar/oauth"
)

// SignIn has the organizer sign in on this machine and keeps the token in cfg.Token.
// open is given the address that must be visited, to show it in a browser or print
// it; SignIn then waits until Microsoft sends the browser back, or ctx ends. It keeps
// nothing unless all was granted and the mailbox is the organizer's.
func SignIn(ctx context.Context, cfg Config, open func(address string) error) error {
	return signIn(ctx, cfg, func(c *oauth.Client) (oauth.Token, error) { return c.SignIn(ctx, string(cfg.Organizer), open) })
}

// SignInElsewhere is SignIn on another device. show is given the code to enter and
// the address of the page where.
func SignInElsewhere(ctx context.Context, cfg Config, show func(code, address string) error) error {
	return signIn(ctx, cfg, func(c *oauth.Client) (oauth.Token, error) { return c.SignInElsewhere(ctx, show) })
}

func signIn(ctx context.Context, cfg Config, ask func(*oauth.Client) (oauth.Token, error)) error {
	if cfg.asApplication() {
		return errors.New("microsoft sign-in: an application needs none: it has a secret or a certificate")
	}
	if cfg.Token == "" {
		return errors.New("microsoft sign-in: no file is named that could keep the token")
	}
	b, err := newBackend(cfg)
	if err != nil {
		return fmt.Errorf("microsoft sign-in: %w", err)
	}
	client := cfg.app().Client(Scope)
	token, err := ask(client)
	if err != nil {
		return fmt.Errorf("microsoft sign-in: %w", err)
	}
	b.tokens = client.With(token)
	b.api.HTTP = b.tokens.Client(cfg.HTTPClient)
	if err := b.checkMailbox(ctx); err != nil {
		return fmt.Errorf("microsoft sign-in: %w", err)
	}
	return oauth.File(cfg.Token).Keep(client.Service, b.tokens.Current())
}
