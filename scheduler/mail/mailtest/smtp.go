// Package mailtest has mail servers for tests, on this machine and in this process.
package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A PostOffice is an SMTP server that takes what it is not told to refuse. Its fields
// must not change while a message is on its way.
type PostOffice struct {
	Taken  []string // of each message the recipient and the Message-ID
	Raw    []string // the messages
	Sender []string
	Refuse map[string]*smtp.SMTPError // by the recipient; "" is for MAIL FROM
	Drop   int                        // the connection breaks at DATA after so many messages; 0 for never
	Auth   []string                   // the ways to sign in that it offers
	Token  string                     // the password, or token, that it takes
	Conns  int

	mu sync.Mutex
}

type visit struct {
	*PostOffice
	conn *smtp.Conn
	to   string
	in   bool
}

// NewSession implements smtp.Backend.
func (p *PostOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Conns++
	return &visit{PostOffice: p, conn: c}, nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.PostOffice.Auth) > 0 && !v.in {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	v.Sender = append(v.Sender, from)
	if e := v.Refuse[""]; e != nil {
		return e
	}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.Refuse[to]; e != nil {
		return e
	}
	v.to = to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.Drop > 0 && len(v.Taken) >= v.Drop {
		v.conn.Close()
		return errors.New("gone")
	}
	id := ""
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Message-Id: "); ok {
			id = strings.Trim(rest, "<>\r\n")
		}
	}
	v.Taken = append(v.Taken, v.to+" "+id)
	v.Raw = append(v.Raw, string(text))
	return nil
}

// Letter returns the last message to a recipient, "" if there is none. It may be called
// while messages come in.
func (p *PostOffice) Letter(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, taken := range slices.Backward(p.Taken) {
		if strings.HasPrefix(taken, to+" ") {
			return p.Raw[i]
		}
	}
	return ""
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

func (v *visit) AuthMechanisms() []string { return v.PostOffice.Auth }

func (v *visit) Auth(way string) (sasl.Server, error) {
	check := func(secret string) error {
		if secret != v.Token {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		v.in = true
		return nil
	}
	switch way {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, _, password string) error { return check(password) }), nil
	case sasl.OAuthBearer:
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if check(o.Token) != nil {
				return &sasl.OAuthBearerError{Status: "invalid_token"}
			}
			return nil
		}), nil
	}
	return xoauth2Server(func(secret string) error { return check(secret) }), nil
}

// xoauth2Server tells of a refusal in a challenge first, as Google does.
type xoauth2Server func(token string) error

func (x xoauth2Server) Next(response []byte) (challenge []byte, done bool, err error) {
	_, token, ok := strings.Cut(string(response), "auth=Bearer ")
	if !ok {
		return nil, true, &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no"}
	}
	if x(strings.Trim(token, "\x01")) != nil {
		return []byte(`{"status":"401"}`), false, nil
	}
	return nil, true, nil
}

// Open starts the server on this machine and returns its address. config is its TLS,
// nil for none; scheme is smtp or smtps.
func (p *PostOffice) Open(t testing.TB, scheme string, config *tls.Config) *url.URL {
	t.Helper()
	s := smtp.NewServer(p)
	s.AllowInsecureAuth, s.Domain, s.ErrorLog = true, "mail.acme.example", quiet{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if scheme == "smtps" {
		listener = tls.NewListener(listener, config)
	} else {
		s.TLSConfig = config
	}
	go s.Serve(listener) // ends with Close
	t.Cleanup(func() { s.Close() })
	return &url.URL{Scheme: scheme, Host: address}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Certificate returns the TLS of a server on this machine, and whom to trust.
func Certificate(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"mail.acme.example"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}
