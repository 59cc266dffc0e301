package schedulertest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
)

// TestAccounts runs the contract of account.Accounts on what open returns, empty each
// time.
func TestAccounts(t *testing.T, open func(t *testing.T) account.Accounts) {
	tests := map[string]func(*testing.T, account.Accounts){
		"a link is used once":   testLinkOnce,
		"a link ends others":    testLinkEndsOthers,
		"links are counted":     testLinksCounted,
		"sessions begin, end":   testSessions,
		"subjects stay bound":   testBound,
		"an empty store's ping": func(t *testing.T, a account.Accounts) { noError(t, a.Ping(t.Context())) },
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

const (
	ana = calendar.Address("ana@acme.example")
	bo  = calendar.Address("bo@acme.example")
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func link(hash string, who calendar.Address, made time.Time) account.SignInLink {
	return account.SignInLink{Hash: hash, Person: who, Browser: "b" + hash, Made: made, Expires: made.Add(15 * time.Minute)}
}

func session(hash string, who calendar.Address) account.SignInSession {
	return account.SignInSession{Hash: hash, Person: who, Began: noon, Used: noon}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func testLinkOnce(t *testing.T, a account.Accounts) {
	noError(t, a.AddLink(t.Context(), link("l", ana, noon)))
	got, err := a.Link(t.Context(), "l", noon.Add(14*time.Minute))
	if diff := cmp.Diff(link("l", ana, noon), got); err != nil || diff != "" {
		t.Errorf("Link: %v (-want +got):\n%s", err, diff)
	}
	if _, err := a.Link(t.Context(), "l", noon.Add(15*time.Minute)); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("Link after 15 minutes: %v; want ErrNoLink", err)
	}
	if err := a.SpendLink(t.Context(), "l", noon.Add(15*time.Minute), session("s", ana)); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("SpendLink after 15 minutes: %v; want ErrNoLink", err)
	}
	if err := a.SpendLink(t.Context(), "l", noon, session("s", bo)); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("SpendLink for somebody else: %v; want ErrNoLink", err)
	}
	var wait sync.WaitGroup
	won := make(chan string, 8)
	for i := range 8 {
		hash := string(rune('a' + i))
		wait.Go(func() {
			if a.SpendLink(t.Context(), "l", noon, session(hash, ana)) == nil {
				won <- hash
			}
		})
	}
	wait.Wait()
	close(won)
	if len(won) != 1 {
		t.Fatalf("%d of 8 signed in by one link, want one", len(won))
	}
	if _, err := a.Session(t.Context(), <-won); err != nil {
		t.Errorf("the session of who did: %v", err)
	}
	if _, err := a.Link(t.Context(), "l", noon); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("Link once it was used: %v; want ErrNoLink", err)
	}
}

func testLinkEndsOthers(t *testing.T, a account.Accounts) {
	for _, l := range []account.SignInLink{link("1", ana, noon), link("2", ana, noon), link("3", bo, noon)} {
		noError(t, a.AddLink(t.Context(), l))
	}
	noError(t, a.SpendLink(t.Context(), "1", noon, session("s", ana)))
	if _, err := a.Link(t.Context(), "2", noon); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("another link of the same person: %v; want ErrNoLink", err)
	}
	if _, err := a.Link(t.Context(), "3", noon); err != nil {
		t.Errorf("a link of another person: %v", err)
	}
}

func testLinksCounted(t *testing.T, a account.Accounts) {
	for i, at := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		noError(t, a.AddLink(t.Context(), link(string(rune('a'+i)), ana, noon.Add(at))))
	}
	noError(t, a.SpendLink(t.Context(), "c", noon.Add(2*time.Hour), session("s", ana)))
	got, err := a.Links(t.Context(), ana, noon.Add(time.Hour))
	if diff := cmp.Diff([]time.Time{noon.Add(time.Hour), noon.Add(2 * time.Hour)}, got); err != nil || diff != "" {
		t.Errorf("Links, one used: %v (-want +got):\n%s", err, diff)
	}
	noError(t, a.AddLink(t.Context(), link("z", bo, noon.AddDate(0, 0, 3))))
	if got, err := a.Links(t.Context(), ana, time.Time{}); err != nil || len(got) != 0 {
		t.Errorf("Links three days later: %v, %v; want that they are gone", got, err)
	}
}

func testSessions(t *testing.T, a account.Accounts) {
	for _, s := range []account.SignInSession{session("1", ana), session("2", ana), session("3", ana), session("4", bo)} {
		noError(t, a.Begin(t.Context(), s))
	}
	noError(t, a.Touch(t.Context(), "1", noon.Add(time.Hour)))
	if got, err := a.Session(t.Context(), "1"); err != nil || !got.Used.Equal(noon.Add(time.Hour)) || got.Person != ana || !got.Began.Equal(noon) {
		t.Errorf("Session = %+v, %v; want ana's, used at one", got, err)
	}
	open := func(hash string) bool {
		_, err := a.Session(t.Context(), hash)
		if err != nil && !errors.Is(err, account.ErrNoSession) {
			t.Fatal(err)
		}
		return err == nil
	}
	noError(t, a.End(t.Context(), "1"))
	noError(t, a.End(t.Context(), "1"))
	if open("1") || !open("2") {
		t.Errorf("End ends other sessions than the one, or none")
	}
	noError(t, a.AddLink(t.Context(), link("l", ana, noon)))
	noError(t, a.EndAll(t.Context(), ana))
	if open("2") || open("3") || !open("4") {
		t.Errorf("EndAll ends other sessions than those of the person, or none")
	}
	if _, err := a.Link(t.Context(), "l", noon); !errors.Is(err, account.ErrNoLink) {
		t.Errorf("a link of theirs: %v; want that it ended too", err)
	}
}

func testBound(t *testing.T, a account.Accounts) {
	if got, err := a.Bound(t.Context(), "https://login.acme.example", "17"); err != nil || got != "" {
		t.Errorf("Bound before the first time: %q, %v", got, err)
	}
	for _, who := range []calendar.Address{ana, bo} {
		if got, err := a.Bind(t.Context(), "https://login.acme.example", "17", who); err != nil || got != ana {
			t.Errorf("Bind to %s: %q, %v; want ana, who was first", who, got, err)
		}
	}
	if got, err := a.Bound(t.Context(), "https://other.example", "17"); err != nil || got != "" {
		t.Errorf("Bound by another issuer: %q, %v", got, err)
	}
}
