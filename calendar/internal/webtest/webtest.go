// Package webtest is what stand-ins for services on the web share: calls that go
// wrong, and a client that needs no network.
package webtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"
)

// A Fault is what goes wrong with one call.
type Fault struct {
	Status int           // answered instead of doing anything, with Reason
	Reason string        // the service's word for it
	After  time.Duration // how long to wait, it says; 0 means nothing
	Delay  time.Duration // before anything is done
	Drop   Drop          // of the connection
	Half   bool          // of the answer is sent, then the connection breaks
	Odd    string        // answered with status 200 and nothing else done, or after it was done if Drop is After
}

// Drop says when a connection breaks.
type Drop int

// A connection breaks never, before anything is done, or after it is.
const (
	Never Drop = iota
	Before
	After
)

// ErrDropped is an answer that is a broken connection.
var ErrDropped = errors.New("connection dropped")

// A Refusal is an answer that is no success.
type Refusal struct {
	Status int
	Reason string        // the service's word for it
	After  time.Duration // how long to wait, it says; 0 means nothing
}

func (e *Refusal) Error() string { return fmt.Sprint(e.Status, " ", e.Reason) }

// Refuse returns a Refusal that says nothing of when to come again.
func Refuse(status int, reason string) error { return &Refusal{Status: status, Reason: reason} }

// Around runs work as far as the fault lets it. Its error is a Refusal, or a
// connection that breaks.
func (f *Fault) Around(r *http.Request, work func() (any, error)) (any, error) {
	if f == nil {
		return work()
	}
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return nil, ErrDropped
		}
	}
	if f.Drop == Before {
		return nil, ErrDropped
	}
	if f.Status != 0 {
		return nil, &Refusal{f.Status, f.Reason, f.After}
	}
	if f.Odd != "" && f.Drop != After {
		return odd(f.Odd), nil
	}
	answer, err := work()
	if f.Odd != "" {
		return odd(f.Odd), nil
	}
	if f.Drop == After {
		return nil, ErrDropped
	}
	return answer, err
}

// odd is an answer that is none of the service's.
type odd string

// SendError writes a Refusal, with a body if it has one; any other error breaks the
// connection.
func SendError(w http.ResponseWriter, err error, body func(*Refusal) any) {
	e, ok := errors.AsType[*Refusal](err)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	if e.After > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(e.After.Seconds())))
	}
	if body == nil {
		w.WriteHeader(e.Status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(body(e))
}

// Send writes an answer as JSON, or half of it.
func (f *Fault) Send(w http.ResponseWriter, status int, answer any) {
	if answer == nil {
		w.WriteHeader(status)
		return
	}
	if text, ok := answer.(odd); ok {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, string(text))
		return
	}
	data, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	f.SendBytes(w, status, data)
}

// SendBytes writes an answer, or half of it.
func (f *Fault) SendBytes(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	w.WriteHeader(status)
	if f != nil && f.Half {
		_, _ = w.Write(data[:len(data)/2])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(data)
}

// Client returns a client whose requests all reach h, without a network: tests with
// a clock of their own can use it.
func Client(h http.Handler) *http.Client { return &http.Client{Transport: inMemory{h}} }

type inMemory struct{ h http.Handler }

// RoundTrip implements http.RoundTripper.
func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	done := make(chan bool, 1)
	go func() {
		defer func() { done <- recover() != nil }()
		m.h.ServeHTTP(rec, r)
	}()
	broken := <-done
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if !broken {
		return rec.Result(), nil
	}
	if rec.Body.Len() == 0 {
		return nil, ErrDropped
	}
	resp := rec.Result()
	resp.Body = io.NopCloser(io.MultiReader(rec.Body, brokenReader{}))
	return resp, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
