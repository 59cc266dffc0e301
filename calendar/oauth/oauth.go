// Package oauth signs people and applications in to services that keep calendars
// or mail (RFC 6749), keeps their tokens in files, and renews them in time.
//
// A [Client] has a person sign in, in a browser on this machine (RFC 8252) or on
// another device (RFC 8628). What that brings is kept in a [File]. A [Source]
// hands out access tokens from it, and a [Transport] adds them to requests. Tokens
// and what services say of them appear in no error.
package oauth

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	deadline = 30 * time.Second // of one call of a token endpoint
	grace    = 5 * time.Second  // for the browser to be answered
)

// A Service issues tokens.
type Service struct {
	Key     string               // what users call the sign-in, such as google
	Name    string               // of who issues the tokens, such as Google
	HTTP    *http.Client         // nil means http.DefaultClient
	Explain func(Refusal) *Error // why it refused, in plain words; nil, or an answer of nil: general words
}

// SignedOut returns an error that says that somebody must sign in anew, and why.
func (s Service) SignedOut(reason string) *Error {
	return &Error{Service: s.Key, Reason: reason, Again: true}
}

func (s Service) client() *http.Client {
	if s.HTTP != nil {
		return s.HTTP
	}
	return http.DefaultClient
}

// bounded returns a client for calls whose context the library drops.
func (s Service) bounded() *http.Client {
	c := *s.client()
	if c.Timeout == 0 {
		c.Timeout = deadline
	}
	return &c
}

// Secure refuses an address that would show tokens to the network; its error calls
// it name, and does not quote it. A stand-in on the same machine may do without
// encryption.
func Secure(name, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%s: want a URL that starts with https://", name)
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	local := host == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fmt.Errorf("%s: want a URL that starts with https://", name)
	}
	return nil
}
