package changing

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Where there is no store, the plan is made once all the same, and before one is made; so it is
// where there is one.
func TestAPlanIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "peerslot.yaml")
	if err := os.WriteFile(path, []byte("organizer: robot@acme.example\ntimezone: UTC\npeople: [{email: ana@acme.example}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	for _, step := range []struct {
		fail  error
		there bool // a store, when the plan is made
	}{{refused, false}, {nil, false}, {nil, true}} {
		a := &console.App{ConfigPath: path, Getenv: func(string) string { return "" }, Now: time.Now, Out: &console.Output{W: io.Discard}, Stderr: t.Output()}
		planned, applied := 0, 0
		c := change[int]{
			flags: console.ChangeFlags{Yes: true},
			plan: func(context.Context, *workspace.Workspace) (int, error) {
				planned++
				if _, err := os.Stat(filepath.Join(dir, "peerslot.db")); (err == nil) != step.there {
					t.Errorf("a store when the plan is made: %v; want %v", err == nil, step.there)
				}
				return planned, step.fail
			},
			show:     func(*workspace.Workspace, report.Printer, int) {},
			question: func(int) string { return "Do it?" },
			apply:    func(_ context.Context, _ *workspace.Workspace, plan *int) error { applied += *plan; return nil },
			done:     func(*workspace.Workspace, report.Printer, int, bool) {},
			answer:   func(plan int, _ bool) any { return plan },
		}
		want := 1
		if step.fail != nil {
			want = 0
		}
		if err := c.run(t.Context(), a); !errors.Is(err, step.fail) || planned != 1 || applied != want {
			t.Errorf("%+v: %v, planned %d times, applied %d; want once", step, err, planned, applied)
		}
	}
}
