package google

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/google/internal/api"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

func signedOut(reason string) error { return service(Config{}).SignedOut(reason) }

// An apiError is an answer of Google that is no success. It keeps none of the
// answer's text, which may quote what was sent.
type apiError struct {
	method string
	code   int
	reason string        // Google's word for it, such as notFound
	after  time.Duration // how long Google asks to wait, 0 if it does not say
	page   bool          // it is none of Google's answers, but a page of whatever stands in between
}

func (e *apiError) Error() string {
	if e.reason == "" {
		return fmt.Sprintf("google %s: %d %s", e.method, e.code, http.StatusText(e.code))
	}
	return fmt.Sprintf("google %s: %d %s", e.method, e.code, e.reason)
}

// Hint says what to do about what is no answer of Google, or "".
func (e *apiError) Hint() string {
	if !e.page {
		return ""
	}
	return api.Between
}

// answered reports whether err is an answer of Google with one of the codes.
func answered(err error, codes ...int) bool {
	e, ok := errors.AsType[*apiError](err)
	return ok && slices.Contains(codes, e.code)
}

// classify says what may be done about an answer of Google.
func classify(method string, err error) (error, bool) {
	api, ok := errors.AsType[*apiError](err)
	if !ok {
		api, ok = apiErrorOf(method, err)
	}
	if !ok {
		return nil, false
	}
	return api.classify(), true
}

func apiErrorOf(method string, err error) (*apiError, bool) {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return nil, false
	}
	return &apiError{method: method, code: e.Code, reason: reasonIn(e), after: calls.RetryAfter(e.Header), page: e.Message == "" && e.Body != ""}, true
}

// reasonIn returns Google's word for what is wrong. Newer ones stand in capitals
// among the details (google.rpc.ErrorInfo), with or without the older one.
func reasonIn(e *googleapi.Error) string {
	for _, d := range e.Details {
		info, _ := d.(map[string]any)
		switch info["reason"] {
		case "SERVICE_DISABLED":
			return "accessNotConfigured"
		case "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
			return "insufficientPermissions"
		case "RATE_LIMIT_EXCEEDED":
			return "rateLimitExceeded"
		}
	}
	if len(e.Errors) > 0 && strings.Trim(strings.ToLower(e.Errors[0].Reason), "abcdefghijklmnopqrstuvwxyz_") == "" {
		return e.Errors[0].Reason
	}
	return ""
}

// classify tells Google's several meanings of 403 apart. Whatever is not known to
// pass is final.
func (e *apiError) classify() error {
	switch {
	case e.reason == "quotaExceeded" || e.reason == "dailyLimitExceeded":
		return fmt.Errorf("%w: %w", calendar.ErrQuota, e)
	case e.after > calls.Patience:
		return e
	case e.code == http.StatusTooManyRequests, e.code >= 500,
		e.reason == "rateLimitExceeded", e.reason == "userRateLimitExceeded":
		limited := e.code == http.StatusTooManyRequests || e.code == http.StatusForbidden
		return &calendar.RetryError{After: e.after, Refused: limited, Err: e}
	case e.code == http.StatusUnauthorized:
		return fmt.Errorf("%w (%w)", signedOut("Google does not accept the token"), e)
	case e.reason == "insufficientPermissions":
		return fmt.Errorf("%w (%w)", signedOut("not all permissions were granted"), e)
	case e.reason == "accessNotConfigured":
		return fmt.Errorf("%w (%w)", errDisabled, e)
	case e.reason == "forbiddenForServiceAccounts":
		return fmt.Errorf("%w (%w)", errCannotInvite, e)
	}
	return e
}

// errDisabled concerns everybody, as a missing sign-in does.
var errDisabled = &oauth.Error{
	Service: "google",
	Reason:  "the Google Calendar API is not enabled for the project that the credentials belong to",
	Advice:  "enable it in the Cloud console (APIs & Services, Library, Google Calendar API), wait some minutes, and run the same command again",
}

// errCannotInvite is final: Google lets no service account invite on its own.
var errCannotInvite = &oauth.Error{
	Service: "google",
	Reason:  "a service account cannot invite people unless it acts for one of them",
	Advice:  "set calendar.google.subject to the organizer's address, and have the Workspace administrator allow domain-wide delegation",
}
