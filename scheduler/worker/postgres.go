//go:build !nopostgres

package worker

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// OnPostgres returns who does the jobs of a PostgreSQL database.
func OnPostgres(ctx context.Context, pool *pgxpool.Pool, o Options, work Work) (*Worker, error) {
	table := pgx.Identifier{o.Schema, "river_job"}.Sanitize()
	return open(ctx, riverpgxv5.New(pool), o, func(e riverdriver.Executor) sayer { return postgresSayer{e, table} }, work)
}

type postgresSayer struct {
	db    riverdriver.Executor
	table string
}

// alive implements sayer.
func (s postgresSayer) alive(ctx context.Context, ids []int64) error {
	return s.db.Exec(ctx, fmt.Sprintf(`UPDATE %s SET metadata = metadata || jsonb_build_object('beat', extract(epoch FROM clock_timestamp()))
		WHERE id = ANY($1) AND state = 'running'`, s.table), ids)
}

// abandon implements sayer.
func (s postgresSayer) abandon(ctx context.Context, silence time.Duration) error {
	return s.db.Exec(ctx, fmt.Sprintf(`UPDATE %s SET attempted_at = TIMESTAMPTZ '2000-01-01'
		WHERE state = 'running' AND GREATEST(extract(epoch FROM attempted_at), (metadata->>'beat')::NUMERIC) < extract(epoch FROM clock_timestamp()) - $1::INT`,
		s.table), int(silence.Seconds()))
}
