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
	var log lockedBuffer
	a := lifeWorld{dir}.app(&bytes.Buffer{}, &log)
	a.ConfigPath = dir
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan []*web.Server, 1)
	at := make(chan string, 1)
	o := serveOptions{workOptions: workOptions{1, 1e9}, listen: "127.0.0.1:0", ready: func(s []*web.Server) { served <- s }, listening: func(address string) { at <- address }}
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
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
	if !strings.Contains(log.String(), "workspace=broken") {
		t.Errorf("the log says %q; want the broken workspace named", log.String())
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "*.db")); len(found) != 3 {
		t.Errorf("stores: %v; want those of the three", found)
	}
}
