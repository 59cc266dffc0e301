package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console/consoletest"
	"github.com/peerslot/peerslot/scheduler/web"
)

// Who signs in by an operator's link sees the workspace as its files are: an edit is
// used, and one that cannot be read is told to admins while the former stays.
func TestServeFollowsItsFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	world := manyWorld{dir: dir}
	const text = "organizer: robot@acme.example\ntimezone: UTC\nweb: {admins: [ana@acme.example]}\npeople: [{email: ana@acme.example}, {email: bo@acme.example}]\n"
	world.write(t, "peerslot.yaml", text)
	a := lifeWorld{dir}.app(&bytes.Buffer{}, &consoletest.Output{})
	a.ConfigPath = filepath.Join(dir, "peerslot.yaml")
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan []*web.Server, 1)
	ended := make(chan error, 1)
	o := serveOptions{workOptions: workOptions{jobs: 1, every: 1e9}, listen: "127.0.0.1:0", ready: func(s []*web.Server) { served <- s }}
	go func() { ended <- o.run(ctx, a) }()
	var server *web.Server
	select {
	case servers := <-served:
		server = servers[0]
	case err := <-ended:
		t.Fatal(err)
	}
	link, err := server.LinkFor(t.Context(), "ana@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	if page := read(browser.PostForm(link, url.Values{"email": {"ana@acme.example"}})); !strings.Contains(page, "Signed in as") {
		t.Fatalf("signing in leads to\n%s", page)
	}
	shows := func(path, words string) {
		t.Helper()
		for range 200 {
			if strings.Contains(read(browser.Get(server.URL.String()+path)), words) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s never says %q", path, words)
	}
	world.write(t, "peerslot.yaml", text+"groups: [{name: new-group, members: [ana@acme.example, bo@acme.example]}]\n")
	shows("/", "new-group")
	world.write(t, "peerslot.yaml", "organizer: [\n")
	shows("/admin", "The configuration was changed and cannot be used")
	shows("/", "new-group")
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}
