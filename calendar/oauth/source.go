package oauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar"
)

// A Fetch gets a new token. refresh is "" for applications, which need none.
type Fetch func(ctx context.Context, refresh string) (*oauth2.Token, error)

// A Source hands out access tokens and renews them in time. It may be used by
// several goroutines. Its errors are an Error, which is final, or may pass.
type Source struct {
	service Service
	fetch   Fetch
	file    File

	mu      sync.Mutex
	current Token
	refused error // why current cannot be renewed: final, until somebody signs in anew
	renewed bool  // current was got by this source
}

// ForApplication returns the source of an application's own tokens, which are not
// kept.
func ForApplication(s Service, fetch Fetch) *Source { return &Source{service: s, fetch: fetch} }

// Token returns an access token that is good for a minute at least and is not
// stale, the one that was just refused; "" if none was.
func (s *Source) Token(ctx context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.good(stale) {
		return s.current.AccessToken, nil
	}
	if err := s.adopt(); err != nil {
		return "", err
	}
	if s.current.good(stale) {
		return s.current.AccessToken, nil
	}
	if s.refused != nil {
		return "", s.refused
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, s.service.bounded())
	fresh, err := s.fetch(ctx, s.current.RefreshToken)
	if err != nil {
		err = s.service.explain(err)
		if errors.Is(err, calendar.ErrSignIn) {
			s.refused = err
		}
		return "", err
	}
	rotated := fresh.RefreshToken != "" && fresh.RefreshToken != s.current.RefreshToken
	s.current, s.renewed = s.current.renewed(fresh), true
	// An access token that cannot be kept is fetched again next time. A refresh
	// token that cannot be kept would be the end of the sign-in.
	if err := s.file.Keep(s.service, s.current); err != nil && rotated {
		return "", err
	}
	return s.current.AccessToken, nil
}

// Check reports whether the sign-in lasts. A token at hand does not tell: it may be
// good for an hour after the sign-in was taken back. So one is asked for, unless
// this source has got one already.
func (s *Source) Check(ctx context.Context) error {
	token, err := s.Token(ctx, "")
	if err != nil || s.hasRenewed() {
		return err
	}
	_, err = s.Token(ctx, token)
	return err
}

func (s *Source) hasRenewed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewed
}

// adopt takes over what another process has kept since: it may have signed in
// anew, and its token must not be overwritten with the renewal of an older one.
func (s *Source) adopt() error {
	if s.file == "" {
		return nil
	}
	saved, err := s.file.read(s.service)
	if err != nil {
		return err
	}
	if saved.RefreshToken != s.current.RefreshToken {
		s.refused = nil
	}
	s.current = saved
	return nil
}

// Current returns the token as it was renewed last.
func (s *Source) Current() Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// Scope returns the scopes that were granted, separated by spaces; "" if that is
// not known.
func (s *Source) Scope() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.Scope
}

// Client returns a client of an API that adds the access token to each request, and sends
// it by base's transport; nil means http.DefaultTransport. It follows no redirect: where
// that leads would be given the token.
func (s *Source) Client(base *http.Client) *http.Client {
	t := &transport{source: s}
	if base != nil {
		t.base = base.Transport
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// A transport adds the access token to each request. If it is refused, it is
// renewed once and the request made again.
type transport struct {
	base   http.RoundTripper // nil means http.DefaultTransport
	source *Source
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.source.Token(req.Context(), "")
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
	if token, err = t.source.Token(req.Context(), token); err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return t.send(again, token)
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
