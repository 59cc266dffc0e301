package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/web/issuer"
)

// wayLife is how long the way to the provider and back may take.
const wayLife = 10 * time.Minute

func (s *Server) wayCookie() string { return s.cookieName() + "-way" }

// back is where the provider sends browsers.
func (s *Server) back() string { return s.URL.JoinPath("signin", "oidc").String() }

// withProvider leads to the provider, and takes who comes back from there.
func (s *Server) withProvider(w http.ResponseWriter, r *http.Request, v viewer) error {
	if s.OIDC == nil {
		return errNotFound
	}
	if q := r.URL.Query(); q.Has("state") || q.Has("error") {
		return s.fromProvider(w, r, v)
	}
	way := issuer.NewWay(s.next(r.URL.Query().Get("next")))
	to, err := s.OIDC.Lead(way, s.back())
	if err != nil {
		return s.noProvider(w, r, err)
	}
	kept, err := json.Marshal(way)
	if err != nil {
		return err
	}
	http.SetCookie(w, s.cookie(s.wayCookie(), base64.RawURLEncoding.EncodeToString(kept), wayLife))
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// noProvider offers the other way to sign in.
func (s *Server) noProvider(w http.ResponseWriter, r *http.Request, err error) error {
	s.Log.Error("the provider of sign-in does not answer", "err", err)
	return s.signInForm(w, r, http.StatusBadGateway, signInData{Next: "/", Problem: "Your company's sign-in does not answer now. Ask for a link instead, or try again in a while."})
}

func (s *Server) fromProvider(w http.ResponseWriter, r *http.Request, v viewer) error {
	refuse := func(words string, err error) error {
		s.Log.Warn("a sign-in by the provider was refused", "err", err)
		return s.signInForm(w, r, http.StatusForbidden, signInData{Next: "/", Problem: words})
	}
	was, err := s.wayOf(r)
	http.SetCookie(w, s.cookie(s.wayCookie(), "", 0))
	if err != nil {
		return refuse("That took too long, or began in another window. Try again.", err)
	}
	who, err := s.OIDC.Vouch(r.Context(), was, s.back(), r.URL.Query(), s.Now)
	if errors.Is(err, issuer.ErrNobody) {
		return refuse("Your company's account did not let you in. Try again, or ask for a link instead.", err)
	}
	if err != nil {
		return s.noProvider(w, r, err)
	}
	person, err := s.personOf(r.Context(), v, who)
	if errors.Is(err, errStranger) {
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
func (s *Server) wayOf(r *http.Request) (issuer.Way, error) {
	var was issuer.Way
	cookie, err := r.Cookie(s.wayCookie())
	if err != nil {
		return was, err
	}
	kept, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err == nil {
		err = json.Unmarshal(kept, &was)
	}
	if err == nil && !was.Began(r.URL.Query()) {
		err = errors.New("the state is another one")
	}
	return was, err
}

// errStranger says that whom the provider vouches for may not sign in here.
var errStranger = errors.New("nobody who is known here")

// personOf returns who the provider's subject is here: whom they were tied to when they
// first came, found by a verified address or alias.
func (s *Server) personOf(ctx context.Context, v viewer, who issuer.Person) (calendar.Address, error) {
	person, err := s.Accounts.Bound(ctx, who.Issuer, who.Subject)
	if err != nil {
		return "", err
	}
	if person == "" {
		address, err := calendar.ParseAddress(who.Email)
		known, ok := v.view.person(address)
		if err != nil || !ok || !who.Verified {
			return "", fmt.Errorf("%w: subject %q has no verified address of the roster", errStranger, who.Subject)
		}
		if person, err = s.Accounts.Bind(ctx, who.Issuer, who.Subject, known); err != nil {
			return "", err
		}
	}
	if _, known := v.view.viewer(person); !known {
		return "", fmt.Errorf("%w: subject %q is on the roster no more", errStranger, who.Subject)
	}
	return person, nil
}
