package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/undelivered"
)

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
	p := &mailtest.PostOffice{Refuse: map[string]*smtp.SMTPError{
		"dead@acme.example":  {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"},
		"later@acme.example": {Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "grey"},
		"quota@acme.example": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 4, 5}, Message: "used up"},
		"list@acme.example":  {Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Access denied"},
	}}
	s := openStore(t)
	waiting(t, s, "dead@acme.example", "ana@acme.example", "later@acme.example", "later@acme.example", "quota@acme.example", "list@acme.example", "bo@acme.example")
	server := Server{URL: p.Open(t, "smtp", nil)}
	done := send(t, outbox(s, server, now))
	if want := []string{"ana@acme.example n1", "bo@acme.example n6"}; !slices.Equal(p.Taken, want) {
		t.Errorf("the server took %q, want %q", p.Taken, want)
	}
	if got := kinds(done.Findings); done.Sent != 2 || done.Waiting != 4 || !slices.Equal(got, []scheduler.FindingKind{scheduler.MailRefused, scheduler.MailServer}) {
		t.Errorf("got %+v, want 2 sent, 4 waiting, the dead address, and once that the server refuses others", done)
	}
	if p.Sender[0] != "ops@acme.example" {
		t.Errorf("the envelope's sender is %q, want the organizer", p.Sender[0])
	}
	p.Refuse = nil
	if done := send(t, outbox(s, server, now.Add(time.Minute))); done.Sent != 0 {
		t.Errorf("a minute later %d were sent, want none: they are to wait", done.Sent)
	}
	done = send(t, outbox(s, server, now.Add(time.Hour)))
	if want := []string{"later@acme.example n2", "later@acme.example n3", "quota@acme.example n4", "list@acme.example n5"}; done.Waiting != 0 || !slices.Equal(p.Taken[2:], want) {
		t.Errorf("an hour later the server took %q, want %q", p.Taken[2:], want)
	}
	if p.Conns > 2 {
		t.Errorf("%d connections for two runs with something to send", p.Conns)
	}
}

func TestSendGivesUpAfterTwoDaysFromTheFirstTry(t *testing.T) {
	p := &mailtest.PostOffice{Refuse: map[string]*smtp.SMTPError{"": {Code: 451, Message: "ill"}}}
	s := openStore(t)
	waiting(t, s, "ana@acme.example", "bo@acme.example")
	server := Server{URL: p.Open(t, "smtp", nil)}
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

// What a server does not take waits twice as long each time, at most six hours.
func TestSendWaitsLongerEachTime(t *testing.T) {
	p := &mailtest.PostOffice{Refuse: map[string]*smtp.SMTPError{"": {Code: 451, Message: "ill"}}}
	s := openStore(t)
	waiting(t, s, "ana@acme.example")
	o := outbox(s, Server{URL: p.Open(t, "smtp", nil)}, now)
	at := now
	for _, minutes := range []int{5, 10, 20, 40, 80, 160, 320, 360, 360} {
		o.Now = func() time.Time { return at }
		send(t, o)
		list, err := s.Notices(t.Context())
		if want := at.Add(time.Duration(minutes) * time.Minute); err != nil || !list[0].Due.Equal(want) {
			t.Fatalf("tried at %v: due at %v, %v; want %v", at, list[0].Due, err, want)
		}
		at = list[0].Due
	}
}

// Whom a message is for that cannot be read any more is not known: it is given up and named,
// and hinders no other, until the series is told of anew.
func TestSendGivesUpWhatCannotBeRead(t *testing.T) {
	p := &mailtest.PostOffice{}
	s := openStore(t)
	b := schedulertest.Booking("leads", 1)
	b.Series.UID = "ps1"
	if _, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	waiting(t, s, "bo@acme.example", "") // as the store reads it
	server := Server{URL: p.Open(t, "smtp", nil)}
	done := send(t, outbox(s, server, now))
	if want := []string{"bo@acme.example n0"}; !slices.Equal(p.Taken, want) || done.Waiting != 0 || !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.MailGivenUp}) {
		t.Errorf("the server took %q, and %+v; want %q, and the other one named", p.Taken, done, want)
	}
	lost := func() []scheduler.Finding {
		found, err := undelivered.Findings(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := lost(); len(got) != 1 || got[0].Kind != scheduler.MailGivenUp || got[0].Group != "leads" {
		t.Errorf("undelivered: %+v; want it, for the group", got)
	}
	later := scheduler.Notice{ID: "later", To: "ana@acme.example", Group: "leads", UID: "ps1", Sequence: 2, Made: now, State: scheduler.NoticeWaits, Message: []byte("text\r\n")}
	if _, err := s.Commit(t.Context(), scheduler.Batch{Notices: []scheduler.Notice{later}}); err != nil {
		t.Fatal(err)
	}
	if send(t, outbox(s, server, now)); len(lost()) > 0 {
		t.Errorf("undelivered once the series was told of anew: %+v; want none", lost())
	}
}

func TestSendLosesNothingWhenTheConnectionBreaks(t *testing.T) {
	p := &mailtest.PostOffice{Drop: 1}
	s := openStore(t)
	waiting(t, s, "ana@acme.example", "bo@acme.example", "cem@acme.example")
	server := Server{URL: p.Open(t, "smtp", nil)}
	if done := send(t, outbox(s, server, now)); done.Sent != 1 || done.Waiting != 2 || !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.MailServer}) {
		t.Errorf("got %+v, want one sent, two waiting and one finding", done)
	}
	mended := &mailtest.PostOffice{}
	send(t, outbox(s, Server{URL: mended.Open(t, "smtp", nil)}, now.Add(time.Hour)))
	if got, want := slices.Concat(p.Taken, mended.Taken), []string{"ana@acme.example n0", "bo@acme.example n1", "cem@acme.example n2"}; !slices.Equal(got, want) {
		t.Errorf("the servers took %q, want each once: %q", got, want)
	}
}

