package feed

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// secret is in every URL of the tests and must be in nothing that is shown.
const secret = "s3cr3t-t0ken"

// calendarOf returns a calendar with one event in its own way.
func calendarOf(uid string) string {
	return strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//peerslot//test//EN
BEGIN:VEVENT
UID:`+uid+`
DTSTAMP:20260101T000000Z
DTSTART:20260303T140000Z
DTEND:20260303T150000Z
SUMMARY:-
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
}

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// A site is a feed server whose answer can be changed.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	answer   http.HandlerFunc
	requests []*http.Request
}

// newSite starts a server that speaks https on a loopback address.
func newSite(t *testing.T, answer http.HandlerFunc) *site {
	t.Helper()
	return startSite(t, answer, false)
}

func startSite(t *testing.T, answer http.HandlerFunc, http2 bool) *site {
	t.Helper()
	s := &site{answer: answer}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.EnableHTTP2 = http2
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	answer := s.answer
	s.mu.Unlock()
	answer(w, r)
}

func (s *site) set(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *site) asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func (s *site) last(t *testing.T) *http.Request {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		t.Fatal("the server was not asked")
	}
	return s.requests[len(s.requests)-1]
}

func (s *site) url() string { return s.URL + "/" + secret + "/basic.ics?key=" + secret }

func (s *site) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func (s *site) port() string { return s.URL[strings.LastIndexByte(s.URL, ':')+1:] }

// fetcher returns a Fetcher that may ask the site, and its clock.
func (s *site) fetcher(t *testing.T) (*Fetcher, *clock) {
	t.Helper()
	c := newClock()
	f := &Fetcher{Dir: filepath.Join(t.TempDir(), "feeds"), Now: c.now, AllowHosts: []string{"127.0.0.1"}, RootCAs: s.roots()}
	t.Cleanup(func() { f.transportOf().CloseIdleConnections() })
	return f, c
}

func (f *Fetcher) transportOf() *http.Transport {
	if t, ok := f.rt.(*http.Transport); ok {
		return t
	}
	return &http.Transport{}
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, s) }
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// read opens a URL and returns what is there.
func read(t *testing.T, f *Fetcher, url string) (string, Info, error) {
	t.Helper()
	body, info, err := f.Open(t.Context(), url, "")
	if err != nil {
		checkShown(t, err)
		return "", info, err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if info.Problem != nil {
		checkShown(t, info.Problem)
	}
	return string(b), info, nil
}

func mustRead(t *testing.T, f *Fetcher, url string) (string, Info) {
	t.Helper()
	s, info, err := read(t, f, url)
	if err != nil {
		t.Fatal(err)
	}
	return s, info
}

// checkShown fails if an error, in any way of printing it or what it wraps,
// shows more than it may.
func checkShown(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; {
		checkText(t, e.Error(), fmt.Sprintf("%+v %#v", e, e))
		if shown, ok := e.(*Error); ok {
			checkText(t, shown.Reason())
		}
		wrapper, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = wrapper.Unwrap()
	}
}

func checkText(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		for _, leak := range []string{secret, "basic.ics", "key="} {
			if strings.Contains(s, leak) {
				t.Errorf("%q shows the URL", s)
			}
		}
	}
}

// files returns the names and the content of all files of the cache.
func files(t *testing.T, f *Fetcher) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(f.Dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(f.Dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// names returns a resolver that gives every name the answers in turn, and the
// last of them for ever.
func names(answers ...string) *net.Resolver {
	var mu sync.Mutex
	next := func() (netip.Addr, bool) {
		mu.Lock()
		defer mu.Unlock()
		if len(answers) == 0 {
			return netip.Addr{}, false
		}
		a := answers[0]
		if len(answers) > 1 {
			answers = answers[1:]
		}
		return netip.MustParseAddr(a), true
	}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go serveDNS(server, next)
		return client, nil
	}}
}

// serveDNS answers questions for IPv4 addresses until its peer closes (RFC 1035,
// section 4); to other questions there is no answer.
func serveDNS(conn net.Conn, next func() (netip.Addr, bool)) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		msg := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, msg); err != nil {
			return
		}
		end := 12 // of the question
		for msg[end] != 0 {
			end += 1 + int(msg[end])
		}
		end += 5
		out := append(append([]byte{}, msg[:2]...), 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0)
		out = append(out, msg[12:end]...)
		if binary.BigEndian.Uint16(msg[end-4:]) == 1 {
			if a, ok := next(); ok {
				out[7] = 1
				out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				out = append(out, a.AsSlice()...)
			} else {
				out[3] |= 3 // no such name
			}
		}
		binary.BigEndian.PutUint16(size[:], uint16(len(out)))
		if _, err := conn.Write(append(size[:], out...)); err != nil {
			return
		}
	}
}

// quiet drops what the servers log of connections that the tests break.
var quiet = log.New(io.Discard, "", 0)
