package google_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/google"
	"github.com/peerslot/peerslot/calendar/google/googletest"
)

// standIn returns a stand-in with the people of the samples.
func standIn(t testing.TB) *googletest.Server {
	t.Helper()
	var people []string
	for _, a := range calendartest.People() {
		if a != calendartest.Organizer {
			people = append(people, string(a))
		}
	}
	return googletest.New(t, string(calendartest.Organizer), people...)
}

// config returns the config of someone who has signed in to the stand-in.
func config(t testing.TB, s *googletest.Server) google.Config {
	t.Helper()
	dir := t.TempDir()
	cfg := google.Config{
		Credentials: filepath.Join(dir, "credentials.json"), Token: filepath.Join(dir, "token.json"),
		Organizer: calendartest.Organizer, Endpoint: s.URL, HTTPClient: s.Client(), CallsPerMinute: 1e6,
	}
	s.WriteClient(cfg.Credentials)
	s.WriteToken(cfg.Token)
	return cfg
}

func open(t testing.TB, s *googletest.Server) *google.Backend {
	t.Helper()
	b, err := google.Open(config(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func harness(t *testing.T, s *googletest.Server, b calendar.Backend) calendartest.Harness {
	return calendartest.Harness{
		Backend: b,
		Meet: func(a calendar.Address, iv availability.Interval) {
			s.Meet(string(a), googletest.Meeting{Start: iv.Start, End: iv.End})
		},
		Reply: func(uid calendar.UID, a calendar.Address, original time.Time, r calendar.RSVP) {
			s.Reply(string(uid), string(a), original, string(r))
		},
		ByHand: func(uid calendar.UID, o calendar.Override) {
			if o.Cancelled {
				s.CancelOne(string(uid), o.Original)
			} else {
				s.Move(string(uid), o.Original, o.Moved.Start, o.Moved.End)
			}
		},
		Break: func(a calendar.Address) { s.Break(string(a), "internalError") },
		Told:  func(a calendar.Address) int { return len(s.Mails(string(a))) },
	}
}

// The contract holds whichever way Google does what it does not say.
func TestBackend(t *testing.T) {
	for name, set := range map[string]func(*googletest.Server){
		"plain":          func(*googletest.Server) {},
		"propagating":    func(s *googletest.Server) { s.Propagate = true },
		"keeping":        func(s *googletest.Server) { s.KeepOrphans = true; s.ForgetDeleted = true },
		"listing":        func(s *googletest.Server) { s.ListOrganizer = true },
		"in small pages": func(s *googletest.Server) { s.Page = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness {
				s := standIn(t)
				set(s)
				return harness(t, s, open(t, s))
			})
		})
	}
}
