package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// An apiError is an answer of Graph that is not the success that was asked for. It
// keeps none of the answer's text, which may quote what was sent.
type apiError struct {
	method  string
	status  int
	code    string        // Graph's word for it, such as ErrorItemNotFound
	after   time.Duration // how long Graph asks to wait, 0 if it does not say
	request string        // by which Microsoft's support finds it
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("microsoft %s: %d %s", e.method, e.status, cmp.Or(e.code, http.StatusText(e.status)))
	if e.request != "" {
		text += fmt.Sprintf(" (request-id %s)", e.request)
	}
	return text
}

// Hint says what to do about what is no answer of Graph, or "".
func (e *apiError) Hint() string {
	if e.code != "" {
		return ""
	}
	return between
}

// between is what to do about an answer that is none of Graph's.
var between = calls.Between("https://graph.microsoft.com")

// An oddError is a success that is none of Graph's.
type oddError struct{ what string }

func (e *oddError) Error() string { return "the answer is " + e.what }

// Hint says what to do.
func (e *oddError) Hint() string { return between }

func errorOf(c Call, a Answer) *apiError {
	var said struct {
		Error struct {
			Code       string
			InnerError map[string]any
		}
	}
	_ = json.Unmarshal(a.body, &said) // it may be a proxy's page
	e := &apiError{method: c.Name, status: a.status}
	if IsWord(said.Error.Code) {
		e.code = said.Error.Code
	}
	id, _ := said.Error.InnerError["request-id"].(string)
	if id = cmp.Or(id, a.header.Get("request-id")); IsWord(id) {
		e.request = id
	}
	e.after = calls.RetryAfter(a.header)
	return e
}

// IsWord reports whether s is a word that can be shown, and no text.
func IsWord(s string) bool {
	return len(s) <= 64 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
}

// Answered reports whether err is an answer of Graph with one of the statuses.
func Answered(err error, statuses ...int) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && slices.Contains(statuses, e.status)
}

// Said reports whether err is an answer of Graph with that code.
func Said(err error, code string) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && strings.EqualFold(e.code, code)
}

// Classify says what may be done about an answer of Graph.
func Classify(_ string, err error) (error, bool) {
	api, ok := errors.AsType[*apiError](err)
	if !ok {
		return nil, false
	}
	return api.classify(), true
}

// classify says what may be done. Whatever is not known to pass is final.
func (e *apiError) classify() error {
	limited := e.status == http.StatusTooManyRequests
	switch {
	case e.after > calls.Patience && (limited || e.status >= 500), e.code == "ErrorExceededMessageLimit", e.code == "ErrorMessageSubmissionBlocked":
		return fmt.Errorf("%w: %w", calendar.ErrQuota, e)
	case limited, e.code == "ApplicationThrottled", e.code == "ErrorServerBusy":
		return &calendar.RetryError{After: e.after, Refused: true, Err: e}
	case e.status >= 500 && e.status != http.StatusNotImplemented, e.status == http.StatusRequestTimeout:
		return &calendar.RetryError{After: e.after, Err: e}
	case e.status == http.StatusUnauthorized:
		return fmt.Errorf("%w (%w)", signedOut("Microsoft does not accept the token"), e)
	case e.status == http.StatusForbidden && e.code != "": // else a page of whatever stands in between
		return fmt.Errorf("%w (%w)", errForbidden, e)
	case e.status < 300:
		// It is a success, but not the documented one: a proxy may have answered.
		return &calendar.RetryError{Err: e}
	}
	return e
}

// exhausted returns err, which ends the run if there are too many calls still after
// all that waiting.
func exhausted(err error) error {
	if Answered(err, http.StatusTooManyRequests) && !errors.Is(err, calendar.ErrQuota) {
		return fmt.Errorf("%w: %w", calendar.ErrQuota, err)
	}
	return err
}

func signedOut(reason string) error { return oauth.Microsoft{}.SignedOut(reason) }

// errForbidden is what an application or account without the right gets.
var errForbidden = &oauth.Error{
	Service: "microsoft",
	Reason:  "the application or account may not use the organizer's mailbox",
	Advice: "grant Calendars.ReadWrite (with an administrator's consent), include the organizer's mailbox in the application's scope, " +
		"or sign in as the organizer; a change takes up to two hours",
}
