// Package dav makes the requests of WebDAV and CalDAV (RFC 4918, RFC 4791): it keeps
// method and body over redirects, sends the password only where it belongs, and
// reads answers that are bounded and hold no entities.
package dav

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

const (
	maxBody      = 64 << 20 // bytes of an answer: as much as a feed may have
	maxRedirects = 5
	maxParallel  = 4 // requests at once: what small servers bear
)

// A Client asks one server as one account. Make one with [NewClient]. Its methods
// may be called from several goroutines.
type Client struct {
	root  url.URL
	allow web.AllowList
	rt    http.RoundTripper
	line  *calls.Line

	mu     sync.Mutex
	signIn signIn
	out    *Error // the answer that refused the sign-in; nothing is asked after it
}

// NewClient returns a client for the server at root. The errors are those of
// web.AllowList.Address, and show nothing of the URL.
func NewClient(root string, as Account, allow web.AllowList, rt http.RoundTripper) (*Client, error) {
	u, err := url.Parse(strings.TrimSpace(root))
	if err != nil {
		return nil, &web.AddressError{What: "is not a URL", Next: "give an address such as https://calendar.example/dav/"}
	}
	checked, err := allow.Address(*u)
	if err != nil {
		return nil, err
	}
	c := &Client{root: checked, allow: allow, rt: rt, signIn: signIn{Account: as}}
	c.line = &calls.Line{Pace: rate.NewLimiter(rate.Inf, 1), Parallel: maxParallel, Classify: classify}
	return c, nil
}

// Root returns the URL that the client was made for.
func (c *Client) Root() *url.URL { u := c.root; return &u }

// Counts returns how many requests were made of each method.
func (c *Client) Counts() map[string]int { return c.line.Counts() }

// A Request is what is asked of a resource.
type Request struct {
	Method string
	URL    *url.URL
	Header http.Header // may be nil
	Body   []byte
}

// A Response is an answer, read to its end.
type Response struct {
	URL    *url.URL // that answered, after redirects
	Status int
	Header http.Header
	Body   []byte
}

// Read makes a request that changes nothing, again where that may help. An answer
// that is no success is an [Error].
func (c *Client) Read(ctx context.Context, r Request) (*Response, error) {
	return calls.Read(ctx, c.line, r.Method, func(ctx context.Context) (*Response, error) { return c.do(ctx, r) })
}

// Write makes a request that changes something. If it is not certain what became
// of it, the error is a calendar.RetryError, and the caller must look before it
// tries again.
func (c *Client) Write(ctx context.Context, r Request) (*Response, error) {
	return calls.Write(ctx, c.line, r.Method, func(ctx context.Context) (*Response, error) { return c.do(ctx, r) })
}

// do makes one request and follows redirects, keeping its method and body (RFC
// 6764, section 5).
func (c *Client) do(ctx context.Context, r Request) (*Response, error) {
	at := r.URL
	for range 1 + maxRedirects {
		resp, err := c.ask(ctx, r, at)
		if err != nil {
			return nil, err
		}
		location := resp.Header.Get("Location")
		if resp.Status < 300 || resp.Status > 399 || location == "" {
			return resp, resp.failure(r.Method)
		}
		if at, err = c.Resolve(at, location); err != nil {
			return nil, err
		}
	}
	return nil, &leadError{"the server redirects without an end"}
}

// Resolve returns where an href or a redirect that the resource at base names
// leads. It is an error if that is on a server that must not be given the
// password: another than the root's, unless both are encrypted and of one domain,
// as the partitions of iCloud are.
func (c *Client) Resolve(base *url.URL, href string) (*url.URL, error) {
	u, err := base.Parse(strings.TrimSpace(href))
	if err != nil || u.Opaque != "" {
		return nil, &leadError{"the server names a resource that is not a URL"}
	}
	checked, err := c.allow.Address(*u)
	if err != nil {
		return nil, err
	}
	if !c.trusts(&checked) {
		host, _ := web.Host(checked.Hostname())
		return nil, &leadError{fmt.Sprintf("the server leads to %s, which is not of the same domain: if that is right, give its address instead", host)}
	}
	return &checked, nil
}

func (c *Client) trusts(u *url.URL) bool {
	if u.Scheme == c.root.Scheme && u.Host == c.root.Host {
		return true
	}
	ours, err := publicsuffix.EffectiveTLDPlusOne(c.root.Hostname())
	theirs, err2 := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	return err == nil && err2 == nil && ours == theirs && u.Scheme == "https"
}

// ask makes one request, and once more if the server wants another kind of
// sign-in.
func (c *Client) ask(ctx context.Context, r Request, at *url.URL) (*Response, error) {
	for first := true; ; first = false {
		if err := c.refused(); err != nil {
			return nil, err
		}
		resp, err := c.roundTrip(ctx, r, at)
		if err != nil || resp.Status != http.StatusUnauthorized {
			return resp, err
		}
		c.mu.Lock()
		again := c.signIn.challenged(resp.Header) && first
		if !again {
			c.out = &Error{Method: r.Method, Status: resp.Status}
		}
		c.mu.Unlock()
		if !again {
			return resp, nil
		}
	}
}

// refused returns the answer that refused the sign-in, if there was one: asking
// again with the same password would only have the server slow down, or lock the
// account.
func (c *Client) refused() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == nil {
		return nil
	}
	return c.out
}

func (c *Client) roundTrip(ctx context.Context, r Request, at *url.URL) (*Response, error) {
	req := (&http.Request{Method: r.Method, URL: at, Host: at.Host, Header: http.Header{}}).WithContext(ctx)
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", "peerslot")
	if r.Body != nil {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(r.Body)), int64(len(r.Body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
	}
	c.mu.Lock()
	err := c.signIn.authorize(req)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxBody))
	if err != nil {
		return nil, err
	}
	return &Response{URL: at, Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}
