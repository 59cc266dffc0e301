// Package issuer has people vouched for by OpenID Connect (Core 1.0), with a code, PKCE
// (RFC 7636), a state and a nonce.
package issuer

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A Provider is an issuer that vouches for people. It is looked up when it is first
// used, so that one that is down keeps nobody from anything else.
type Provider struct {
	Issuer, ClientID, Secret string
	TrustEmail               bool // an issuer of one tenant that does not say whether addresses are verified

	mu    sync.Mutex
	found *oidc.Provider
}

// answerLife is how long one answer of the provider may take.
const answerLife = 10 * time.Second

// A Way is what a browser keeps while it is with the provider, and by which its answer
// is known as one to it. Next is where it goes afterwards.
type Way struct{ State, Nonce, Verifier, Next string }

// NewWay returns one that nobody can guess.
func NewWay(next string) Way { return Way{rand.Text(), rand.Text(), oauth2.GenerateVerifier(), next} }

// A Person is who the provider says somebody is.
type Person struct {
	Issuer, Subject string // who they are for ever
	Email           string // what the provider has as their address
	Verified        bool   // whether that is theirs for certain
}

// ErrNobody says that the provider does not say who somebody is. Other errors are of a
// provider that does not answer.
var ErrNobody = errors.New("the provider vouches for nobody")

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

func (p *Provider) oauth(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: found.Endpoint(),
		RedirectURL: back, Scopes: []string{oidc.ScopeOpenID, "email"},
	}
}

// Lead returns the address at the provider to which a browser goes; it comes back to the
// address back.
func (p *Provider) Lead(way Way, back string) (string, error) {
	found, err := p.discover()
	if err != nil {
		return "", err
	}
	return p.oauth(found, back).AuthCodeURL(way.State, oidc.Nonce(way.Nonce), oauth2.S256ChallengeOption(way.Verifier)), nil
}

// Began reports whether the provider's answer is to the way of this browser.
func (w Way) Began(answer url.Values) bool {
	return w.State != "" && same(w.State, answer.Get("state"))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Vouch returns who the provider's answer is about, by the token that it gives for it.
// The library checks all of the token but the nonce.
func (p *Provider) Vouch(ctx context.Context, way Way, back string, answer url.Values, now func() time.Time) (Person, error) {
	if answer.Has("error") {
		return Person{}, fmt.Errorf("%w: %.100q", ErrNobody, answer.Get("error"))
	}
	found, err := p.discover()
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, &http.Client{Timeout: answerLife})
	token, err := p.oauth(found, back).Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(way.Verifier))
	if answered, ok := errors.AsType[*oauth2.RetrieveError](err); ok && answered.Response.StatusCode < http.StatusInternalServerError {
		return Person{}, fmt.Errorf("%w: it does not take the code: %s", ErrNobody, answered.ErrorCode)
	}
	if err != nil {
		return Person{}, fmt.Errorf("ask %s for a token: %w", p.Issuer, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, Now: now}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	if !same(id.Nonce, way.Nonce) {
		return Person{}, fmt.Errorf("%w: the nonce is another one", ErrNobody)
	}
	said, err := addressOf(id)
	if err == nil && said.Email == "" && found.UserInfoEndpoint() != "" {
		said, err = p.ask(ctx, found, token, id.Subject)
	}
	verified := said.Verified == true || said.Verified == "true" || said.Verified == nil && p.TrustEmail
	return Person{id.Issuer, id.Subject, said.Email, verified}, err
}

// An address is what a provider says of one.
type address struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // some providers send text
}

func addressOf(from interface{ Claims(any) error }) (said address, err error) {
	if err := from.Claims(&said); err != nil {
		return said, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	return said, nil
}

// ask returns the address that the provider tells who has the token: the scope email is
// for that answer, and need not be in the token itself (Core 1.0, section 5.4). An answer
// about somebody else is none (5.3.2).
func (p *Provider) ask(ctx context.Context, found *oidc.Provider, token *oauth2.Token, subject string) (address, error) {
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return address{}, fmt.Errorf("ask %s for an address: %w", p.Issuer, err)
	}
	if info.Subject != subject {
		return address{}, fmt.Errorf("%w: it answers about another subject", ErrNobody)
	}
	return addressOf(info)
}
