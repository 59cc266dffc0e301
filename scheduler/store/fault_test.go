package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
	"github.com/peerslot/peerslot/scheduler/store"
)

var morning = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)

// full returns a batch that writes to every part of a store but the accounts.
func full() scheduler.Batch {
	b, r := schedulertest.Batch(), schedulertest.Round("circles", 1)
	b.Round = &r
	b.Mark = &scheduler.Mark{Organizer: "ops@acme.example"}
	b.Unattended = &scheduler.Unattended{Repaired: morning, Dead: []scheduler.FailedJob{{Kind: "night", At: morning}}}
	b.Night = &scheduler.Night{At: morning, What: scheduler.RepairNight, Checked: 1, Findings: []scheduler.Finding{{Kind: scheduler.SplitOff, Group: "a"}}}
	b.Notices[0].Message = []byte("Dear Ana")
	return b
}

// fill puts something into every table.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	b := full()
	_, err := s.Commit(t.Context(), b)
	session := account.SignInSession{Hash: "session", Person: "ana@acme.example", Began: morning, Used: morning}
	_, bound := s.Bind(t.Context(), "https://login.acme.example", "17", "ana@acme.example")
	err = errors.Join(err, bound,
		s.Answer(t.Context(), b.Bookings[0].Series.UID, "key", "token", nil),
		s.SaveFeed(t.Context(), account.Feed{ID: "0000000000000001", Person: "ana@acme.example", Serial: 1, Made: morning}),
		s.Begin(t.Context(), session),
		s.AddLink(t.Context(), account.SignInLink{Hash: "link", Person: "ana@acme.example", Made: morning, Expires: morning.Add(time.Hour)}))
	if err != nil {
		t.Fatal(err)
	}
}

// one is a call that returns a value beside its error.
func one[T any](_ T, err error) error { return err }

