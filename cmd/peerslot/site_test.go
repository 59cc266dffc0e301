package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console/consoletest"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/web"
)

// The workspaces of a folder are served under their addresses, which may be paths of one host, and one
// that cannot be read is no hindrance.
func TestAFolderIsServedByHostsAndPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	world := manyWorld{dir: dir}
	for name, url := range map[string]string{"acme": "https://acme.example", "ocean": "https://ocean.example/sea", "river": "https://ocean.example/river"} {
		world.write(t, name+".yaml", fmt.Sprintf("organizer: robot@%[1]s.example\ntimezone: UTC\nstore: %[1]s.db\nweb: {url: %[2]q}\npeople: [{email: ana@%[1]s.example}]\n", name, url))
	}
	world.write(t, "broken.yaml", "organizer: [\n")
	var log consoletest.Output
	a := lifeWorld{dir}.app(&bytes.Buffer{}, &log)
	a.ConfigPath = dir
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan []*web.Server, 1)
	at := make(chan string, 1)
	o := serveOptions{workOptions: workOptions{jobs: 1, every: 1e9}, listen: "127.0.0.1:0", ready: func(s []*web.Server) { served <- s }, listening: func(address string) { at <- address }}
	ended := make(chan error, 1)
	go func() { ended <- o.run(ctx, a) }()
	select {
	case <-served:
	case err := <-ended:
		t.Fatalf("serve: %v\n%s", err, log.String())
	}
	address := <-at
	for place, want := range map[string]int{
		"acme.example/signin": http.StatusOK, "OCEAN.example/sea/signin": http.StatusOK, "ocean.example/river/signin": http.StatusOK, "ocean.example/robots.txt": http.StatusOK, "elsewhere.example/healthz": http.StatusOK,
		"elsewhere.example/signin": http.StatusNotFound, "ocean.example/signin": http.StatusNotFound, "ocean.example/seaside/signin": http.StatusNotFound, "acme.example/sea/signin": http.StatusNotFound,
	} {
		host, path, _ := strings.Cut(place, "/")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %s; want %d", place, resp.Status, want)
		}
	}
	if !strings.Contains(log.String(), "workspace=broken") {
		t.Errorf("the log says %q; want the broken workspace named", log.String())
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*.db")); len(found) != 3 {
		t.Errorf("stores: %v; want those of the three", found)
	}
	world.write(t, "broken.yaml", "organizer: robot@acme.example\ntimezone: UTC\nstore: mended.db\nweb: {url: \"https://mended.example\"}\npeople: [{email: ana@acme.example}]\n")
	for !strings.Contains(log.String(), "Serving https://mended.example on") {
		select {
		case err := <-ended:
			t.Fatalf("serve: %v\n%s", err, log.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// reached is a store that can be reached, or not.
type reached struct {
	account.Accounts
	err error
}

func (r reached) Ping(context.Context) error { return r.err }

// Who asks for the health of the machine hears of all workspaces: one whose store cannot be
// reached does not take the others away.
func TestHealthOfSeveral(t *testing.T) {
	t.Parallel()
	lost := errors.New("the database is away")
	for name, c := range map[string]struct {
		acme, ocean error
		host        string
		want        int
	}{
		"all": {nil, nil, "10.0.0.7", http.StatusOK}, "one": {lost, nil, "10.0.0.7", http.StatusOK}, "another": {nil, lost, "10.0.0.7", http.StatusOK},
		"none": {lost, lost, "10.0.0.7", http.StatusServiceUnavailable}, "its own": {lost, nil, "acme.example", http.StatusServiceUnavailable},
	} {
		s := &site{handlers: map[string]http.Handler{}}
		for host, err := range map[string]error{"acme.example": c.acme, "ocean.example": c.ocean} {
			one := &web.Server{URL: &url.URL{Scheme: "https", Host: host}, Accounts: reached{err: err}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
			s.servers, s.handlers[host] = append(s.servers, one), one.Handler()
		}
		r, w := httptest.NewRequest(http.MethodGet, "/healthz", nil), httptest.NewRecorder()
		r.Host = c.host
		if s.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("%s can be reached: %d %s; want %d", name, w.Code, w.Body, c.want)
		}
	}
}

// serving serves a folder or file until the test ends, and returns its workspaces and
// where it listens.
func serving(t *testing.T, path string) ([]*web.Server, string) {
	t.Helper()
	var logged consoletest.Output
	a := lifeWorld{filepath.Dir(path)}.app(&bytes.Buffer{}, &logged)
	a.ConfigPath = path
	ctx, cancel := context.WithCancel(t.Context())
	served, at, ended := make(chan []*web.Server, 1), make(chan string, 1), make(chan error, 1)
	o := serveOptions{workOptions: workOptions{jobs: 1, every: time.Second}, listen: "127.0.0.1:0", ready: func(s []*web.Server) { served <- s }, listening: func(address string) { at <- address }}
	go func() { ended <- o.run(ctx, a) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve ended with %v", err)
		}
	})
	select {
	case servers := <-served:
		return servers, <-at
	case err := <-ended:
		ended <- nil
		t.Fatalf("serve: %v\n%s", err, logged.String())
	}
	return nil, ""
}

// session signs a person in on a server that is reached at an address, and returns their
// cookie.
func session(t *testing.T, s *web.Server, at, who string) *http.Cookie {
	t.Helper()
	link, err := s.LinkFor(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	form := strings.NewReader(url.Values{"email": {who}}.Encode())
	resp := ask(t, http.MethodPost, s, at, strings.TrimPrefix(u.Path, s.URL.Path), form, nil)
	if len(resp.Cookies()) == 0 {
		t.Fatalf("signing in as %s: %s, no cookie", who, resp.Status)
	}
	return resp.Cookies()[0]
}

// page returns what one of several servers at an address answers.
func page(t *testing.T, s *web.Server, at, path string) string {
	t.Helper()
	resp := request(t, http.MethodGet, s, at, path, strings.NewReader(""), nil)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ask sends a request to one of several servers at an address. Nothing is left of the
// body.
func ask(t *testing.T, method string, s *web.Server, at, path string, form io.Reader, cookie *http.Cookie) *http.Response {
	t.Helper()
	resp := request(t, method, s, at, path, form, cookie)
	resp.Body.Close()
	return resp
}

func request(t *testing.T, method string, s *web.Server, at, path string, form io.Reader, cookie *http.Cookie) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+at+s.URL.Path+path, form)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = s.URL.Host
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != nil {
		req.AddCookie(cookie)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}
