package google_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// signedOut returns a config of someone who has not signed in yet.
func signedOut(t *testing.T, s *googletest.Server) google.Config {
	t.Helper()
	cfg := config(t, s)
	if err := os.Remove(cfg.Token); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// browse plays a browser that is shown the address and sent back by the stand-in.
func browse(t *testing.T, s *googletest.Server, address string) {
	t.Helper()
	client := s.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	back, err := resp.Location()
	if err != nil {
		t.Fatal(err)
	}
	if resp, err = http.Get(back.String()); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("sent back to peerslot: got %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}

func TestSignIn(t *testing.T) {
	s := standIn(t)
	cfg := signedOut(t, s)
	if err := busyNow(t, start(t, cfg)); !errors.Is(err, calendar.ErrSignIn) || len(s.Calls()) != 0 {
		t.Fatalf("before the sign-in: got %v after %v, want ErrSignIn without a call", err, s.Calls())
	}
	err := google.SignIn(t.Context(), cfg, func(address string) error { browse(t, s, address); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(cfg.Token); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("token file: got %v, %v, want mode 0600", info, err)
	}
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil {
		t.Error(err)
	}
	if got := s.Requests(); len(got) != 1 {
		t.Errorf("got token requests %v, want the new token used", got)
	}
}

func TestSignInRefused(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*googletest.Server)
		want string
	}{
		"denied":   {func(s *googletest.Server) { s.Auth.Deny = true }, "denied"},
		"unticked": {func(s *googletest.Server) { s.Auth.Grant = []string{google.ScopeEvents} }, "calendar.events.freebusy"},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			cfg := signedOut(t, s)
			c.set(s)
			err := google.SignIn(t.Context(), cfg, func(address string) error { browse(t, s, address); return nil })
			signIn, ok := errors.AsType[*oauth.Error](err)
			if !ok || !strings.Contains(err.Error(), c.want) || !signIn.Again || signIn.Service != "google" {
				t.Errorf("got %v, want a oauth.Error that says %q", err, c.want)
			}
			wantNoToken(t, cfg)
		})
	}
}

func wantNoToken(t *testing.T, cfg google.Config) {
	t.Helper()
	if _, err := os.Stat(cfg.Token); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("token file: got %v, want none", err)
	}
}