// calls are all that a store does. dir holds a backup, and has room for another.
var calls = map[string]func(ctx context.Context, s *store.Store, dir string) error{
	"Answer": func(ctx context.Context, s *store.Store, _ string) error {
		return s.Answer(ctx, schedulertest.Booking("a", 1).Series.UID, "key", "another", []string{"token"})
	},
	"Answers": func(ctx context.Context, s *store.Store, _ string) error {
		_, _, err := s.Answers(ctx, schedulertest.Booking("a", 1).Series.UID)
		return err
	},
	"AddLink": func(ctx context.Context, s *store.Store, _ string) error {
		return s.AddLink(ctx, account.SignInLink{Hash: "another", Person: "ana@acme.example", Made: morning, Expires: morning.Add(time.Hour)})
	},
	"Attended": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Attended(ctx)) },
	"Backup": func(ctx context.Context, s *store.Store, dir string) error {
		return s.Backup(ctx, filepath.Join(dir, "another.db"))
	},
	"Begin": func(ctx context.Context, s *store.Store, _ string) error {
		return s.Begin(ctx, account.SignInSession{Hash: "another", Person: "ana@acme.example", Began: morning, Used: morning})
	},
	"Begun": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Begun(ctx, 1)) },
	"Bind": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.Bind(ctx, "https://login.acme.example", "18", "bo@acme.example"))
	},
	"BookingRefs": func(ctx context.Context, s *store.Store, _ string) error { return one(s.BookingRefs(ctx)) },
	"Bookings":    func(ctx context.Context, s *store.Store, _ string) error { return one(s.Bookings(ctx)) },
	"BookingsOf":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.BookingsOf(ctx, "a")) },
	"Bound": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.Bound(ctx, "https://login.acme.example", "17"))
	},
	"Commit": func(ctx context.Context, s *store.Store, _ string) error {
		b, r := full(), schedulertest.Round("circles", 2)
		b.Bookings[0].Version, b.Bookings[0].State, b.Bookings[0].Reviewed, b.Round = 1, scheduler.Booked, true, &r
		b.Settings[0].Version, b.Mended = 1, &b.Unattended.Dead[0]
		return one(s.Commit(ctx, b))
	},
	"Draft": func(ctx context.Context, s *store.Store, _ string) error {
		d, err := s.Draft(ctx)
		if err == nil {
			err = d.Close()
		}
		return err
	},
	"DropFeed": func(ctx context.Context, s *store.Store, _ string) error {
		return s.DropFeed(ctx, "ana@acme.example", "")
	},
	"End":    func(ctx context.Context, s *store.Store, _ string) error { return s.End(ctx, "session") },
	"EndAll": func(ctx context.Context, s *store.Store, _ string) error { return s.EndAll(ctx, "ana@acme.example") },
	"Ended":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Ended(ctx, morning)) },
	"EndedGroups": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.EndedGroups(ctx, morning))
	},
	"Failed": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Failed(ctx, "night", "")) },
	"Feed":   func(ctx context.Context, s *store.Store, _ string) error { return one(s.Feed(ctx, "0000000000000001")) },
	"FeedsOf": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.FeedsOf(ctx, "ana@acme.example"))
	},
	"GroupOf": func(ctx context.Context, s *store.Store, _ string) error { return one(s.GroupOf(ctx, "u")) },
	"History": func(ctx context.Context, s *store.Store, _ string) error { return one(s.History(ctx, "", morning)) },
	"Link":    func(ctx context.Context, s *store.Store, _ string) error { return one(s.Link(ctx, "link", morning)) },
	"Links": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.Links(ctx, "ana@acme.example", morning))
	},
	"Mailbox": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Mailbox(ctx)) },
	"Mark":    func(ctx context.Context, s *store.Store, _ string) error { return one(s.Mark(ctx)) },
	"Message": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Message(ctx, "n")) },
	"Nights":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Nights(ctx)) },
	"NoticeOf": func(ctx context.Context, s *store.Store, _ string) error {
		_, _, err := s.NoticeOf(ctx, "n")
		return err
	},
	"Notices": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Notices(ctx)) },
	"Unsent":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Unsent(ctx)) },
	"Waiting": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Waiting(ctx, "", 1)) },
	"Replies": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.Replies(ctx, schedulertest.Booking("a", 1).Series.UID))
	},
	"Restore": func(ctx context.Context, s *store.Store, dir string) error {
		return s.Restore(ctx, filepath.Join(dir, "backup.db"))
	},
	"Revision":   func(ctx context.Context, s *store.Store, _ string) error { return one(s.Revision(ctx)) },
	"LastRounds": func(ctx context.Context, s *store.Store, _ string) error { return one(s.LastRounds(ctx)) },
	"Rounds":     func(ctx context.Context, s *store.Store, _ string) error { return one(s.Rounds(ctx, "")) },
	"SaveFeed": func(ctx context.Context, s *store.Store, _ string) error {
		return s.SaveFeed(ctx, account.Feed{ID: "0000000000000002", Person: "ana@acme.example", Serial: 2, Made: morning})
	},
	"Seen":      func(ctx context.Context, s *store.Store, _ string) error { return one(s.Seen(ctx)) },
	"SeenToken": func(ctx context.Context, s *store.Store, _ string) error { return one(s.SeenToken(ctx)) },
	"Session":   func(ctx context.Context, s *store.Store, _ string) error { return one(s.Session(ctx, "session")) },
	"Settings":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Settings(ctx)) },
	"SpendLink": func(ctx context.Context, s *store.Store, _ string) error {
		return s.SpendLink(ctx, "link", morning, account.SignInSession{Hash: "another", Person: "ana@acme.example", Began: morning, Used: morning})
	},
	"Told": func(ctx context.Context, s *store.Store, _ string) error {
		return one(s.Told(ctx, schedulertest.Booking("a", 1).Series.UID))
	},
	"Touch": func(ctx context.Context, s *store.Store, _ string) error {
		return s.Touch(ctx, "session", morning.Add(time.Hour))
	},
	"Unattended":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Unattended(ctx)) },
	"Undelivered": func(ctx context.Context, s *store.Store, _ string) error { return one(s.Undelivered(ctx)) },
	"Unreadable":  func(ctx context.Context, s *store.Store, _ string) error { return one(s.Unreadable(ctx)) },
}

