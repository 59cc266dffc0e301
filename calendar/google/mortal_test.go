package google_test

import (
	"errors"
	"net/http"
	"sync"
)

// A mortal is the network of a run that is killed: after some calls, the next one
// still reaches the other side, or does not, and nothing comes back.
type mortal struct {
	next http.RoundTripper

	mu   sync.Mutex
	left int
}

var errKilled = errors.New("killed")

// RoundTrip implements http.RoundTripper.
func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.left--
	left := m.left
	m.mu.Unlock()
	if left > 0 {
		return m.next.RoundTrip(r)
	}
	if left == 0 {
		if resp, err := m.next.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}
	return nil, errKilled
}
