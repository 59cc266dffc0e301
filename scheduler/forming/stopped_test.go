package forming_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
)

// A mortal context ends when it is asked so often whether it has.
type mortal struct {
	context.Context
	left atomic.Int64
}

func (m *mortal) Err() error {
	if m.left.Add(-1) >= 0 {
		return nil
	}
	return context.Canceled
}

// A search for groups that may take an hour ends when its context does, before it, in
// the middle of it, and while slots are looked for.
func TestProposeStopped(t *testing.T) {
	t.Parallel()
	for _, looks := range []int64{0, 1, 8} {
		s := snapshotOf(numbered(40))
		f := forming.Request{Program: program(scheduler.Circle, 4, 5), Start: start, Budget: time.Hour, Seed: 1}
		s.Workspace.Programs = []scheduler.Program{f.Program}
		ctx := &mortal{Context: t.Context()}
		ctx.left.Store(looks)
		if _, err := forming.Propose(ctx, s, f); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at look %d: %v; want %v", looks, err, context.Canceled)
		}
	}
}