// Whatever breaks off, a call says so and leaves the store byte for byte as it was: what
// it reads is whole, and what it writes is written whole or not at all.
func TestWhateverBreaksOff(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "peerslot.db"), filepath.Join(dir, "backup.db")
	s := open(t, path)
	fill(t, s)
	if err := errors.Join(s.Backup(t.Context(), backup), s.Close()); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := t.TempDir()
			if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(own, "peerslot.db")
			spot := &store.Spot{}
			s := store.OpenSpotty(t, path, spot)
			before := files(t, own)["peerslot.db"]
			for n := 0; ; n++ {
				*spot = store.Spot{Left: n}
				err := call(t.Context(), s, own)
				if !spot.Failed {
					if err != nil || n == 0 {
						t.Errorf("undisturbed, after %d: %v", n, err)
					}
					return
				}
				if !errors.Is(err, store.ErrSpot) {
					t.Errorf("call %d of the database breaks off: %v; want that it says so", n, err)
				}
				if files(t, own)["peerslot.db"] != before {
					t.Fatalf("call %d of the database breaks off, and the store is changed", n)
				}
			}
		})
	}
}

// A record that was spoilt stops only itself: it is named by what stands beside it, and can
// be replaced; what is found anew by itself is left out.
func TestSpoiltRecords(t *testing.T) {
	for spoil, read := range map[string]func(context.Context, *store.Store) (any, error){
		`UPDATE own_setting SET record = '{'`: func(ctx context.Context, s *store.Store) (any, error) {
			all, err := s.Settings(ctx)
			if len(all) != 1 || all[0].Person != "ana@acme.example" || all[0].Version != 1 || all[0].Fault == nil {
				return all, err
			}
			return nil, one(s.Commit(ctx, scheduler.Batch{Settings: all}))
		},
		`UPDATE notice SET record = '{'`: func(ctx context.Context, s *store.Store) (any, error) {
			all, err := s.Notices(ctx)
			if len(all) != 1 || all[0].ID != "n" || all[0].To != "" || all[0].State != scheduler.NoticeWaits || all[0].Fault == "" {
				return all, err
			}
			return nil, err
		},
		`UPDATE setting SET value = '{' WHERE name LIKE 'unattended dead%'`: func(ctx context.Context, s *store.Store) (any, error) {
			u, err := s.Unattended(ctx)
			if len(u.Dead) != 1 || u.Dead[0].Kind != "night" || u.Dead[0].Why == "" || !u.Repaired.Equal(morning) {
				return u, err
			}
			return nil, err
		},
		`UPDATE setting SET value = 'soon' WHERE name = 'unattended repaired'`: func(ctx context.Context, s *store.Store) (any, error) {
			u, err := s.Unattended(ctx)
			if len(u.Dead) != 1 || !u.Repaired.IsZero() || len(u.Faults) != 1 || !strings.Contains(u.Faults[0].Error(), "unattended repaired") {
				return u, err
			}
			anew := scheduler.Unattended{Repaired: morning}
			written := one(s.Commit(ctx, scheduler.Batch{Unattended: &anew}))
			if u, err = s.Unattended(ctx); len(u.Faults) > 0 || !u.Repaired.Equal(morning) {
				return u, err
			}
			return nil, errors.Join(err, written)
		},
		`UPDATE setting SET value = '{"Organizer": 5}' WHERE name = 'workspace'`: func(ctx context.Context, s *store.Store) (any, error) {
			m, err := s.Mark(ctx)
			if m.Fault == nil || m.Organizer != "" {
				return m, err
			}
			return nil, err
		},
		`UPDATE setting SET value = '{"Name": "INBOX", "Last": -1}' WHERE name = 'mailbox'`: func(ctx context.Context, s *store.Store) (any, error) {
			m, err := s.Mailbox(ctx)
			if m.Fault == nil || m.Name != "" {
				return m, err
			}
			return nil, err
		},
		`UPDATE setting SET value = '{' WHERE name LIKE 'night%'`: func(ctx context.Context, s *store.Store) (any, error) {
			all, err := s.Nights(ctx)
			if len(all) > 0 {
				return all, err
			}
			return nil, err
		},
		`UPDATE setting SET value = '{' WHERE name LIKE 'found%'`: func(ctx context.Context, s *store.Store) (any, error) {
			all, err := s.Nights(ctx)
			if len(all) != 1 || len(all[0].Findings) != 1 || all[0].Findings[0].Err == nil {
				return all, err
			}
			return nil, err
		},
		`UPDATE attendance SET record = '{'`: func(ctx context.Context, s *store.Store) (any, error) {
			all, err := s.Attended(ctx)
			if len(all) > 0 {
				return all, err
			}
			return nil, err
		},
	} {
		s := spoilt(t, filepath.Join(t.TempDir(), "peerslot.db"), spoil)
		if got, err := read(t.Context(), s); err != nil || got != nil {
			t.Errorf("after %s: %+v, %v", spoil, got, err)
		}
	}
	for _, spoil := range []string{`start_date = 'soon'`, `seed = '-1'`, `promised = '{'`, `members = '{'`, `members = '{}'`, `members = '[] []'`, `members = '[1]'`} {
		s := spoilt(t, filepath.Join(t.TempDir(), "peerslot.db"), `UPDATE round SET `+spoil)
		if got, err := s.Rounds(t.Context(), ""); err != nil || len(got) != 1 || got[0].Fault == nil || got[0].Number != 1 || len(got[0].Groups) > 0 || got[0].Created.IsZero() {
			t.Errorf("Rounds with %s: %+v, %v; want the round, and what is wrong with it", spoil, got, err)
		}
		for number := 2; number <= 3; number++ {
			next := schedulertest.Round("circles", number)
			if _, err := s.Commit(t.Context(), scheduler.Batch{Round: &next}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.LastRounds(t.Context()); err != nil || len(got) != 2 || got[0].Fault == nil || got[1].Number != 3 || got[1].Fault != nil {
			t.Errorf("LastRounds with %s: %+v, %v; want what is wrong with the first, and the third", spoil, got, err)
		}
	}
	large := schedulertest.LargeRound("circles", 1, 501)
	path := filepath.Join(t.TempDir(), "peerslot.db")
	s := open(t, path)
	defer s.Close()
	if _, err := s.Commit(t.Context(), scheduler.Batch{Round: &large}); err != nil {
		t.Fatal(err)
	}
	spoil(t, path, `UPDATE round_part SET members = '{'`)
	for name, read := range map[string]func() ([]scheduler.Round, error){
		"Rounds":     func() ([]scheduler.Round, error) { return s.Rounds(t.Context(), "circles") },
		"LastRounds": func() ([]scheduler.Round, error) { return s.LastRounds(t.Context()) },
	} {
		if got, err := read(); err != nil || len(got) != 1 || got[0].Fault == nil || len(got[0].Groups) > 0 || !got[0].Created.Equal(large.Created) {
			t.Errorf("%s with a spoilt part: %d, %v; want the round without groups, and what is wrong with it", name, len(got), err)
		}
	}
	s = spoilt(t, filepath.Join(t.TempDir(), "peerslot.db"), `UPDATE seen SET series = '{'`)
	if seen, err := s.Seen(t.Context()); err != nil || seen.Token != "one" || len(seen.Series) > 0 {
		t.Errorf("Seen: %+v, %v; want the token, and nothing of the series", seen, err)
	}
	s = spoilt(t, filepath.Join(t.TempDir(), "peerslot.db"), `UPDATE booking SET record = '{'`)
	got, err := s.Bookings(t.Context())
	if err != nil || len(got) != 1 || got[0].Fault == nil || got[0].Group != "a" {
		t.Fatalf("Bookings: %+v, %v; want a's, and what is wrong with it", got, err)
	}
	got[0].State = scheduler.Ended
	if _, err := commit(t, s, got[0]); err != nil {
		t.Errorf("it ends: %v", err)
	}
	if all, err := s.BookingsOf(t.Context(), "a"); err != nil || all[0].State != scheduler.Ended || all[0].Fault == nil {
		t.Errorf("once it has ended: %+v, %v; want what could not be read left as it was", all, err)
	}
}

// spoilt returns a full store after a statement, which changes something.
func spoilt(t *testing.T, path, statement string) *store.Store {
	t.Helper()
	s := open(t, path)
	t.Cleanup(func() { s.Close() })
	fill(t, s)
	spoil(t, path, statement)
	return s
}

// spoil runs a statement on the file at path, which changes something.
func spoil(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	res, err := db.Exec(statement)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changes nothing: %v", statement, err)
	}
}

// Where the lock's file beside the store cannot be made, as on a full disk, the store
// cannot be written: that is no fault without a name.
func TestALockWithoutRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peerslot.db")
	s := open(t, path)
	defer s.Close()
	if err := os.Mkdir(path+".lock-journal", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context(), 0); !errors.Is(err, scheduler.ErrStore) {
		t.Errorf("Lock: %v; want %v", err, scheduler.ErrStore)
	}
}