// Another program on this machine may visit the port; only who brings the state
// was sent by us.
func TestSignInIgnoresStrangers(t *testing.T) {
	s := standIn(t)
	cfg := signedOut(t, s)
	err := google.SignIn(t.Context(), cfg, func(address string) error {
		_, after, _ := strings.Cut(address, "127.0.0.1%3A")
		port, _, _ := strings.Cut(after, "%2F")
		for _, path := range []string{"/?code=theirs&state=guessed", "/?error=access_denied", "/favicon.ico"} {
			resp, err := http.Get("http://127.0.0.1:" + port + path)
			if err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s: got %v, %v, want 404", path, resp, err)
			}
			_ = resp.Body.Close()
		}
		browse(t, s, address)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSignInEndsWithContext(t *testing.T) {
	s := standIn(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := google.SignIn(ctx, signedOut(t, s), func(string) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestCredentials(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"no JSON":         {"secret-text", "JSON"},
		"something else":  {`{"type": "authorized_user", "client_id": "x"}`, "OAuth client"},
		"no client":       {`{"installed": {"client_secret": "secret-text"}}`, "client_id"},
		"open to all":     {`{"installed": {"client_id": "x", "client_secret": "secret-text", "token_uri": "http://tokens.example/"}}`, "token_uri"},
		"no key":          {`{"type": "service_account", "client_email": "a@b.example"}`, "private_key"},
		"not a key":       {`{"type": "service_account", "client_email": "a@b.example", "private_key": "secret-text"}`, "private_key"},
		"address is none": {`{"installed": {"client_id": "x", "auth_uri": "secret-text"}}`, "auth_uri"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(t, standIn(t))
			if err := os.WriteFile(cfg.Credentials, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := google.Open(cfg)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret-text") {
				t.Errorf("got %v, want an error that names %s and quotes nothing", err, c.want)
			}
		})
	}
	cfg := config(t, standIn(t))
	cfg.Endpoint = "http://calendar.example/"
	if _, err := google.Open(cfg); err == nil {
		t.Error("an endpoint elsewhere without encryption: got no error")
	}
}

func serviceAccount(t *testing.T, s *googletest.Server, subject string) *google.Backend {
	t.Helper()
	cfg := config(t, s)
	s.WriteServiceAccount(cfg.Credentials)
	cfg.Token, cfg.Subject = "", subject
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestServiceAccount(t *testing.T) {
	s := standIn(t)
	b := serviceAccount(t, s, string(calendartest.Organizer))
	if !b.Capabilities().SendsInvites {
		t.Error("a service account that acts for the organizer: sends no invites")
	}
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil {
		t.Error(err)
	}
	if got := s.Events(string(calendartest.Organizer)); got != 1 {
		t.Errorf("got %d events on the organizer's calendar, want 1", got)
	}
	for _, f := range b.Check(t.Context()) {
		if f.Err != nil {
			t.Errorf("check of %s: %v", f.What, f.Err)
		}
	}
}

// Whoever cannot invite says so before anything is on a calendar.
func TestServiceAccountAlone(t *testing.T) {
	s := standIn(t)
	b := serviceAccount(t, s, "")
	if b.Capabilities().SendsInvites {
		t.Error("a service account that acts for nobody: sends invites")
	}
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err == nil || len(s.Calls()) != 0 {
		t.Errorf("Put: got %v after %v, want an error without a call", err, s.Calls())
	}
	bad := findings(b.Check(t.Context()))
	if e, ok := errors.AsType[*oauth.Error](bad["invitations"].Err); !ok || !strings.Contains(e.Hint(), "subject") {
		t.Errorf("check: got %+v, want a hint to set subject", bad)
	}
}

func TestServiceAccountWithoutDelegation(t *testing.T) {
	s := standIn(t)
	s.Auth.Undelegate = true
	b := serviceAccount(t, s, string(calendartest.Organizer))
	_, err := b.Get(t.Context(), calendartest.UID(0))
	signIn, ok := errors.AsType[*oauth.Error](err)
	if !ok || !strings.Contains(signIn.Hint(), "domain-wide delegation") {
		t.Errorf("got %v, want a hint at domain-wide delegation", err)
	}
	if got := len(s.Requests()); got != 1 {
		t.Errorf("asked %d times for a token, want once", got)
	}
}

// findings returns those that are not as they should be.
func findings(all []calendar.Finding) map[string]calendar.Finding {
	out := map[string]calendar.Finding{}
	for _, f := range all {
		if f.Err != nil {
			out[f.What] = f
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*googletest.Server)
		want string // the only finding
	}{
		"all is well":    {func(*googletest.Server) {}, ""},
		"revoked":        {func(s *googletest.Server) { s.Revoke() }, "sign-in"},
		"another person": {func(s *googletest.Server) { s.Account = string(calendartest.Ana) }, "organizer's calendar"},
		"no free/busy":   {func(s *googletest.Server) { s.Break(string(calendartest.Organizer), "internalError") }, "free/busy times"},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			c.set(s)
			got := findings(open(t, s).Check(t.Context()))
			if _, ok := got[c.want]; ok != (c.want != "") || len(got) > 1 {
				t.Errorf("got %v, want a finding on %q", got, c.want)
			}
			for method := range s.Calls() {
				if method != "events.list" && method != "freebusy.query" {
					t.Errorf("check called %s", method)
				}
			}
		})
	}
	s := standIn(t)
	s.Auth.Grant = []string{google.ScopeFreeBusy}
	if got := findings(open(t, s).Check(t.Context())); got["permissions"].Err == nil {
		t.Errorf("without a permission: got %v", got)
	}
}
