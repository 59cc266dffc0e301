//go:build !nopostgres

package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// pools are by connection string, without the schema.
type pools map[string]*pgxpool.Pool

func (p *pools) close() {
	for _, pool := range *p {
		pool.Close()
	}
	*p = nil
}

// jobsPostgres is the pool of jobs on PostgreSQL.
type jobsPostgres struct{ Postgres *pgxpool.Pool }

func (d *Databases) openPostgres(ctx context.Context, location string) (*Store, error) {
	p, err := parsePlace(location)
	if err != nil {
		return nil, err
	}
	pool, err := d.pool(ctx, p)
	if err != nil {
		return nil, err
	}
	return p.open(pool, func(s *Store) error { return p.makeReady(ctx, s) })
}

// pool returns the pool of the database in which p lies.
func (d *Databases) pool(ctx context.Context, p place) (*pgxpool.Pool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := p.config.ConnString()
	if pool := d.pools[name]; pool != nil {
		return pool, nil
	}
	const usual = 10
	p.config.MaxConns = usual
	if d.Connections > 0 {
		p.config.MaxConns = int32(d.Connections)
	}
	pool, err := pgxpool.NewWithConfig(ctx, p.config)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", p.name, withoutAddress(err))
	}
	if d.pools == nil {
		d.pools = pools{}
	}
	d.pools[name] = pool
	return pool, nil
}

func (d *Databases) jobsAreThere(ctx context.Context, location string) (there bool, err error) {
	p, err := parsePlace(location)
	if err != nil {
		return false, err
	}
	pool, err := d.pool(ctx, p)
	if err == nil {
		err = pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, jobsSchema+".call_budget").Scan(&there)
	}
	if err != nil {
		return false, fmt.Errorf("look for jobs beside the store %s: %w", p.name, withoutAddress(err))
	}
	return there, nil
}

func (d *Databases) jobsIn(ctx context.Context, location string) (*Jobs, error) {
	if known := d.JobsOpen(location); known != nil {
		return known, nil // it is asked for each workspace at each look
	}
	p, err := parsePlace(location)
	if err != nil {
		return nil, err
	}
	p.schema, p.name = jobsSchema, strings.TrimSuffix(p.name, "?schema="+p.schema)
	name := p.config.ConnString()
	// While a database is waited for, others are not, and who asks for it waits along.
	opened, err, _ := d.opening.Do(name, func() (any, error) {
		if j := d.JobsOpen(name); j != nil {
			return j, nil
		}
		return d.openJobs(ctx, p)
	})
	if err != nil {
		return nil, err
	}
	j := opened.(*Jobs)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keep(name, j)
	d.keep(location, j)
	return j, nil
}

// openJobs opens the jobs of the database in which p lies.
func (d *Databases) openJobs(ctx context.Context, p place) (*Jobs, error) {
	pool, err := d.pool(ctx, p)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	j := &Jobs{
		jobsPostgres: jobsPostgres{pool}, Schema: jobsSchema, db: db, exclude: postgresLocks(db, jobsSchema).all,
		now: `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT`, max: `GREATEST`,
	}
	if err = p.createSchema(ctx, db); err == nil {
		err = j.makeReady(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open the jobs in the database %s: %w", p.name, withoutAddress(err))
	}
	return j, nil
}