// One notice is sent by itself if it waits, is due, and nothing waits that its reader must
// hear first of the same series.
func TestSendOne(t *testing.T) {
	p := &mailtest.PostOffice{}
	s := openStore(t)
	waiting(t, s, "ana@acme.example", "bo@acme.example", "ana@acme.example")
	o := outbox(s, Server{URL: p.Open(t, "smtp", nil)}, now)
	one := func(id string, at time.Time) Sent {
		t.Helper()
		o.Now = func() time.Time { return at }
		done, err := o.SendOne(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := one("n2", now); done.Sent != 0 || done.Waiting != 2 {
		t.Errorf("before what comes first: %+v, want none sent", done)
	}
	if done := one("n1", now); done.Sent != 1 {
		t.Errorf("another reader's: %+v, want it sent", done)
	}
	p.Refuse = map[string]*smtp.SMTPError{"": {Code: 451, Message: "ill"}}
	if done := one("n0", now); done.Sent != 0 || !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.MailServer}) {
		t.Errorf("to a server in trouble: %+v, want that named", done)
	}
	p.Refuse = nil
	if done := one("n0", now.Add(time.Minute)); done.Sent != 0 {
		t.Errorf("before it is due again: %+v, want it to wait", done)
	}
	waiting, err := s.Notices(t.Context())
	if due := o.Due(waiting); err != nil || len(waiting) != 2 || len(due) != 0 {
		t.Errorf("due %+v of %d, %v; want nothing of two: the first holds up what follows", due, len(waiting), err)
	}
	for _, id := range []string{"n0", "n2"} {
		if done := one(id, now.Add(time.Hour)); done.Sent != 1 {
			t.Errorf("%s an hour later: %+v, want it sent", id, done)
		}
	}
	for _, id := range []string{"n0", "none"} {
		if done := one(id, now.Add(time.Hour)); done.Sent != 0 || done.Waiting != 0 {
			t.Errorf("%s, which does not wait: %+v, want nothing done", id, done)
		}
	}
	if want := []string{"bo@acme.example n1", "ana@acme.example n0", "ana@acme.example n2"}; !slices.Equal(p.Taken, want) {
		t.Errorf("the server took %q, want %q", p.Taken, want)
	}
}

// What is handed over at once ends at the first message that is not taken.
func TestSendAll(t *testing.T) {
	p := &mailtest.PostOffice{Auth: []string{"PLAIN"}, Token: "right"}
	server := Server{URL: p.Open(t, "smtp", nil), Username: "ops@acme.example", Password: "right"}
	messages := [][]byte{[]byte("Message-Id: <a>\r\n\r\ntext\r\n"), []byte("Message-Id: <b>\r\n\r\ntext\r\n")}
	if err := errors.Join(server.Check(t.Context(), "ops@acme.example"), server.SendAll(t.Context(), "ops@acme.example", "ana@acme.example", messages...)); err != nil || len(p.Taken) != 2 {
		t.Errorf("the server took %q, %v; want both", p.Taken, err)
	}
	p.Refuse = map[string]*smtp.SMTPError{"": {Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"}}
	if err := server.SendAll(t.Context(), "ops@acme.example", "dead@acme.example", messages...); err == nil || len(p.Taken) != 2 {
		t.Errorf("to a dead address: %v, %q taken; want an error", err, p.Taken)
	}
	server.Password = "wrong"
	for what, err := range map[string]error{"Check": server.Check(t.Context(), "ops@acme.example"), "SendAll": server.SendAll(t.Context(), "ops@acme.example", "ana@acme.example", messages...)} {
		if !errors.Is(err, ErrSignIn) || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s with a wrong password: %v, want that the sign-in failed, without it", what, err)
		}
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
		p := &mailtest.PostOffice{Auth: row.offers, Token: "right"}
		s := openStore(t)
		waiting(t, s, "ana@acme.example")
		server := Server{URL: p.Open(t, "smtp", nil)}
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
	server, client := mailtest.Certificate(t)
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
		p := &mailtest.PostOffice{}
		s := openStore(t)
		waiting(t, s, "ana@acme.example")
		at := Server{URL: p.Open(t, row.scheme, row.server)}
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
		p := &mailtest.PostOffice{}
		s := openStore(b)
		var to []calendar.Address
		for i := range 10_000 {
			to = append(to, calendar.Address(fmt.Sprintf("p%d@acme.example", i)))
		}
		waiting(b, s, to...)
		o := outbox(s, Server{URL: p.Open(b, "smtp", nil)}, now)
		done, err := o.Send(b.Context())
		if err != nil || done.Sent != len(to) {
			b.Fatalf("sent %d of %d: %v", done.Sent, len(to), err)
		}
	}
}
