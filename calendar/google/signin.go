package google

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar/oauth"
)

// SignIn has the organizer sign in and keeps the token in cfg.Token. open is given
// the address that must be visited, to show it in a browser or print it; SignIn
// then waits until Google sends the browser back to this machine, or ctx ends. It
// keeps nothing unless all of Scopes were granted, by whom the organizer's calendar
// belongs to.
func SignIn(ctx context.Context, cfg Config, open func(address string) error) error {
	creds, err := readCredentials(cfg)
	if err != nil {
		return err
	}
	if creds.client == nil {
		return errors.New("google credentials: a service account needs no sign-in")
	}
	if cfg.Token == "" {
		return errors.New("google sign-in: no file is named that could keep the token")
	}
	token, err := creds.client.SignIn(ctx, string(cfg.Organizer), open)
	if err != nil {
		return fmt.Errorf("google sign-in: %w", err)
	}
	b, err := newBackend(cfg, creds, creds.client.With(token))
	if err != nil {
		return err
	}
	if err := b.owned(ctx); err != nil {
		return fmt.Errorf("google sign-in: nothing was kept: %w", err)
	}
	return oauth.File(cfg.Token).Keep(creds.client.Service, token)
}

// granted says what is missing: people may untick permissions.
func granted(scopes string) *oauth.Error {
	missing := missingScopes(scopes)
	if len(missing) == 0 {
		return nil
	}
	return &oauth.Error{
		Reason: "not granted: " + strings.Join(missing, ", "),
		Advice: "sign in again and leave all boxes ticked", Again: true,
	}
}

// missingScopes returns which of Scopes are not among those granted.
func missingScopes(granted string) []string {
	var missing []string
	for _, scope := range Scopes() {
		if !slices.Contains(strings.Fields(granted), scope) {
			missing = append(missing, scope[strings.LastIndex(scope, "/")+1:])
		}
	}
	return missing
}
