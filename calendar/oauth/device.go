package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar"
)

// SignInElsewhere has a person sign in on another device (RFC 8628), for machines
// without a browser. show is given the code to enter and the address of the page
// where; SignInElsewhere then waits until that is done, the code expires, or ctx
// ends. Nothing is kept: see [File.Keep].
func (c *Client) SignInElsewhere(ctx context.Context, show func(code, address string) error) (Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.bounded())
	device, err := c.Config.DeviceAuth(ctx)
	if err != nil {
		return Token{}, c.explain(err)
	}
	if device.UserCode == "" || device.VerificationURI == "" {
		return Token{}, fmt.Errorf("%s gave no code to enter", c.Name)
	}
	if err := show(device.UserCode, device.VerificationURI); err != nil {
		return Token{}, err
	}
	for {
		token, err := c.Config.DeviceAccessToken(ctx, device)
		if err == nil {
			return c.accept(token)
		}
		if err := c.giveUp(ctx, device, err); err != nil {
			return Token{}, err
		}
	}
}

// giveUp returns why there is no use in asking again; nil if there is: the
// connection may break, and the service be busy, while somebody types.
func (c *Client) giveUp(ctx context.Context, device *oauth2.DeviceAuthResponse, err error) error {
	expired := &Error{Service: c.Key, Reason: "the code was not entered in time", Advice: "sign in again", Again: true}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !device.Expiry.IsZero() && time.Until(device.Expiry) <= 0 {
		return expired
	}
	failed, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return nil
	}
	r := refusalOf(failed)
	switch {
	case r.Code == "expired_token" || r.Code == "bad_verification_code":
		return expired
	case r.Status == http.StatusNotFound:
		return fmt.Errorf("%s has no sign-in by a code", c.Name)
	}
	err = c.refused(r)
	if _, passes := errors.AsType[*calendar.RetryError](err); passes {
		return nil
	}
	return err
}
