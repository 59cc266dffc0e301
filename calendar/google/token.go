package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar"
)

// tokens hands out access tokens and renews them in time.
type tokens struct {
	fetch fetchFunc
	file  tokenFile // "" if nothing is kept

	mu      sync.Mutex
	current savedToken
	refused error // why current cannot be renewed: final, until somebody signs in anew
}

// A fetchFunc gets a new token from the token endpoint.
type fetchFunc func(ctx context.Context, refresh string) (*oauth2.Token, error)

// get returns an access token that is good for a minute at least and is not
// stale, the one that Google has just refused.
func (t *tokens) get(ctx context.Context, stale string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.good(stale) {
		return t.current.AccessToken, nil
	}
	if err := t.adopt(); err != nil {
		return "", err
	}
	if t.current.good(stale) {
		return t.current.AccessToken, nil
	}
	if t.refused != nil {
		return "", t.refused
	}
	fresh, err := t.fetch(ctx, t.current.RefreshToken)
	if err != nil {
		err = tokenError(err)
		if errors.Is(err, calendar.ErrSignIn) {
			t.refused = err
		}
		return "", err
	}
	rotated := fresh.RefreshToken != "" && fresh.RefreshToken != t.current.RefreshToken
	t.current = t.current.renewed(fresh)
	// An access token that cannot be kept is fetched again next time. A refresh
	// token that cannot be kept would be the end of the sign-in.
	if err := t.file.write(t.current); err != nil && rotated {
		return "", err
	}
	return t.current.AccessToken, nil
}

// adopt takes over what another process has kept since: it may have signed in
// anew, and its token must not be overwritten with the renewal of an older one.
func (t *tokens) adopt() error {
	if t.file == "" {
		return nil
	}
	saved, err := t.file.read()
	if err != nil {
		return err
	}
	if saved.RefreshToken != t.current.RefreshToken {
		t.refused = nil
	}
	t.current = saved
	return nil
}

// scope returns the scopes that were granted, separated by spaces; "" if that is
// not known.
func (t *tokens) scope() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current.Scope
}

// A savedToken is the content of the token file.
type savedToken struct {
	AccessToken  string    `json:"access_token"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	TokenType    string    `json:"token_type,omitempty"`
	Expiry       time.Time `json:"expiry,omitzero"`
	Scope        string    `json:"scope,omitempty"`
}

func (s savedToken) good(stale string) bool {
	return s.AccessToken != "" && s.AccessToken != stale && (s.Expiry.IsZero() || time.Until(s.Expiry) > time.Minute)
}

// renewed returns s with what fresh brings. A renewal need not repeat the refresh
// token, nor the scopes.
func (s savedToken) renewed(fresh *oauth2.Token) savedToken {
	scope, _ := fresh.Extra("scope").(string)
	return savedToken{
		AccessToken: fresh.AccessToken, TokenType: fresh.TokenType, Expiry: fresh.Expiry,
		RefreshToken: cmp.Or(fresh.RefreshToken, s.RefreshToken),
		Scope:        cmp.Or(scope, s.Scope),
	}
}

// A tokenFile is the path of the file that keeps a token.
type tokenFile string

func (f tokenFile) read() (savedToken, error) {
	data, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return savedToken{}, signedOut("nobody has signed in")
	}
	if err != nil {
		return savedToken{}, fmt.Errorf("google token: %w", err)
	}
	var s savedToken
	if err := json.Unmarshal(data, &s); err != nil || s.RefreshToken == "" {
		return savedToken{}, signedOut(fmt.Sprintf("the token file %s is damaged", f))
	}
	return s, nil
}

// write replaces the file, which only its owner may read, in one step.
func (f tokenFile) write(s savedToken) error {
	if f == "" {
		return nil
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("google token: %w", err)
	}
	if err := replaceFile(string(f), append(data, '\n')); err != nil {
		return fmt.Errorf("keep the google token: %w", err)
	}
	return nil
}

// replaceFile writes next to the file and renames, so that a reader and a crash
// find the old content or the new one. Temporary files are made with mode 0600.
func replaceFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".token-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(tmp.Name()))
	}
	return err
}

// tokenError turns what the token endpoint said into words, without its text.
func tokenError(err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return err
	}
	code := refused.ErrorCode
	if code == "" {
		code = errorCode(refused.Body)
	}
	status := refused.Response.StatusCode
	switch {
	case status == http.StatusTooManyRequests || status >= 500:
		return &apiError{method: "token", code: status, reason: code}
	case code == "invalid_grant":
		return signedOut("the sign-in has expired or was revoked (invalid_grant)")
	case code == "unauthorized_client":
		return &SignInError{
			Reason: "the service account may not act for that account (unauthorized_client)",
			Hint:   "have the Workspace administrator allow its client id these scopes, in API controls, domain-wide delegation: " + strings.Join(Scopes(), ","),
		}
	}
	return signedOut(fmt.Sprintf("Google refused the sign-in (%s)", cmp.Or(code, http.StatusText(status))))
}

// errorCode returns the code of a refusal that the library did not parse.
func errorCode(body []byte) string {
	var refusal struct{ Error string }
	if json.Unmarshal(body, &refusal) != nil || strings.Trim(refusal.Error, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return refusal.Error
}

// A transport adds the access token to each request. If Google refuses it, it is
// renewed once and the request made again.
type transport struct {
	base   http.RoundTripper
	tokens *tokens
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.tokens.get(req.Context(), "")
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.send(req, token)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || req.Body != nil && req.GetBody == nil {
		return resp, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	_ = resp.Body.Close()
	if token, err = t.tokens.get(req.Context(), token); err != nil {
		return nil, err
	}
	if req.GetBody != nil {
		if req.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.send(req, token)
}

func (t *transport) send(req *http.Request, token string) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+token)
	if t.base == nil {
		return http.DefaultTransport.RoundTrip(req)
	}
	return t.base.RoundTrip(req)
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
