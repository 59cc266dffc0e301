package oauth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// An Error says why nobody is signed in, and what helps. It is calendar.ErrSignIn.
type Error struct {
	Service string // Service.Key
	Reason  string
	Advice  string // what to do; "" if it is to sign in
	Again   bool   // signing in (anew) is what helps, or a part of it
}

func (e *Error) Error() string { return fmt.Sprintf("%v: %s", calendar.ErrSignIn, e.Reason) }

// Unwrap returns calendar.ErrSignIn.
func (e *Error) Unwrap() error { return calendar.ErrSignIn }

// Hint says what to do.
func (e *Error) Hint() string { return cmp.Or(e.Advice, "sign in again") }

// A Refusal is what a token endpoint said when it gave no token.
type Refusal struct {
	Status  int           // of HTTP
	Code    string        // such as invalid_grant; "" if it named none
	Numbers []int         // Microsoft's own (AADSTS…), which tell more
	After   time.Duration // how long to wait, 0 if it does not say
	Skew    time.Duration // how far this machine's clock is ahead of the endpoint's; 0 if it does not say
}

func (r Refusal) Error() string {
	return fmt.Sprintf("token endpoint: %d %s", r.Status, cmp.Or(r.Code, http.StatusText(r.Status)))
}

// explain turns the error of a token endpoint into one that says what may be done
// about it: a calendar.RetryError may pass, an Error is final. It keeps none of the
// endpoint's text.
func (s Service) explain(err error) error {
	failed, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return calls.Bare(err)
	}
	return s.refused(refusalOf(failed))
}

// refused is explain for what was said.
func (s Service) refused(r Refusal) error {
	switch {
	case r.passes():
		return &calendar.RetryError{After: r.After, Refused: true, Err: r}
	case s.Explain != nil:
		if e := s.Explain(r); e != nil {
			e.Service = s.Key
			return e
		}
	}
	switch r.Code {
	case "access_denied", "authorization_declined":
		return &Error{Service: s.Key, Reason: "access was denied", Advice: "sign in again and allow access", Again: true}
	case "invalid_grant", "interaction_required", "consent_required", "login_required":
		return s.SignedOut(fmt.Sprintf("the sign-in has expired or was revoked (%s)", r.Code))
	}
	return s.SignedOut(fmt.Sprintf("%s refused the sign-in (%s)", s.Name, cmp.Or(r.Code, http.StatusText(r.Status))))
}

// passes reports whether the same may be granted later.
func (r Refusal) passes() bool {
	return r.Status == http.StatusTooManyRequests || r.Status >= 500 || r.Code == "temporarily_unavailable" || slices.Contains(r.Numbers, 90033)
}

func refusalOf(failed *oauth2.RetrieveError) Refusal {
	var said struct {
		Error       string
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
	}
	// The library leaves bodies alone that do not say what type they are.
	_ = json.Unmarshal(failed.Body, &said)
	r := newRefusal(failed.Response.StatusCode, cmp.Or(failed.ErrorCode, said.Error), said.Description)
	r.Numbers = append(said.Codes, r.Numbers...)
	r.After = calls.RetryAfter(failed.Response.Header)
	if at, err := http.ParseTime(failed.Response.Header.Get("Date")); err == nil {
		r.Skew = time.Since(at)
	}
	return r
}

// newRefusal returns what a code says, and the number that a description of
// Microsoft begins with.
func newRefusal(status int, code, description string) Refusal {
	r := Refusal{Status: status, Code: code}
	if strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		r.Code = ""
	}
	if text, ok := strings.CutPrefix(description, "AADSTS"); ok {
		digits, _, _ := strings.Cut(text, ":")
		if n, err := strconv.Atoi(digits); err == nil {
			r.Numbers = []int{n}
		}
	}
	return r
}
