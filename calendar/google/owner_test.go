package google_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// Ana's token writes on no calendar, nor does it make anything look gone, even if
// hers is one that has been handed everything.
func TestAnotherAccount(t *testing.T) {
	for _, role := range []string{"freeBusyReader", "reader", "none"} {
		s := standIn(t)
		booked := put(t, open(t, s), sample)
		s.Account = ana
		s.Share(string(calendartest.Organizer), role)
		b := open(t, s)
		next := booked
		next.Title, next.Sequence = "Another", next.Sequence+1
		for what, do := range map[string]func() error{
			"a new Put": func() error { _, err := b.Put(t.Context(), calendartest.Series(calendartest.UID(1))); return err },
			"Put":       func() error { _, err := b.Put(t.Context(), next); return err },
			"Cancel":    func() error { return b.Cancel(t.Context(), sample.UID, time.Time{}) },
			"Get":       func() error { _, err := b.Get(t.Context(), calendartest.UID(7)); return err },
			"Sync":      func() error { _, err := b.Sync(t.Context(), "", []calendar.UID{sample.UID}); return err },
		} {
			err := do()
			e, ok := errors.AsType[*oauth.Error](err)
			if !ok || errors.Is(err, calendar.ErrNotFound) || !strings.Contains(e.Reason, ana) || !e.Again {
				t.Errorf("%s with a calendar shown as %s: got %v, want who is signed in and what to do", what, role, err)
			}
		}
		if s.Events(string(calendartest.Organizer)) != 1 || s.Events(ana) != 0 {
			t.Errorf("%s: %d events of the organizer, %d of ana, want 1 and 0", role, s.Events(string(calendartest.Organizer)), s.Events(ana))
		}
	}
}

func TestSignInOfAnotherPerson(t *testing.T) {
	s := standIn(t)
	cfg := signedOut(t, s)
	s.Account = ana
	err := google.SignIn(t.Context(), cfg, func(address string) error { browse(t, s, address); return nil })
	if err == nil || !strings.Contains(err.Error(), ana) {
		t.Errorf("got %v, want an error that says who signed in", err)
	}
	wantNoToken(t, cfg)
}

const anotherEvent = `{"kind": "calendar#event", "id": "abcdef0123456789", "iCalUID": "abcdef0123456789@google.com", "status": "confirmed", "etag": "\"1\"", "sequence": 0,
	"organizer": {"email": "eve@acme.example"}, "start": {"dateTime": "2026-03-03T09:00:00Z"}, "end": {"dateTime": "2026-03-03T10:00:00Z"}}`

// oddAnswers are bodies of a 200 that nothing can be concluded from.
var oddAnswers = []string{
	"<html>Please sign in to the network</html>", "{}", `{"status": "ok"}`, "[]", " ", "null", "\xff\xfe",
	`{"error": {"code": 404, "message": "Not Found"}}`, anotherEvent, `{"items": [` + anotherEvent + `]}`,
}

// A network that answers everything with a page of its own has done nothing, and
// hides nothing for good.
func TestOddAnswers(t *testing.T) {
	for _, odd := range oddAnswers {
		for _, drop := range []googletest.Drop{googletest.Never, googletest.After} {
			synctest.Test(t, func(t *testing.T) {
				for _, method := range []string{"events.get", "events.insert", "events.patch", "events.list", "events.instances", "freebusy.query"} {
					s := standIn(t)
					s.Fail(once(method, func() *googletest.Fault { return &googletest.Fault{Odd: odd, Drop: drop} }))
					got := put(t, open(t, s), moved())
					wantBooked(t, s, method+" answered by "+odd, got)
				}
				s := standIn(t)
				b := open(t, s)
				put(t, b, sample)
				s.Fail(once("events.delete", func() *googletest.Fault { return &googletest.Fault{Odd: odd, Drop: drop} }))
				if err := b.Cancel(t.Context(), sample.UID, time.Time{}); err != nil || s.Events(string(calendartest.Organizer)) != 0 {
					t.Errorf("Cancel answered by %q: got %v and %d events, want none", odd, err, s.Events(string(calendartest.Organizer)))
				}
				if n := len(s.Mails(ana)); n != 2 {
					t.Errorf("ana got %d mails, want the invitation and its end", n)
				}
			})
		}
	}
}

