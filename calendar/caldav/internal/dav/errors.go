package dav

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

// An Error is an answer that is no success. It keeps none of the answer's text,
// which may quote what was sent.
type Error struct {
	Method string
	Status int
	Cond   string // the condition that failed, such as valid-sync-token (RFC 4918, section 16)
	After  time.Duration
}

func (e *Error) Error() string {
	if e.Status == http.StatusUnauthorized {
		return calendar.ErrSignIn.Error() + ": the server does not take the name or the password"
	}
	s := fmt.Sprintf("the server answers %d (%s) to %s", e.Status, http.StatusText(e.Status), e.Method)
	if e.Cond != "" {
		s += ": " + e.Cond
	}
	return s
}

// Hint says what to do about it, or "".
func (e *Error) Hint() string {
	if e.Cond == noMultistatus {
		return "the address may be none of CalDAV, or a proxy or the sign-in page of a network stands in between: open it in a browser on this machine"
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return "check the username, and the password in the environment variable that password_env names; where the server has app passwords, make one"
	case http.StatusForbidden:
		return "ask whoever runs the server what this account may do there"
	case http.StatusNotFound:
		return "check the server's address: the README names those of well-known servers"
	}
	return ""
}

// Unwrap returns the error of package calendar that the answer amounts to, or nil.
func (e *Error) Unwrap() error {
	switch e.Status {
	case http.StatusUnauthorized:
		return calendar.ErrSignIn
	case http.StatusInsufficientStorage:
		return calendar.ErrQuota
	}
	return nil
}

// Is reports whether err is an answer with one of the statuses.
func Is(err error, statuses ...int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(statuses, e.Status)
}

// failure returns the error that the answer is, or nil.
func (r *Response) failure(method string) error {
	if r.Status >= 200 && r.Status < 300 {
		return nil
	}
	e := &Error{Method: method, Status: r.Status, After: calls.RetryAfter(r.Header)}
	if doc, err := Parse(r.Body); err == nil && doc.Name == Name("error") && len(doc.Children) > 0 {
		e.Cond = doc.Children[0].Name.Local
	}
	return e
}

// classify says what may be done about an answer, or a refusal to ask.
func classify(_ string, err error) (error, bool) {
	e, ok := errors.AsType[*Error](err)
	switch {
	case ok && e.After > calls.Patience:
		return e, true
	case ok && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusLocked || e.Status == http.StatusServiceUnavailable):
		return &calendar.RetryError{After: e.After, Refused: true, Err: e}, true
	case ok && (e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout):
		return &calendar.RetryError{After: e.After, Err: e}, true
	case ok:
		return e, true
	}
	if _, refused := errors.AsType[*web.AddressError](err); refused {
		return calls.Bare(err), true
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fmt.Errorf("the server's answer is larger than %d MB", maxBody>>20), true
	}
	if _, redirected := errors.AsType[*leadError](err); redirected {
		return err, true
	}
	return nil, false
}

// A leadError is a redirect or an href that is not followed.
type leadError struct{ reason string }

func (e *leadError) Error() string { return e.reason }
