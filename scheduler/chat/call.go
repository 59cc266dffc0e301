package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/peerslot/peerslot/calendar"
)

// ErrAccess says that Slack does not let the token do what is needed, for any
// channel.
var ErrAccess = errors.New("the token gives no access to Slack")

const (
	tries       = 6
	patience    = 5 * time.Minute  // longest wait that Slack may ask for
	unsaid      = 30 * time.Second // wait if it asks for one and does not say how long
	callTimeout = 30 * time.Second
	maxAnswer   = 16 << 20 // bytes
)

// newClient returns a client of the Slack at endpoint.
func newClient(token, endpoint string, transport http.RoundTripper) *slack.Client {
	if transport == nil {
		transport = http.DefaultTransport
	}
	client := &http.Client{
		Transport: bounded{transport},
		Timeout:   callTimeout,
		// The token is in the body, and must not follow a redirect to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	options := []slack.Option{slack.OptionHTTPClient(client)}
	if endpoint != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimRight(endpoint, "/")+"/"))
	}
	return slack.New(token, options...)
}

// bounded cuts off answers that are too large.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

// once makes a call that must not be made twice: again only if Slack asks for
// patience, for then it did nothing.
func once[T any](ctx context.Context, op func() (T, error)) (T, error) {
	return calendar.Retry(ctx, tries, func() (T, error) {
		v, err := op()
		return v, classify(err)
	})
}

// again makes a call that may be made twice: also again if it is not known whether
// it arrived.
func again[T any](ctx context.Context, op func() (T, error)) (T, error) {
	return calendar.Retry(ctx, tries, func() (T, error) {
		v, err := op()
		err = classify(err)
		if _, waits := errors.AsType[*calendar.RetryError](err); err != nil && !waits && !refused(err) && ctx.Err() == nil {
			err = &calendar.RetryError{Err: err}
		}
		return v, err
	})
}

// classify tells what is worth another try, and what no other call will get
// past.
func classify(err error) error {
	code := codeOf(err)
	status, _ := errors.AsType[slack.StatusCodeError](err)
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	switch {
	case isLimited && limited.RetryAfter > patience:
		return fmt.Errorf("asks to wait for %s; run the command again then: %w", limited.RetryAfter, err)
	case isLimited:
		return &calendar.RetryError{After: limited.RetryAfter, Err: err}
	case status.Code == http.StatusTooManyRequests, code == "ratelimited", code == "rate_limited":
		return &calendar.RetryError{After: unsaid, Err: err}
	case code == "missing_scope":
		resp, _ := errors.AsType[slack.SlackErrorResponse](err)
		return fmt.Errorf("%w: it lacks the scope %s: %w", ErrAccess, resp.Needed, err)
	case slices.Contains(noAccess, code):
		return fmt.Errorf("%w: %w", ErrAccess, err)
	}
	return err
}

var noAccess = []string{
	"access_denied", "account_inactive", "invalid_auth", "no_permission", "not_allowed_token_type",
	"not_authed", "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
}

// refused reports whether Slack said that it did not do what was asked, rather
// than nothing, or that it does not know.
func refused(err error) bool {
	if _, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return true
	}
	unsure := []string{"", "fatal_error", "internal_error", "request_timeout", "service_unavailable"}
	return !slices.Contains(unsure, codeOf(err))
}

// unwelcome reports whether Slack refused what was asked for the sake of whom or what it is
// about: neither to everybody, nor for now.
func unwelcome(err error) bool {
	_, waits := errors.AsType[*calendar.RetryError](err)
	return codeOf(err) != "" && refused(err) && !waits && !errors.Is(err, ErrAccess)
}

// codeOf returns Slack's word for what went wrong, "" if it gave none.
func codeOf(err error) string {
	resp, _ := errors.AsType[slack.SlackErrorResponse](err)
	return resp.Err
}
