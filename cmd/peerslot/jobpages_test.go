//go:build !nopostgres && !noriverui

package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/peerslot/peerslot/scheduler/web"
)

// serving serves a folder or file until the test ends, and returns its workspaces and
// where it listens.
func serving(t *testing.T, path string) ([]*web.Server, string) {
	t.Helper()
	var logged lockedBuffer
	a := lifeWorld{filepath.Dir(path)}.app(&bytes.Buffer{}, &logged)
	a.ConfigPath = path
	ctx, cancel := context.WithCancel(t.Context())
	served, at, ended := make(chan []*web.Server, 1), make(chan string, 1), make(chan error, 1)
	o := serveOptions{workOptions: workOptions{1, time.Second}, listen: "127.0.0.1:0", ready: func(s []*web.Server) { served <- s }, listening: func(address string) { at <- address }}
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

// ask sends a request to one of several servers at an address. Nothing is left of the
// body.
func ask(t *testing.T, method string, s *web.Server, at, path string, form *strings.Reader, cookie *http.Cookie) *http.Response {
	t.Helper()
	if form == nil {
		form = strings.NewReader("")
	}
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
	resp.Body.Close()
	return resp
}

// The jobs of all workspaces of a folder are shown to who is an admin of all.
func TestJobsAreShownToAdminsOfAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, admins := range map[string]string{"acme": "ana@acme.example, bo@acme.example", "ocean": "ana@acme.example"} {
		manyWorld{dir: dir}.write(t, name+".yaml", fmt.Sprintf("organizer: robot@acme.example\ntimezone: UTC\nworkspace: %[1]s\nstore: %[1]s.db\nweb: {url: \"https://%[1]s.example/peers\", admins: [%[2]s]}\npeople: [{email: ana@acme.example}, {email: bo@acme.example}]\n", name, admins))
	}
	servers, at := serving(t, dir)
	for _, s := range servers {
		for who, want := range map[string]int{"ana@acme.example": http.StatusOK, "bo@acme.example": http.StatusNotFound} {
			cookie, got := session(t, s, at, who), 0
			for range 200 { // the jobs are opened while pages are served
				if got = ask(t, http.MethodGet, s, at, "/admin/jobs/api/jobs", nil, cookie).StatusCode; got == want {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			if got != want {
				t.Errorf("the jobs for %s on %s: status %d; want %d", who, s.URL, got, want)
			}
		}
	}
}

// River's pages work in a browser as they are served: nothing that they do breaks what
// pages are allowed.
func TestJobsInABrowser(t *testing.T) {
	if os.Getenv("PEERSLOT_TEST_AXE") == "" {
		t.Skip("PEERSLOT_TEST_AXE is not set: no browser to test in")
	}
	t.Parallel()
	locations := []string{"peerslot.db"}
	if server := os.Getenv("PEERSLOT_TEST_POSTGRES"); server != "" {
		locations = append(locations, fleetDatabase(t, server))
	}
	for _, location := range locations {
		store, _, _ := strings.Cut(location, "://")
		t.Run(store, func(t *testing.T) {
			dir := t.TempDir()
			manyWorld{dir: dir}.write(t, "peerslot.yaml", fmt.Sprintf("organizer: robot@acme.example\ntimezone: UTC\nstore: %q\nweb: {admins: [ana@acme.example]}\npeople: [{email: ana@acme.example}]\n", location))
			servers, at := serving(t, filepath.Join(dir, "peerslot.yaml"))
			cookie := session(t, servers[0], at, "ana@acme.example")
			for ask(t, http.MethodGet, servers[0], at, "/admin/jobs/api/jobs/1", nil, cookie).StatusCode != http.StatusOK {
				time.Sleep(50 * time.Millisecond) // until something was looked for
			}
			lookAtJobs(t, servers[0].URL.String()+"/admin/jobs/jobs", cookie)
		})
	}
}

// lookAtJobs opens the page of the first job.
func lookAtJobs(t *testing.T, jobs string, cookie *http.Cookie) {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	ctx, stop := chromedp.NewContext(allocated)
	defer stop()
	ctx, stop = context.WithTimeout(ctx, 3*time.Minute)
	defer stop()
	err := chromedp.Listen(ctx, func(ev any) {
		if said, ok := ev.(*log.EventEntryAdded); ok && said.Entry.Level == log.EntryLevelError {
			t.Errorf("the browser says %s of %s", said.Entry.Text, said.Entry.URL)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	}
	if err == nil {
		_, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: jobs})
	}
	if err == nil {
		err = chromedp.Do(ctx, chromedp.Navigate(jobs+"/1"), chromedp.WaitVisible(`//*[contains(text(), "Attempts")]`))
	}
	if err != nil {
		t.Error(err)
	}
}
