package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
)

// A Server is where mail goes out, or where replies arrive.
type Server struct {
	URL      *url.URL // smtps://host:465, smtp://host:587, imaps://host:993/INBOX or imap://host:143/INBOX
	Username string
	Auth     string                                // auto, plain, login, xoauth2 or oauthbearer; "" is auto
	Password string                                // "" for none
	Token    func(context.Context) (string, error) // returns an access token; nil for none
	TLS      *tls.Config                           // nil for the system's certificates

	resolve string // where to connect instead, for tests
}

// ParseServer reads the address of a server. schemes are those that it may have:
// first the one with TLS from the beginning.
func ParseServer(text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("want an address such as %s://mail.acme.example, without a password in it", schemes[0])
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return u, nil
		}
	}
	return nil, fmt.Errorf("want an address that begins with %s://", strings.Join(schemes, ":// or "))
}

// address returns host and port; the port is the scheme's own if none is named.
func (s Server) address() string {
	ports := map[string]string{"smtps": "465", "smtp": "587", "imaps": "993", "imap": "143"}
	port := s.URL.Port()
	if port == "" {
		port = ports[s.URL.Scheme]
	}
	return net.JoinHostPort(s.URL.Hostname(), port)
}

// implicitTLS reports whether the connection begins with TLS.
func (s Server) implicitTLS() bool { return strings.HasSuffix(s.URL.Scheme, "s") }

// loopback reports whether the server is this machine, to which the way is safe
// without TLS.
func (s Server) loopback() bool {
	ip, err := netip.ParseAddr(s.URL.Hostname())
	return s.URL.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

func (s Server) tlsConfig() *tls.Config {
	c := &tls.Config{}
	if s.TLS != nil {
		c = s.TLS.Clone()
	}
	c.ServerName, c.MinVersion = s.URL.Hostname(), tls.VersionTLS12
	return c
}

const dialPatience = 30 * time.Second

// dial connects, with TLS if the address says so.
func (s Server) dial(ctx context.Context) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialPatience}
	to := cmp.Or(s.resolve, s.address())
	if s.implicitTLS() {
		return (&tls.Dialer{NetDialer: d, Config: s.tlsConfig()}).DialContext(ctx, "tcp", to)
	}
	return d.DialContext(ctx, "tcp", to)
}

// ErrSignIn says that a mail server refused the sign-in, or offers none of the ways
// that can be used.
var ErrSignIn = errors.New("the mail server refused the sign-in")

// noToken says that there is nothing to sign in with, which the server has not seen yet.
type noToken struct{ err error }

func (e *noToken) Error() string { return "no access token for the mail server: " + e.err.Error() }

// Unwrap makes it an ErrSignIn.
func (e *noToken) Unwrap() []error { return []error{ErrSignIn, e.err} }

// sasl returns the way to sign in, nil for none. offers reports what the server
// can.
func (s Server) sasl(ctx context.Context, offers func(string) bool) (sasl.Client, error) {
	if s.Password == "" && s.Token == nil {
		return nil, nil
	}
	ways := []string{"PLAIN", "LOGIN"}
	if s.Token != nil {
		ways = []string{"XOAUTH2", "OAUTHBEARER"}
	}
	if s.Auth != "" && s.Auth != "auto" {
		ways = []string{strings.ToUpper(s.Auth)}
	}
	for _, way := range ways {
		if !offers(way) {
			continue
		}
		secret := s.Password
		if s.Token != nil {
			var err error
			if secret, err = s.Token(ctx); err != nil {
				return nil, &noToken{err}
			}
		}
		return s.client(way, secret), nil
	}
	return nil, fmt.Errorf("%w: it offers none of %s; look at auth in mail", ErrSignIn, strings.Join(ways, ", "))
}

func (s Server) client(way, secret string) sasl.Client {
	switch way {
	case "LOGIN":
		return sasl.NewLoginClient(s.Username, secret)
	case "XOAUTH2":
		return &xoauth2{s.Username, secret}
	case "OAUTHBEARER":
		return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: s.Username, Token: secret, Host: s.URL.Hostname()})
	}
	return sasl.NewPlainClient("", s.Username, secret)
}

// xoauth2 is Google's and Microsoft's way to sign in with an access token, older
// than OAUTHBEARER (RFC 7628).
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (mechanism string, first []byte, err error) {
	return "XOAUTH2", fmt.Appendf(nil, "user=%s\x01auth=Bearer %s\x01\x01", x.user, x.token), nil
}

// Next answers the challenge that tells of a refusal: after an empty line the
// server says so in its own reply.
func (x *xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
