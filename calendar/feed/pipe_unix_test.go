//go:build unix

package feed

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// Opening a pipe waits for a writer, who need never come.
func TestPipeIsNotWaitedFor(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "ana.ics")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	const ana = calendar.Address("ana@acme.example")
	r := &Reader{Sources: sources{ana: {{File: pipe, Zone: time.UTC}}}.of}
	if b := busy(t, r, ana)[ana]; b.Readable() || !strings.Contains(b.Reason, "not a plain file") {
		t.Errorf("got %+v", b)
	}
}
