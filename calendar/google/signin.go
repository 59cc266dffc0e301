package google

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// SignIn has the organizer sign in and keeps the token in cfg.Token. open is given
// the address that must be visited, to show it in a browser or print it; SignIn
// then waits until Google sends the browser back to this machine, or ctx ends. It
// keeps nothing unless all of Scopes were granted.
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
	token, err := creds.askForConsent(ctx, cfg, open)
	if err != nil {
		return fmt.Errorf("google sign-in: %w", err)
	}
	if err := checkGrant(token); err != nil {
		return fmt.Errorf("google sign-in: %w", err)
	}
	return tokenFile(cfg.Token).write(savedToken{}.renewed(token))
}

// checkGrant says what is missing: people may untick permissions.
func checkGrant(token *oauth2.Token) error {
	if scope, _ := token.Extra("scope").(string); scope != "" {
		if missing := missingScopes(scope); len(missing) > 0 {
			return &SignInError{
				Reason: "not granted: " + strings.Join(missing, ", "),
				Hint:   "run 'peerslot auth google' again and leave all boxes ticked",
			}
		}
	}
	if token.RefreshToken == "" {
		return signedOut("Google gave no refresh token")
	}
	return nil
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

// askForConsent is OAuth for installed apps (RFC 8252): a browser, a port of this
// machine that Google's answer comes to, and proof of having asked (PKCE, RFC 7636).
func (c credentials) askForConsent(ctx context.Context, cfg Config, open func(address string) error) (*oauth2.Token, error) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	conf := *c.client
	conf.RedirectURL = fmt.Sprintf("http://%s/", port.Addr())
	back := &callback{state: rand.Text(), answer: make(chan url.Values, 1)}
	server := &http.Server{Handler: back, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(port) }()
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		_ = server.Shutdown(bounded)
		<-done
	}()

	verifier := oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{
		oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier),
		// Without it, a second consent brings no refresh token.
		oauth2.SetAuthURLParam("prompt", "consent"),
	}
	if cfg.Organizer != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", string(cfg.Organizer)))
	}
	if err := open(conf.AuthCodeURL(back.state, options...)); err != nil {
		return nil, err
	}
	code, err := back.wait(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, httpClient(cfg)), deadline)
	defer cancel()
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, bare(tokenError(err))
	}
	return token, nil
}

// A callback receives the browser that Google sends back.
type callback struct {
	state  string
	answer chan url.Values
}

// ServeHTTP implements http.Handler. Whoever does not bring the state was not sent
// by us, and is ignored.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.URL.Path != "/" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(c.state)) != 1 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "peerslot has your answer. You can close this window.\n")
	select {
	case c.answer <- q:
	default: // a reloaded page
	}
}

func (c *callback) wait(ctx context.Context) (code string, err error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case q := <-c.answer:
		if q.Get("error") == "access_denied" {
			return "", &SignInError{Reason: "access was denied in the browser", Hint: "run 'peerslot auth google' again and allow access"}
		}
		if q.Get("code") == "" {
			return "", signedOut("Google sent neither a code nor a reason")
		}
		return q.Get("code"), nil
	}
}