// As long as the answers are odd, nothing is known.
func TestOnlyOddAnswers(t *testing.T) {
	for _, odd := range oddAnswers {
		synctest.Test(t, func(t *testing.T) { onlyOddAnswers(t, odd) })
	}
}

func onlyOddAnswers(t *testing.T, odd string) {
	s := standIn(t)
	b := open(t, s)
	put(t, b, sample)
	s.Fail(func(string, int) *googletest.Fault { return &googletest.Fault{Odd: odd} })
	if got := busyOf(t, b, calendartest.Ana, week); got.Readable() {
		t.Errorf("Busy: got %+v, want nothing known", got)
	}
	if c, err := b.Sync(t.Context(), "", []calendar.UID{sample.UID}); err == nil {
		t.Errorf("Sync: got %+v, want an error", c)
	}
	err := b.Cancel(t.Context(), sample.UID, time.Time{})
	hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](err)
	if !ok || !strings.Contains(hinted.Hint(), "proxy") {
		t.Errorf("Cancel: got %v, want an error with a hint at what stands in between", err)
	}
}

// Each cause has its own next step.
func TestDiagnoses(t *testing.T) {
	organizer := string(calendartest.Organizer)
	for name, c := range map[string]struct {
		set           func(*googletest.Server)
		subject       string // of a service account; "" is an OAuth client
		finding, hint string
	}{
		"API not enabled": {set: func(s *googletest.Server) {
			s.Fail(func(string, int) *googletest.Fault {
				return &googletest.Fault{Status: 403, Reason: "accessNotConfigured"}
			})
		}, finding: "organizer's calendar", hint: "enable it"},
		"clock":           {set: func(s *googletest.Server) { s.Auth.Clock = -2 * time.Hour }, subject: organizer, finding: "sign-in", hint: "set the clock"},
		"slow clock":      {set: func(s *googletest.Server) { s.Auth.Clock = 2 * time.Hour }, subject: organizer, finding: "sign-in", hint: "set the clock"},
		"unknown subject": {set: func(*googletest.Server) {}, subject: "nobody@acme.example", finding: "sign-in", hint: "subject"},
		"another subject": {set: func(*googletest.Server) {}, subject: ana, finding: "organizer's calendar", hint: "subject"},
		"no delegation":   {set: func(s *googletest.Server) { s.Auth.Undelegate = true }, subject: organizer, finding: "sign-in", hint: "domain-wide delegation"},
		"missing scope":   {set: func(s *googletest.Server) { s.Auth.Grant = []string{google.ScopeFreeBusy} }, finding: "permissions", hint: "boxes"},
		"other scope":     {set: func(s *googletest.Server) { s.Auth.Grant = []string{google.ScopeEvents} }, finding: "permissions", hint: "boxes"},
		"revoked":         {set: func(s *googletest.Server) { s.Revoke() }, finding: "sign-in", hint: "sign in again"},
		"somebody else":   {set: func(s *googletest.Server) { s.Auth.Grant = nil; s.Account = ana }, finding: "organizer's calendar", hint: "sign in as the organizer"},
	} {
		t.Run(name, func(t *testing.T) {
			s := standIn(t)
			c.set(s)
			cfg := config(t, s)
			if c.subject != "" {
				s.WriteServiceAccount(cfg.Credentials)
				cfg.Token, cfg.Subject = "", c.subject
			}
			bad := findings(start(t, cfg).Check(t.Context()))
			e, ok := errors.AsType[*oauth.Error](bad[c.finding].Err)
			if !ok || !strings.Contains(e.Hint(), c.hint) || len(bad) != 1 {
				t.Errorf("got %v, want one finding on %q that says %q", bad, c.finding, c.hint)
			}
			if text := bad[c.finding].Err.Error(); strings.Contains(text, "SECRET") {
				t.Errorf("what Google says came through: %s", text)
			}
		})
	}
}

// A run that keeps to its own limit is not refused, and one that does not is let
// in again.
func TestQuotaAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, pace := range []int{120, 1e6} {
			s := standIn(t)
			s.PerMinute = 120
			cfg := config(t, s)
			cfg.CallsPerMinute = pace
			b := start(t, cfg)
			for i := range 300 {
				put(t, b, calendartest.Series(calendartest.UID(i)))
			}
			made := 0
			for _, n := range b.Calls() {
				made += n
			}
			if pace == 120 && made != 301 {
				t.Errorf("at Google's pace %d calls were made, want one for each series, and a look", made)
			}
		}
	})
}
