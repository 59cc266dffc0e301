package worker

import (
	"context"
	"errors"
	"time"
)

// A sayer keeps in the queue's database which jobs are under way. Its statements go by
// the database's clock.
type sayer interface {
	// alive says that the jobs of these IDs are under way.
	alive(ctx context.Context, ids []int64) error

	// abandon has River rescue jobs of which nobody said for so long that they are.
	abandon(ctx context.Context, silence time.Duration) error
}

// errLost ends jobs whose database cannot be told that they are under way: by now
// another process may be at them.
var errLost = errors.New("the database of the jobs cannot be reached, and another process may have taken this one over")

// begin notes that a job is under way.
func (p *process) begin(ctx context.Context, id int64) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	p.mu.Lock()
	p.at[id] = cancel
	p.mu.Unlock()
	return ctx, func() {
		p.mu.Lock()
		delete(p.at, id)
		p.mu.Unlock()
		cancel(nil)
	}
}

// beat says what is under way until ctx ends. River alone would wait for the longest
// time that a job may take before it gave it to another process.
func (p *process) beat(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	heard := time.Now()
	for {
		if p.beatOnce(ctx) == nil {
			heard = time.Now()
		} else if time.Since(heard) > silence-beat {
			p.lose()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (p *process) beatOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	p.mu.Lock()
	ids := make([]int64, 0, len(p.at))
	for id := range p.at {
		ids = append(ids, id)
	}
	p.mu.Unlock()
	if err := p.say.alive(ctx, ids); err != nil {
		return err
	}
	return p.say.abandon(ctx, silence)
}

// lose ends all jobs under way.
func (p *process) lose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cancel := range p.at {
		cancel(errLost)
	}
}
