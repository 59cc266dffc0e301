package google_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"testing/synctest"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/calendar/oauth"
)

func savedToken(t *testing.T, path string) (token struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &token)
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func start(t *testing.T, cfg google.Config) *google.Backend {
	t.Helper()
	b, err := google.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func busyNow(t *testing.T, b *google.Backend) error {
	t.Helper()
	_, err := b.Busy(t.Context(), calendartest.People(), calendartest.Window())
	return err
}

func TestTokenIsKeptWhenRenewed(t *testing.T) {
	for _, rotate := range []bool{false, true} {
		s := standIn(t)
		s.Auth.Rotate = rotate
		cfg := config(t, s)
		before := savedToken(t, cfg.Token)
		if err := busyNow(t, start(t, cfg)); err != nil {
			t.Fatal(err)
		}
		after := savedToken(t, cfg.Token)
		if after.AccessToken == before.AccessToken || after.RefreshToken == "" || (after.RefreshToken != before.RefreshToken) != rotate {
			t.Errorf("rotate %v: got %+v after %+v", rotate, after, before)
		}
		if info, err := os.Stat(cfg.Token); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("token file: got %v, %v, want mode 0600", info, err)
		}
		if err := busyNow(t, start(t, cfg)); err != nil || len(s.Requests()) != 1 {
			t.Errorf("the next run: got %v, %v, want the token that was kept", err, s.Requests())
		}
	}
}

func TestRevokedIsFinal(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	s.Revoke()
	err := busyNow(t, b)
	signIn, ok := errors.AsType[*oauth.Error](err)
	if !ok || !errors.Is(err, calendar.ErrSignIn) || !signIn.Again || signIn.Service != "google" {
		t.Errorf("got %v, want ErrSignIn and what to do", err)
	}
	if got := s.Requests(); len(got) != 1 {
		t.Errorf("asked for a token %d times, want once", len(got))
	}
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); !errors.Is(err, calendar.ErrSignIn) {
		t.Errorf("Put: got %v, want ErrSignIn", err)
	}
}

// A token at hand may be good though the sign-in was taken back.
func TestCheckAsksForAnotherToken(t *testing.T) {
	s := standIn(t)
	cfg := config(t, s)
	for range 2 {
		if got := findings(start(t, cfg).Check(t.Context())); len(got) > 0 {
			t.Errorf("signed in: got %v", got)
		}
	}
	if got := s.Requests(); len(got) != 2 {
		t.Errorf("asked for a token %d times, want once each", len(got))
	}
	s.Revoke()
	if got := findings(start(t, cfg).Check(t.Context())); len(got) != 1 || got["sign-in"].Err == nil {
		t.Errorf("taken back: got %v, want a finding on sign-in alone", got)
	}
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	s := standIn(t)
	b := open(t, s)
	if err := busyNow(t, b); err != nil {
		t.Fatal(err)
	}
	s.Expire()
	if _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil {
		t.Errorf("Put with a token that Google has dropped: %v", err)
	}
	if got := s.Requests(); len(got) != 2 {
		t.Errorf("asked for a token %d times, want twice", len(got))
	}
	s.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Status: 401, Reason: "authError"} })
	if err := busyNow(t, b); !errors.Is(err, calendar.ErrSignIn) {
		t.Errorf("got %v, want ErrSignIn", err)
	}
	if got := s.Requests(); len(got) > 4 { // once for each window
		t.Errorf("asked for a token %d times more", len(got)-2)
	}
}

func TestTokenEndpointFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := standIn(t)
		s.Auth.Fail = func(_ string, n int) int { return map[int]int{1: 503, 2: 500}[n] }
		if err := busyNow(t, open(t, s)); err != nil {
			t.Errorf("got %v, want it to be tried again", err)
		}
	})
}

// A run that goes on while somebody signs in anew must not bring the old sign-in
// back.
func TestNewSignInIsNotOverwritten(t *testing.T) {
	s := standIn(t)
	cfg := config(t, s)
	b := start(t, cfg)
	if err := busyNow(t, b); err != nil {
		t.Fatal(err)
	}
	s.Revoke()
	err := google.SignIn(t.Context(), cfg, func(address string) error { browse(t, s, address); return nil })
	if err != nil {
		t.Fatal(err)
	}
	want := savedToken(t, cfg.Token)
	if err := busyNow(t, b); err != nil {
		t.Errorf("got %v, want the new sign-in to be used", err)
	}
	if got := savedToken(t, cfg.Token); got.RefreshToken != want.RefreshToken {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
