//go:build !nopostgres && !noriverui

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

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
		locations = append(locations, schedulertest.NewDatabase(t, server))
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
