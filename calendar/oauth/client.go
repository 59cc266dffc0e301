package oauth

import (
	"context"
	"net/url"

	"golang.org/x/oauth2"
)

// A Client is an application by which people sign in to a service.
type Client struct {
	Service
	Config   oauth2.Config
	Redirect string                     // where the browser is sent back to, with %d for the port: http://127.0.0.1:%d/
	Ask      url.Values                 // further parameters of the page where people sign in
	Granted  func(scopes string) *Error // what lacks among those granted, separated by spaces; nil: nothing is checked
}

// Source returns the source of the tokens of who signed in last, as kept in file.
// If nobody has, that is an Error.
func (c *Client) Source(file File) (*Source, error) {
	saved, err := file.read(c.Service)
	if err != nil {
		return nil, err
	}
	s := c.With(saved)
	s.file = file
	return s, nil
}

// With returns the source of the tokens of who has just signed in. It keeps none.
func (c *Client) With(t Token) *Source {
	return &Source{service: c.Service, fetch: c.renew, current: t}
}

func (c *Client) renew(ctx context.Context, refresh string) (*oauth2.Token, error) {
	if refresh == "" {
		return nil, c.SignedOut("nobody has signed in")
	}
	return c.Config.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
}

// accept returns what is to be kept of a sign-in, if all was granted that is needed.
func (c *Client) accept(token *oauth2.Token) (Token, error) {
	t := Token{}.renewed(token)
	if c.Granted != nil && t.Scope != "" {
		if e := c.Granted(t.Scope); e != nil {
			e.Service = c.Key
			return Token{}, e
		}
	}
	if t.RefreshToken == "" {
		return Token{}, c.SignedOut(c.Name + " gave no refresh token")
	}
	return t, nil
}
