package feed

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/web"
)

// An Error says why a feed could not be read. It holds only what may be shown,
// and wraps nothing but the sentinels of this package and of package context:
// what net/http and net/url say has the URL in it.
type Error struct {
	Feed string // as [Redact] returns it
	What string // what is wrong, to follow the feed's name: "answered 404 (not found)"
	Next string // what to do about it

	kind  error
	final bool // no copy may stand in
}

// The kinds of errors that callers tell apart with errors.Is.
var (
	ErrRefused     = errors.New("the address of the feed is refused")
	ErrNotCalendar = errors.New("the feed is not a calendar")
	ErrTooLarge    = errors.New("the feed is too large")
)

// Error says what is wrong, without what to do about it.
func (e *Error) Error() string { return "feed " + e.Feed + " " + e.What }

// Unwrap returns the kind of the error, or nil.
func (e *Error) Unwrap() error { return e.kind }

// Reason says what is wrong and what to do about it.
func (e *Error) Reason() string { return e.Error() + ": " + e.Next }

// The failures that have no error elsewhere.
var (
	errEncoding  = errors.New("packed in a way that was not asked for")
	errRedirect  = errors.New("redirect to nowhere")
	errRedirects = errors.New("too many redirects")
	errCut       = errors.New("the calendar has no end")
)

// A statusError is an HTTP status other than those of a calendar.
type statusError int

func (s statusError) Error() string { return "HTTP status" }

// A hopError is what went wrong after a redirect, and where, fit to be shown.
type hopError struct {
	at  string
	err error
}

func (h *hopError) Error() string { return "redirected" }
func (h *hopError) Unwrap() error { return h.err }

// explain turns whatever went wrong with a feed into an error that may be shown.
func (f *Fetcher) explain(l link, err error) *Error {
	e := *f.translate(err)
	e.Feed = l.String()
	if hop, ok := errors.AsType[*hopError](err); ok && hop.at != e.Feed {
		e.What = "redirects to " + hop.at + ", which " + e.What
	}
	return &e
}

// translate picks the words. The order matters: several of these errors wrap
// others.
func (f *Fetcher) translate(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if refused, ok := errors.AsType[*web.AddressError](err); ok {
		return addressProblem(refused)
	}
	if status, ok := errors.AsType[statusError](err); ok {
		return status.explain()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &Error{What: fmt.Sprintf("is larger than %s", formatSize(f.maxSize())), Next: "ask for a link to fewer years, or only to free/busy", kind: ErrTooLarge}
	}
	if local := errno(err); local != nil {
		return &Error{What: fmt.Sprintf("cannot be kept in %s: %v", f.Dir, local), Next: "make room there, or name another folder for the copies of feeds"}
	}
	return cmp.Or(explainCalendar(err), explainTLS(err), explainNet(err, f.timeout()),
		&Error{What: "cannot be read", Next: "try the link in a browser"})
}

// errno returns why a file could not be written, without the file's name.
func errno(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if rename, ok := errors.AsType[*os.LinkError](err); ok {
		return rename.Err
	}
	return nil
}

// addressProblem is that of an address that may not be asked: no copy stands in.
func addressProblem(a *web.AddressError) *Error {
	e := &Error{What: a.What, Next: a.Next, final: true}
	if a.Refused {
		e.kind = ErrRefused
	}
	return e
}

func (s statusError) explain() *Error {
	e := &Error{What: fmt.Sprintf("answered %d", int(s))}
	if text := http.StatusText(int(s)); text != "" {
		e.What += " (" + strings.ToLower(text) + ")"
	}
	switch s {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		e.final = true
		e.Next = "ask its owner whether it is still shared, and for its present link"
	case http.StatusTooManyRequests:
		e.Next = "try again later, and less often"
	default:
		e.Next = "try again later"
	}
	return e
}

func explainCalendar(err error) *Error {
	const next = "open the link where you are not signed in: it must give an .ics file"
	switch {
	case errors.Is(err, ErrNotCalendar):
		return &Error{What: "answered with something else than a calendar", Next: next, kind: ErrNotCalendar}
	case errors.Is(err, errCut):
		return &Error{What: "answered with a calendar that breaks off", Next: "try again later", kind: ErrNotCalendar}
	case errors.Is(err, errEncoding):
		return &Error{What: "answered in an encoding that was not asked for", Next: next, kind: ErrNotCalendar}
	case errors.Is(err, errRedirect):
		return &Error{What: "redirects to nowhere", Next: next}
	case errors.Is(err, errRedirects):
		return &Error{What: fmt.Sprintf("redirects more than %d times", maxRedirects), Next: next}
	}
	return nil
}

func explainTLS(err error) *Error {
	e := &Error{Next: "try the link in a browser; if the server is your own, its certificate authority must be trusted on this machine"}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		e.What = "has a certificate that is not valid at this time"
		e.Next = "check the clock of this machine, or ask who runs the server to renew the certificate"
		return e
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		e.What = "has a certificate for another host"
		return e
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		e.What = "has a certificate that is not trusted"
		return e
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		e.What = "does not speak https"
		return e
	}
	return nil
}

func explainNet(err error, limit time.Duration) *Error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return &Error{What: "is on a host that does not exist", Next: "check the spelling of the link"}
	} else if ok && !errors.Is(err, context.Canceled) {
		return &Error{What: "is on a host whose address could not be looked up", Next: "check the network, and try again later"}
	}
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{What: "was not waited for", Next: "run it again", kind: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		return &Error{What: fmt.Sprintf("did not answer in full within %s", limit), Next: "try again later", kind: context.DeadlineExceeded}
	}
	op, _ := errors.AsType[*net.OpError](err)
	switch {
	case op != nil && op.Op == "dial":
		return &Error{What: "cannot be reached", Next: "check the network and the link"}
	case op != nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{What: "broke off its answer", Next: "try again later"}
	}
	return nil
}

// formatAge returns an age as people say it: "3h12m".
func formatAge(d time.Duration) string {
	if d < time.Minute {
		return "less than a minute"
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

func formatSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%d MB", n>>20)
}
