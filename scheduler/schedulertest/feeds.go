package schedulertest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
)

// testFeeds checks the contract of account.Feeds, if the store keeps any.
func testFeeds(t *testing.T, s scheduler.Store) {
	feeds, ok := s.(account.Feeds)
	if !ok {
		t.Fatal("the store keeps no feeds")
	}
	made := time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
	all := account.Feed{ID: "0000000000000001", Person: "ana@acme.example", Serial: 1, Made: made}
	one := account.Feed{ID: "0000000000000002", Person: "ana@acme.example", Group: "a", Serial: 1, Made: made}
	other := account.Feed{ID: "0000000000000003", Person: "bo@acme.example", Serial: 1, Made: made}
	save := func(list ...account.Feed) {
		t.Helper()
		for _, f := range list {
			if err := feeds.SaveFeed(t.Context(), f); err != nil {
				t.Fatalf("SaveFeed(%+v): %v", f, err)
			}
		}
	}
	save(one, all, other)
	renewed := one
	renewed.ID, renewed.Serial, renewed.Made = "0000000000000004", 2, made.Add(time.Hour)
	save(renewed)
	got, err := feeds.FeedsOf(t.Context(), "ana@acme.example")
	if diff := cmp.Diff([]account.Feed{all, renewed}, got); err != nil || diff != "" {
		t.Errorf("FeedsOf(ana): %v (-want +got):\n%s", err, diff)
	}
	if f, err := feeds.Feed(t.Context(), one.ID); !errors.Is(err, account.ErrNoFeed) {
		t.Errorf("Feed of a renewed one's former ID: %+v, %v; want ErrNoFeed", f, err)
	}
	for range 2 {
		if err := feeds.DropFeed(t.Context(), "ana@acme.example", "a"); err != nil {
			t.Errorf("DropFeed: %v", err)
		}
	}
	if f, err := feeds.Feed(t.Context(), renewed.ID); !errors.Is(err, account.ErrNoFeed) {
		t.Errorf("Feed of a dropped one: %+v, %v; want ErrNoFeed", f, err)
	}
	if f, err := feeds.Feed(t.Context(), other.ID); err != nil || f != other {
		t.Errorf("Feed of another person: %+v, %v; want %+v", f, err, other)
	}
}
