package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/peerslot/peerslot/scheduler/web"
)

// A lockedBuffer takes what several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// The workspaces of a folder are served under the hosts of their addresses, and one
// that cannot be read is no hindrance.
func TestAFolderIsServedByHosts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	world := manyWorld{dir: dir}
	for _, name := range []string{"acme", "ocean"} {
		world.write(t, name+".yaml", fmt.Sprintf("organizer: robot@%[1]s.example\ntimezone: UTC\nstore: %[1]s.db\nweb: {url: \"https://%[1]s.example\"}\npeople: [{email: ana@%[1]s.example}]\n", name))
	}
	world.write(t, "broken.yaml", "organizer: [\n")
	var log lockedBuffer
	a := lifeWorld{dir}.app(&bytes.Buffer{}, &log)
	a.ConfigPath = dir
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan *web.Server, 1)
	at := make(chan string, 1)
	o := serveOptions{workOptions: workOptions{1, 1e9}, listen: "127.0.0.1:0", ready: func(s *web.Server) { served <- s }, listening: func(address string) { at <- address }}
	ended := make(chan error, 1)
	go func() { ended <- o.run(ctx, a) }()
	select {
	case <-served:
	case err := <-ended:
		t.Fatalf("serve: %v\n%s", err, log.String())
	}
	address := <-at
	for host, want := range map[string]int{"acme.example": http.StatusOK, "OCEAN.example": http.StatusOK, "elsewhere.example": http.StatusNotFound} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/signin", nil)
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
			t.Errorf("the sign-in page of %s: %s; want %d", host, resp.Status, want)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if !strings.Contains(log.String(), "workspace=broken") {
		t.Errorf("the log says %q; want the broken workspace named", log.String())
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*.db")); len(found) != 2 {
		t.Errorf("stores: %v; want those of the two", found)
	}
}
