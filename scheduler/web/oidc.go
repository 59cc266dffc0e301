package web

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar"
)

// A Provider is an issuer of OpenID Connect that vouches for people. It is looked up when
// it is first used, so that one that is down keeps nobody from anything else.
type Provider struct {
	Issuer, ClientID, Secret string
	TrustEmail               bool // an issuer of one tenant that does not say whether addresses are verified

	mu    sync.Mutex
	found *oidc.Provider
}

// How long the way to the provider and back may take, and one answer of it.
const (
	wayLife    = 10 * time.Minute
	answerLife = 10 * time.Second
)

// discover returns what the issuer says of itself (OpenID Connect Discovery 1.0).
func (p *Provider) discover() (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The keys are read with this context later on.
	ctx := oidc.ClientContext(context.Background(), &http.Client{Timeout: answerLife})
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", p.Issuer, err)
	}
	p.found = found
	return found, nil
}

func (s *Server) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: s.OIDC.ClientID, ClientSecret: s.OIDC.Secret, Endpoint: found.Endpoint(),
		RedirectURL: s.URL.JoinPath("signin", "oidc").String(), Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

// A way is what a browser keeps while it is with the provider.
type way struct{ State, Nonce, Verifier, Next string }

func (s *Server) wayCookie() string { return s.cookieName() + "-way" }

// withProvider leads to the provider, and takes who comes back from there.
func (s *Server) withProvider(w http.ResponseWriter, r *http.Request, v viewer) error {
	if s.OIDC == nil {
		return errNotFound
	}
	found, err := s.OIDC.discover()
	if err != nil {
		return s.noProvider(w, r, err)
	}
	if q := r.URL.Query(); q.Has("state") || q.Has("error") {
		return s.fromProvider(w, r, v, found)
	}
	to := way{secret(), secret(), oauth2.GenerateVerifier(), s.next(r.URL.Query().Get("next"))}
	kept, err := json.Marshal(to)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(s.wayCookie(), base64.RawURLEncoding.EncodeToString(kept), wayLife))
	http.Redirect(w, r, s.oauth(found).AuthCodeURL(to.State, oidc.Nonce(to.Nonce), oauth2.S256ChallengeOption(to.Verifier)), http.StatusSeeOther)
	return nil
}

// noProvider offers the other way to sign in.
func (s *Server) noProvider(w http.ResponseWriter, r *http.Request, err error) error {
	s.Log.Error("the provider of sign-in does not answer", "err", err)
	return s.signInForm(w, r, http.StatusBadGateway, signInData{Next: "/", Problem: "Your company's sign-in does not answer now. Ask for a link instead, or try again in a while."})
}

// errNotVouched says that the provider does not say who somebody is.
var errNotVouched = errors.New("the provider vouches for nobody")

func (s *Server) fromProvider(w http.ResponseWriter, r *http.Request, v viewer, found *oidc.Provider) error {
	refuse := func(words string, err error) error {
		s.Log.Warn("a sign-in by the provider was refused", "err", err)
		return s.signInForm(w, r, http.StatusForbidden, signInData{Next: "/", Problem: words})
	}
	was, err := s.wayOf(r)
	http.SetCookie(w, s.cookie(s.wayCookie(), "", 0))
	if err != nil {
		return refuse("That took too long, or began in another window. Try again.", err)
	}
	token, err := s.vouched(r, was, found)
	if errors.Is(err, errNotVouched) {
		return refuse("Your company's account did not let you in. Try again, or ask for a link instead.", err)
	}
	if err != nil {
		return s.noProvider(w, r, err)
	}
	person, err := s.personOf(r.Context(), v, token)
	if errors.Is(err, errNotVouched) {
		return refuse("Your company's account is of nobody whom peerslot knows, or its address is not verified. Ask who runs peerslot here.", err)
	}
	if err != nil {
		return err
	}
	begun, secret := s.session(person)
	if err := s.Accounts.Begin(r.Context(), begun); err != nil {
		return err
	}
	return s.signedIn(w, r, v, secret, s.next(was.Next))
}

// wayOf returns the way that this browser is on, if the answer belongs to it.
func (s *Server) wayOf(r *http.Request) (way, error) {
	var was way
	cookie, err := r.Cookie(s.wayCookie())
	if err != nil {
		return was, err
	}
	kept, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err == nil {
		err = json.Unmarshal(kept, &was)
	}
	if err == nil && (was.State == "" || !same(was.State, r.URL.Query().Get("state"))) {
		err = errors.New("the state is another one")
	}
	return was, err
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// vouched fetches the token with which the provider says who somebody is. The library
// checks all of it but the nonce.
func (s *Server) vouched(r *http.Request, was way, found *oidc.Provider) (*oidc.IDToken, error) {
	if q := r.URL.Query(); q.Has("error") {
		return nil, fmt.Errorf("%w: %.100q", errNotVouched, q.Get("error"))
	}
	ctx := oidc.ClientContext(r.Context(), &http.Client{Timeout: answerLife})
	token, err := s.oauth(found).Exchange(ctx, r.URL.Query().Get("code"), oauth2.VerifierOption(was.Verifier))
	if answered, ok := errors.AsType[*oauth2.RetrieveError](err); ok && answered.Response.StatusCode < http.StatusInternalServerError {
		return nil, fmt.Errorf("%w: it does not take the code: %s", errNotVouched, answered.ErrorCode)
	}
	if err != nil {
		return nil, fmt.Errorf("ask %s for a token: %w", s.OIDC.Issuer, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: s.OIDC.ClientID, Now: s.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotVouched, err)
	}
	if !same(id.Nonce, was.Nonce) {
		return nil, fmt.Errorf("%w: the nonce is another one", errNotVouched)
	}
	return id, nil
}

// personOf returns who the provider's subject is here: whom they were tied to when they
// first came, found by a verified address or alias.
func (s *Server) personOf(ctx context.Context, v viewer, id *oidc.IDToken) (calendar.Address, error) {
	person, err := s.Accounts.Bound(ctx, id.Issuer, id.Subject)
	if err != nil {
		return "", err
	}
	if person == "" {
		var claims struct {
			Email    string `json:"email"`
			Verified any    `json:"email_verified"` // some providers send text
		}
		if err := id.Claims(&claims); err != nil {
			return "", fmt.Errorf("%w: %w", errNotVouched, err)
		}
		address, err := calendar.ParseAddress(claims.Email)
		known, ok := v.view.person(address)
		verified := claims.Verified == true || claims.Verified == "true" || claims.Verified == nil && s.OIDC.TrustEmail
		if err != nil || !ok || !verified {
			return "", fmt.Errorf("%w: its subject %q has no verified address that is known here", errNotVouched, id.Subject)
		}
		if person, err = s.Accounts.Bind(ctx, id.Issuer, id.Subject, known); err != nil {
			return "", err
		}
	}
	if _, known := v.view.viewer(person); !known {
		return "", fmt.Errorf("%w: its subject %q is on the roster no more", errNotVouched, id.Subject)
	}
	return person, nil
}
