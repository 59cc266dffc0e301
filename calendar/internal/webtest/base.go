package webtest

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// A Base is what every stand-in has: an address, calls that are counted and go wrong
// when they are to, and mails that were sent. It may be used by many at once; the
// zero Base is ready, and lets all calls go well.
type Base struct {
	URL string // root, without a slash at the end, once it listens

	mu     sync.Mutex
	fail   func(method string, n int) *Fault
	counts map[string]int
	total  int
	mails  []Mail
}

// A Mail is what a service has told a person.
type Mail struct {
	To, Kind string // invitation, update or cancellation
	Event    string // what it is about, in the service's words
	Text     string // of a cancellation: the comment, where there is one
}

// Listen serves h on the loopback address until the test ends, and returns its root.
func (b *Base) Listen(t testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	b.URL = server.URL
	return b.URL
}

// Fail has f asked about each call from now on, also while others are served: nil is
// a call that goes well. n counts the calls of all methods from 1. A nil f lets all
// go well.
func (b *Base) Fail(f func(method string, n int) *Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = f
}

// Next counts a call, and returns how it goes wrong.
func (b *Base) Next(method string) *Fault {
	b.mu.Lock()
	if b.counts == nil {
		b.counts = map[string]int{}
	}
	b.counts[method]++
	b.total++
	n, fail := b.total, b.fail
	b.mu.Unlock()
	if fail == nil {
		return nil
	}
	return fail(method, n)
}

// Calls returns how many calls of each method have come in, failed ones too.
func (b *Base) Calls() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.counts)
}

// Send sends a mail.
func (b *Base) Send(m Mail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
}

// Mails returns what was sent to a, or to everybody if a is "".
func (b *Base) Mails(a string) []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.mails), func(m Mail) bool { return a != "" && m.To != a })
}
