package webtest

import (
	"errors"
	"net/http"
	"sync"
)

// A Mortal is the network of a run that is killed: after some calls, the next one
// still reaches the other side, or does not, and nothing comes back.
type Mortal struct {
	Next http.RoundTripper
	Left int // calls until then

	mu sync.Mutex
}

var errKilled = errors.New("killed")

// RoundTrip implements http.RoundTripper.
func (m *Mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.Left--
	left := m.Left
	m.mu.Unlock()
	if left > 0 {
		return m.Next.RoundTrip(r)
	}
	if left == 0 {
		if resp, err := m.Next.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}
	return nil, errKilled
}
