package graph_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// browse plays a browser that is shown the address and sent back by the stand-in.
func browse(t *testing.T, s *graphtest.Server) func(address string) error {
	return func(address string) error {
		client := s.Client()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		resp, err := client.Get(address)
		if err != nil {
			return err
		}
		back, err := resp.Location()
		if err != nil {
			return err
		}
		if resp, err = http.Get(back.String()); err != nil {
			return err
		}
		return resp.Body.Close()
	}
}

func TestSignIn(t *testing.T) {
	s := standIn(t)
	cfg := delegated(t, s)
	if err := os.Remove(cfg.Token); err != nil {
		t.Fatal(err)
	}
	if _, err := graph.Open(cfg); !errors.Is(err, calendar.ErrSignIn) {
		t.Fatalf("Open before the sign-in: got %v, want ErrSignIn", err)
	}
	if err := graph.SignIn(t.Context(), cfg, browse(t, s)); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(cfg.Token); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("token file: got %v, %v, want mode 0600", info, err)
	}
	put(t, start(t, cfg), sample)
	if got := s.Requests(); len(got) != 1 {
		t.Errorf("got token requests %v, want the new token used", got)
	}
	s.DropTokens()
	put(t, start(t, cfg), sample)
	if got := s.Requests(); len(got) != 2 || got[1] != "refresh_token" {
		t.Errorf("got token requests %v, want one renewal", got)
	}
	s.Revoke()
	if _, err := start(t, cfg).Put(t.Context(), sample); !errors.Is(err, calendar.ErrSignIn) {
		t.Errorf("revoked: got %v, want ErrSignIn", err)
	}
}

func TestSignInElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		cfg := delegated(t, s)
		s.Auth.Pending = 3
		s.Auth.Fail = func(_ string, n int) int { return map[int]int{2: 503}[n] }
		err := graph.SignInElsewhere(t.Context(), cfg, func(code, address string) error {
			if code != "ABCD-EFGH" || !strings.HasSuffix(address, "/device") {
				t.Errorf("shown %s, %s", code, address)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		put(t, start(t, cfg), sample)
		s.Auth.Pending = 1 << 20
		err = graph.SignInElsewhere(t.Context(), cfg, func(string, string) error { return nil })
		if e, ok := errors.AsType[*oauth.Error](err); !ok || !strings.Contains(e.Reason, "in time") {
			t.Errorf("a code that nobody enters: got %v", err)
		}
	})
}

// Whoever cannot book keeps no token, and is told why in plain words.
func TestSignInRefused(t *testing.T) {
	for name, c := range map[string]struct {
		set   func(*graphtest.Server)
		want  string
		again bool
	}{
		"denied":          {func(s *graphtest.Server) { s.Auth.Error = "access_denied" }, "AADSTS65004", true},
		"unticked":        {func(s *graphtest.Server) { s.Auth.Grant = "https://graph.microsoft.com/User.Read" }, "Calendars.ReadWrite", true},
		"another account": {func(s *graphtest.Server) { s.Auth.Account = ana }, string(calendartest.Organizer), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			cfg := delegated(t, s)
			if err := os.Remove(cfg.Token); err != nil {
				t.Fatal(err)
			}
			c.set(s)
			err := graph.SignIn(t.Context(), cfg, browse(t, s))
			e, ok := errors.AsType[*oauth.Error](err)
			if !ok || !strings.Contains(err.Error(), c.want) || e.Again != c.again || strings.Contains(err.Error()+e.Hint(), "SECRET") {
				t.Errorf("got %v, want an oauth.Error that says %q", err, c.want)
			}
			if _, err := os.Stat(cfg.Token); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("token file: got %v, want none", err)
			}
		})
	}
}

// findings returns those that are not as they should be.
func findings(all []calendar.Finding) map[string]error {
	out := map[string]error{}
	for _, f := range all {
		if f.Err != nil {
			out[f.What] = f.Err
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*graphtest.Server)
		as   func(testing.TB, *graphtest.Server) graph.Config
		want []string
	}{
		"an application": {func(*graphtest.Server) {}, func(_ testing.TB, s *graphtest.Server) graph.Config { return config(s) }, nil},
		"a person":       {func(*graphtest.Server) {}, delegated, nil},
		"revoked":        {func(s *graphtest.Server) { s.Revoke() }, delegated, []string{"sign-in"}},
		"another person": {func(s *graphtest.Server) { s.Auth.Account = ana }, delegated, []string{"organizer's mailbox", "series", "free/busy times"}},
		"no free/busy":   {func(s *graphtest.Server) { s.Break(string(calendartest.Organizer), "5016") }, delegated, []string{"free/busy times"}},
		"not in its scope": {func(s *graphtest.Server) { s.HideMailbox = true }, func(_ testing.TB, s *graphtest.Server) graph.Config { return config(s) },
			[]string{"organizer's mailbox", "series", "free/busy times"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			c.set(s)
			got := findings(start(t, c.as(t, s)).Check(t.Context()))
			for _, what := range c.want {
				if got[what] == nil {
					t.Errorf("got %v, want a finding on %s", got, what)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if s.Events() != 0 {
				t.Error("check has booked something")
			}
		})
	}
}

// A token at hand may be good though the sign-in was taken back.
func TestCheckAsksForAnotherToken(t *testing.T) {
	s := standIn(t)
	cfg := delegated(t, s)
	for range 2 {
		if got := findings(start(t, cfg).Check(t.Context())); len(got) > 0 {
			t.Errorf("signed in: got %v", got)
		}
	}
	if got := s.Requests(); len(got) != 2 {
		t.Errorf("asked for a token %d times, want once each", len(got))
	}
	s.Revoke()
	if got := findings(start(t, cfg).Check(t.Context())); len(got) != 1 || got["sign-in"] == nil {
		t.Errorf("taken back: got %v, want a finding on sign-in alone", got)
	}
}

func TestBadConfigs(t *testing.T) {
	s := standIn(t)
	for name, spoil := range map[string]func(*graph.Config){
		"no tenant":           func(c *graph.Config) { c.Tenant = "" },
		"many tenants":        func(c *graph.Config) { c.Tenant = "common" },
		"no client":           func(c *graph.Config) { c.ClientID = "" },
		"nobody":              func(c *graph.Config) { c.Organizer = "" },
		"open to all":         func(c *graph.Config) { c.Endpoint = "http://graph.example/v1.0" },
		"sign-in open to all": func(c *graph.Config) { c.Login = "http://login.example" },
		"nothing to sign in":  func(c *graph.Config) { c.Secret = "" },
		"no certificate":      func(c *graph.Config) { c.Secret, c.Certificate = "", "missing.pem" },
	} {
		cfg := config(s)
		spoil(&cfg)
		if _, err := graph.Open(cfg); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
