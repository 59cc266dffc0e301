//go:build nopostgres

package fleet

import (
	"context"

	"github.com/peerslot/peerslot/scheduler/worker"
)

// hire returns who does the crew's jobs.
func (c *crew) hire(ctx context.Context, o worker.Options) (*worker.Worker, error) {
	return worker.OnSQLite(ctx, c.jobs.SQLite, o, c)
}
