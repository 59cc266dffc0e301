//go:build !nopostgres

package fleet

import (
	"context"

	"github.com/peerslot/peerslot/scheduler/worker"
)

// hire returns who does the crew's jobs.
func (c *crew) hire(ctx context.Context, o worker.Options) (*worker.Worker, error) {
	if c.jobs.Postgres != nil {
		return worker.OnPostgres(ctx, c.jobs.Postgres, o, c)
	}
	return worker.OnSQLite(ctx, c.jobs.SQLite, o, c)
}
