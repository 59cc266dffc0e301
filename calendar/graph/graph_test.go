package graph_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/calendar/graph/graphtest"
)

// standIn returns a stand-in with the people of the samples.
func standIn(t testing.TB) *graphtest.Server {
	t.Helper()
	var people []string
	for _, a := range calendartest.People() {
		if a != calendartest.Organizer {
			people = append(people, string(a))
		}
	}
	return graphtest.New(t, string(calendartest.Organizer), people...)
}

// now is when the tests run: before the first session of the samples.
func now() time.Time { return time.Date(2026, 2, 26, 9, 0, 0, 0, time.UTC) }

// config returns the config of an application.
func config(s *graphtest.Server) graph.Config {
	return graph.Config{
		Tenant: graphtest.Tenant, ClientID: graphtest.ClientID, Secret: graphtest.Secret, Organizer: calendartest.Organizer,
		Endpoint: s.Endpoint(), Login: s.Login(), HTTPClient: s.Client(), Now: now, CallsPerMinute: 1e6,
	}
}

// delegated returns the config of an organizer who has signed in.
func delegated(t testing.TB, s *graphtest.Server) graph.Config {
	t.Helper()
	cfg := config(s)
	cfg.Secret, cfg.Token = "", filepath.Join(t.TempDir(), "token.json")
	s.WriteToken(cfg.Token)
	return cfg
}

func start(t testing.TB, cfg graph.Config) *graph.Backend {
	t.Helper()
	b, err := graph.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, s *graphtest.Server) *graph.Backend {
	t.Helper()
	return start(t, config(s))
}

func harness(s *graphtest.Server, b calendar.Backend) calendartest.Harness {
	return calendartest.Harness{
		Backend: b,
		Meet: func(a calendar.Address, iv availability.Interval) {
			s.Meet(string(a), graphtest.Meeting{Start: iv.Start, End: iv.End})
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
		Break: func(a calendar.Address) { s.Break(string(a), "5016") },
		Told:  func(a calendar.Address) int { return len(s.Mails(string(a))) },
	}
}

// The contract holds whichever way Exchange does what it does not say.
func TestBackend(t *testing.T) {
	for name, set := range map[string]func(*graphtest.Server){
		"plain":          func(*graphtest.Server) {},
		"forgetful":      func(s *graphtest.Server) { s.ForgetDeleted = true },
		"conflicting":    func(s *graphtest.Server) { s.RepeatConflicts = true; s.Touch = true },
		"propagating":    func(s *graphtest.Server) { s.Propagate = true },
		"rewriting":      func(s *graphtest.Server) { s.Rewrite = true; s.Unclipped = true },
		"bare lists":     func(s *graphtest.Server) { s.BareLists = true },
		"in small pages": func(s *graphtest.Server) { s.Page = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness {
				s := standIn(t)
				set(s)
				return harness(s, open(t, s))
			})
		})
	}
}
