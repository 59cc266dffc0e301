package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A postOffice is an SMTP server that takes what it is not told to refuse.
type postOffice struct {
	mu     sync.Mutex
	taken  []string // recipient and Message-ID
	sender []string
	refuse map[string]*smtp.SMTPError // by the recipient; "" is for MAIL FROM
	drop   int                        // the connection breaks at DATA after so many messages; 0 for never
	auth   []string                   // the ways to sign in that it offers
	token  string                     // the password, or token, that it takes
	conns  int
}

type visit struct {
	*postOffice
	conn *smtp.Conn
	to   string
	in   bool
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns++
	return &visit{postOffice: p, conn: c}, nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.auth) > 0 && !v.in {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	v.sender = append(v.sender, from)
	if e := v.refuse[""]; e != nil {
		return e
	}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if e := v.refuse[to]; e != nil {
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
	if v.drop > 0 && len(v.taken) >= v.drop {
		v.conn.Close()
		return errors.New("gone")
	}
	id := ""
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Message-Id: "); ok {
			id = strings.Trim(rest, "<>\r\n")
		}
	}
	v.taken = append(v.taken, v.to+" "+id)
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

func (v *visit) AuthMechanisms() []string { return v.auth }

func (v *visit) Auth(way string) (sasl.Server, error) {
	check := func(secret string) error {
		if secret != v.token {
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

// open starts the server and returns how to reach it.
func (p *postOffice) open(t testing.TB, scheme string, config *tls.Config) Server {
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
	return Server{URL: &url.URL{Scheme: scheme, Host: address}}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// certificate returns the TLS of a server on this machine, and whom to trust.
func certificate(t testing.TB) (server, client *tls.Config) {
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

func openStore(t testing.TB) scheduler.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "peerslot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// waiting puts notices to these people into a store, in that order.
func waiting(t testing.TB, s scheduler.Store, to ...calendar.Address) []scheduler.Notice {
	t.Helper()
	var list []scheduler.Notice
	for i, a := range to {
		id := fmt.Sprintf("n%d", i)
		list = append(list, scheduler.Notice{ID: id, Kind: scheduler.NoticeChanged, To: a, Group: "leads", UID: "ps1", Sequence: i, Made: now, State: scheduler.NoticeWaits,
			Message: []byte("Message-Id: <" + id + ">\r\n\r\ntext\r\n")})
	}
	if _, err := s.Commit(t.Context(), scheduler.Batch{Notices: list}); err != nil {
		t.Fatal(err)
	}
	return list
}

func outbox(s scheduler.Store, server Server, at time.Time) *Outbox {
	return &Outbox{Store: s, Server: server, From: "ops@acme.example", Now: func() time.Time { return at }}
}

func send(t *testing.T, o *Outbox) Sent {
	t.Helper()
	done, err := o.Send(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func kinds(list []scheduler.Finding) (out []scheduler.FindingKind) {
	for _, f := range list {
		out = append(out, f.Kind)
	}
	return out
}

func TestSendTellsADeadAddressFromAServerInTrouble(t *testing.T) {
	p := &postOffice{refuse: map[string]*smtp.SMTPError{
		"dead@acme.example":  {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"},
		"later@acme.example": {Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "grey"},
		"quota@acme.example": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 4, 5}, Message: "used up"},
	}}
	s := openStore(t)
	waiting(t, s, "dead@acme.example", "ana@acme.example", "later@acme.example", "later@acme.example", "quota@acme.example", "bo@acme.example")
	server := p.open(t, "smtp", nil)
	done := send(t, outbox(s, server, now))
	if want := []string{"ana@acme.example n1", "bo@acme.example n5"}; !slices.Equal(p.taken, want) {
		t.Errorf("the server took %q, want %q", p.taken, want)
	}
	if got := kinds(done.Findings); done.Sent != 2 || done.Waiting != 3 || !slices.Equal(got, []scheduler.FindingKind{scheduler.MailRefused}) {
		t.Errorf("got %+v, want 2 sent, 3 waiting and the dead address", done)
	}
	if p.sender[0] != "ops@acme.example" {
		t.Errorf("the envelope's sender is %q, want the organizer", p.sender[0])
	}
	p.refuse = nil
	if done := send(t, outbox(s, server, now.Add(time.Minute))); done.Sent != 0 {
		t.Errorf("a minute later %d were sent, want none: they are to wait", done.Sent)
	}
	done = send(t, outbox(s, server, now.Add(time.Hour)))
	if want := []string{"later@acme.example n2", "later@acme.example n3", "quota@acme.example n4"}; done.Waiting != 0 || !slices.Equal(p.taken[2:], want) {
		t.Errorf("an hour later the server took %q, want %q", p.taken[2:], want)
	}
	if p.conns > 2 {
		t.Errorf("%d connections for two runs with something to send", p.conns)
	}
}

func TestSendGivesUpAfterTwoDaysFromTheFirstTry(t *testing.T) {
	p := &postOffice{refuse: map[string]*smtp.SMTPError{"": {Code: 451, Message: "ill"}}}
	s := openStore(t)
	waiting(t, s, "ana@acme.example", "bo@acme.example")
	server := p.open(t, "smtp", nil)
	for _, after := range []time.Duration{0, 47 * time.Hour} {
		done := send(t, outbox(s, server, now.Add(after)))
		if want := []scheduler.FindingKind{scheduler.MailServer}; done.Waiting != 2 || !slices.Equal(kinds(done.Findings), want) {
			t.Errorf("after %v: %d wait, findings %v, want 2 and %v", after, done.Waiting, kinds(done.Findings), want)
		}
	}
	done := send(t, outbox(s, server, now.Add(100*time.Hour)))
	if want := []scheduler.FindingKind{scheduler.MailServer, scheduler.MailGivenUp, scheduler.MailGivenUp}; done.Waiting != 0 || !slices.Equal(kinds(done.Findings), want) {
		t.Errorf("after two days: %d wait, findings %v, want none and %v", done.Waiting, kinds(done.Findings), want)
	}
}

func TestSendLosesNothingWhenTheConnectionBreaks(t *testing.T) {
	p := &postOffice{drop: 1}
	s := openStore(t)
	waiting(t, s, "ana@acme.example", "bo@acme.example", "cem@acme.example")
	server := p.open(t, "smtp", nil)
	if done := send(t, outbox(s, server, now)); done.Sent != 1 || done.Waiting != 2 || !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.MailServer}) {
		t.Errorf("got %+v, want one sent, two waiting and one finding", done)
	}
	p.drop = 0
	send(t, outbox(s, server, now.Add(time.Hour)))
	if want := []string{"ana@acme.example n0", "bo@acme.example n1", "cem@acme.example n2"}; !slices.Equal(p.taken, want) {
		t.Errorf("the server took %q, want each once: %q", p.taken, want)
	}
}

func TestSendSignsIn(t *testing.T) {
	token := func(text string) func(s *Server) {
		return func(s *Server) {
			s.Token = func(context.Context) (string, error) { return text, nil }
		}
	}
	for name, row := range map[string]struct {
		offers []string
		set    func(*Server)
		ok     bool
	}{
		"a password":                {[]string{"PLAIN"}, func(s *Server) { s.Password = "right" }, true},
		"a wrong password":          {[]string{"PLAIN"}, func(s *Server) { s.Password = "wrong" }, false},
		"no way in common":          {[]string{"PLAIN"}, token("right"), false},
		"a token for Google":        {[]string{"XOAUTH2", "OAUTHBEARER"}, token("right"), true},
		"a token by the standard":   {[]string{"OAUTHBEARER"}, token("right"), true},
		"a wrong token":             {[]string{"XOAUTH2"}, token("wrong"), false},
		"a wrong token, standard":   {[]string{"OAUTHBEARER"}, token("wrong"), false},
		"the way that is asked for": {[]string{"XOAUTH2", "OAUTHBEARER"}, func(s *Server) { token("right")(s); s.Auth = "oauthbearer" }, true},
	} {
		p := &postOffice{auth: row.offers, token: "right"}
		s := openStore(t)
		waiting(t, s, "ana@acme.example")
		server := p.open(t, "smtp", nil)
		server.Username = "ops@acme.example"
		row.set(&server)
		done := send(t, outbox(s, server, now))
		if ok := done.Sent == 1; ok != row.ok {
			t.Errorf("%s: sent %v, want %v; findings %v", name, ok, row.ok, done.Findings)
		}
		if !row.ok && (len(done.Findings) != 1 || !errors.Is(done.Findings[0].Err, ErrSignIn) || strings.Contains(done.Findings[0].Err.Error(), "wrong")) {
			t.Errorf("%s: findings %v, want that the sign-in failed, without the secret", name, done.Findings)
		}
	}
}

func TestTLSIsDemandedAndChecked(t *testing.T) {
	server, client := certificate(t)
	for name, row := range map[string]struct {
		scheme string
		server *tls.Config
		set    func(*Server)
		ok     bool
	}{
		"TLS from the beginning":               {"smtps", server, func(s *Server) { s.TLS = client }, true},
		"a certificate that nobody knows":      {"smtps", server, func(*Server) {}, false},
		"STARTTLS on this machine":             {"smtp", server, func(*Server) {}, true},
		"elsewhere, without STARTTLS":          {"smtp", nil, elsewhere, false},
		"elsewhere, STARTTLS":                  {"smtp", server, func(s *Server) { elsewhere(s); s.TLS = client }, true},
		"elsewhere, STARTTLS, not to be known": {"smtp", server, elsewhere, false},
	} {
		p := &postOffice{}
		s := openStore(t)
		waiting(t, s, "ana@acme.example")
		at := p.open(t, row.scheme, row.server)
		row.set(&at)
		done := send(t, outbox(s, at, now))
		if ok := done.Sent == 1; ok != row.ok {
			t.Errorf("%s: sent %v, want %v; findings %v", name, ok, row.ok, done.Findings)
		}
	}
}

// elsewhere makes a server one that is not known to be this machine.
func elsewhere(s *Server) {
	_, port, _ := net.SplitHostPort(s.URL.Host)
	s.URL = &url.URL{Scheme: s.URL.Scheme, Host: "mail.acme.example:" + port}
	s.resolve = "127.0.0.1:" + port
}

func TestParseServer(t *testing.T) {
	for text, ok := range map[string]bool{
		"smtps://mail.acme.example:465": true, "smtp://127.0.0.1:2525": true, "mail.acme.example": false, "http://mail.acme.example": false,
		"smtp://user:secret@mail.acme.example": false, "smtp://": false, "smtp://mail.acme.example/?x": false,
	} {
		if _, err := ParseServer(text, "smtps", "smtp"); (err == nil) != ok {
			t.Errorf("ParseServer(%q): %v, want ok %v", text, err, ok)
		} else if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("ParseServer(%q) repeats the password: %v", text, err)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	for b.Loop() {
		p := &postOffice{}
		s := openStore(b)
		var to []calendar.Address
		for i := range 10_000 {
			to = append(to, calendar.Address(fmt.Sprintf("p%d@acme.example", i)))
		}
		waiting(b, s, to...)
		o := outbox(s, p.open(b, "smtp", nil), now)
		done, err := o.Send(b.Context())
		if err != nil || done.Sent != len(to) {
			b.Fatalf("sent %d of %d: %v", done.Sent, len(to), err)
		}
	}
}
