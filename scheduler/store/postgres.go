//go:build !nopostgres

package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/peerslot/peerslot/scheduler"
)

// Postgres says whether this build can use PostgreSQL; the tag nopostgres leaves it
// out.
const Postgres = true

var postgresDialect = dialect{sql.LevelRepeatableRead, goose.DialectPostgres, `SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass($1)`, copyRows, func(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "23505"
}}

func openPostgres(ctx context.Context, location string) (*Store, error) {
	p, err := parsePlace(location)
	if err != nil {
		return nil, err
	}
	return p.open(nil, func(s *Store) error { return p.makeReady(ctx, s) })
}

func readPostgres(ctx context.Context, location string) (*Store, error) {
	p, err := parsePlace(location)
	if err != nil {
		return nil, err
	}
	p.config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	return p.open(nil, func(s *Store) error { return s.readable(ctx) })
}

// readable refuses a store that has to be changed before it can be read.
func (s *Store) readable(ctx context.Context) error {
	version, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case version == 0:
		return scheduler.ErrNoStore
	case version < newest():
		return errors.New("an older peerslot wrote it; any command that changes something brings it up to date")
	}
	return nil
}

// A place is where a store lies on a PostgreSQL server.
type place struct {
	config *pgxpool.Config
	schema string // "" for that of the server's search path
	name   string // what may be shown of it; its user and its options may hold secrets
}

var schemaName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z_][a-z0-9_]{0,47}$`) })

// parsePlace reads a postgres:// URL. schema= names the schema that holds the store.
// A server that is not on this machine must prove who it is, unless sslmode= says
// otherwise, and one that does not answer is given up after ten seconds, unless
// connect_timeout= does. Errors do not show the URL.
func parsePlace(location string) (place, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return place{}, errors.New("store: the postgres:// URL cannot be read")
	}
	query := u.Query()
	p := place{schema: query.Get("schema"), name: (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()}
	query.Del("schema")
	parse := func() error {
		u.RawQuery = query.Encode()
		if p.config, err = pgxpool.ParseConfig(u.String()); err != nil {
			return fmt.Errorf("open the store %s: %w", p.name, withoutAddress(err))
		}
		return nil
	}
	if err := parse(); err != nil {
		return p, err
	}
	if !query.Has("sslmode") && !isLocal(p.config.ConnConfig) {
		query.Set("sslmode", "verify-full")
	}
	if p.config.ConnConfig.ConnectTimeout == 0 { // nor does the environment say
		query.Set("connect_timeout", "10") // the driver waits for ever
	}
	if err := parse(); err != nil {
		return p, err
	}
	if p.schema != "" {
		p.name += "?schema=" + p.schema
		if !schemaName().MatchString(p.schema) {
			return p, fmt.Errorf("open the store %s: a schema is named by small letters, digits and _, 48 at most, and begins with a letter", p.name)
		}
		if p.schema == jobsSchema || strings.HasPrefix(p.schema, "pg_") {
			return p, fmt.Errorf("open the store %s: that schema has another use; name another", p.name)
		}
	}
	return p, nil
}

// isLocal reports whether all hosts that an address names are this machine: a socket's
// path, or a loopback address.
func isLocal(c *pgx.ConnConfig) bool {
	hosts := []string{c.Host}
	for _, f := range c.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	return !slices.ContainsFunc(hosts, func(host string) bool {
		ip, err := netip.ParseAddr(host)
		return !strings.HasPrefix(host, "/") && host != "localhost" && (err != nil || !ip.IsLoopback())
	})
}

// open connects to the place and makes it ready. pool, if not nil, lends its
// connections.
func (p place) open(pool *pgxpool.Pool, ready func(*Store) error) (*Store, error) {
	db := sql.OpenDB(p.connector(pool))
	if pool != nil {
		db.SetMaxIdleConns(0) // they lie in the pool
	}
	s := &Store{db, postgresDialect, postgresLocks(db, p.schema)}
	if err := ready(s); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the store %s: %w", p.name, withoutAddress(err))
	}
	return s, nil
}

func (p place) connector(pool *pgxpool.Pool) driver.Connector {
	if pool != nil {
		return schemaConnector{stdlib.GetPoolConnector(pool), p.searchPath()}
	}
	config := p.config.ConnConfig.Copy()
	if p.schema != "" {
		config.RuntimeParams["search_path"] = p.schema
	}
	return stdlib.GetConnector(*config)
}

func (p place) searchPath() string {
	if p.schema == "" {
		return `RESET search_path`
	}
	return `SET search_path TO ` + pgx.Identifier{p.schema}.Sanitize()
}

// A schemaConnector lends connections of a pool that stores in several schemas share.
type schemaConnector struct {
	driver.Connector
	searchPath string
}

// Connect implements driver.Connector.
func (c schemaConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(*stdlib.Conn).Conn().Exec(ctx, c.searchPath); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// makeReady creates the schema if it is not there, and brings the tables up to date.
// Those that exist are copied to a schema beside it first, named after the version
// that they had.
func (p place) makeReady(ctx context.Context, s *Store) error {
	if err := p.createSchema(ctx, s.db); err != nil {
		return err
	}
	return s.migrate(ctx, func(version int64) error {
		return copySchema(ctx, s.db, fmt.Sprintf("%s_before_%d", cmp.Or(p.schema, "peerslot"), version))
	})
}

// createSchema asks first: a role that may create none can use one that is there.
func (p place) createSchema(ctx context.Context, db *sql.DB) error {
	if p.schema == "" {
		return nil
	}
	there := func() (yes bool, err error) {
		err = db.QueryRowContext(ctx, `SELECT to_regnamespace($1) IS NOT NULL`, p.schema).Scan(&yes)
		return yes, err
	}
	if yes, err := there(); yes || err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{p.schema}.Sanitize())
	if yes, failed := there(); yes && failed == nil {
		return nil // another process was faster
	}
	return err
}

// copySchema copies the tables of a store into a schema, which it replaces.
func copySchema(ctx context.Context, db *sql.DB, schema string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	to := pgx.Identifier{schema}.Sanitize()
	if _, err := tx.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+to+` CASCADE`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `CREATE SCHEMA `+to); err != nil {
		return err
	}
	for _, t := range append([]string{"goose_db_version"}, tables...) {
		var there int
		if err := tx.QueryRowContext(ctx, postgresDialect.tableIsThere, t).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			continue // the version that wrote it had no such table
		}
		if _, err := tx.ExecContext(ctx, `CREATE TABLE `+to+`.`+t+` AS TABLE `+t); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// withoutAddress returns why an address cannot be used, without it.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*pgconn.ParseConfigError](err); ok {
		return fmt.Errorf("%w: %w", ErrAddress, cmp.Or(e.Unwrap(), errors.New("an option in it is wrong")))
	}
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		why := ErrUnreachable
		if aboutCertificate(err) {
			why = ErrUntrusted
		}
		return fmt.Errorf("%w: %w", why, firstOf{e.Unwrap()})
	}
	return err
}

// aboutCertificate reports whether TLS failed for the server's certificate. With
// sslmode=verify-ca the driver looks at it by itself.
func aboutCertificate(err error) bool {
	var (
		refused   *tls.CertificateVerificationError
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
	)
	return errors.As(err, &refused) || errors.As(err, &invalid) || errors.As(err, &authority)
}

// A firstOf says what the server answered, or else what the first of several errors says:
// there is one for each address of a host, and they are often the same.
type firstOf struct{ error }

func (e firstOf) Error() string {
	if answer, ok := errors.AsType[*pgconn.PgError](e.error); ok {
		return answer.Error() // such as a wrong password, after TLS was tried in vain
	}
	text, _, _ := strings.Cut(e.error.Error(), "\n")
	return text
}

func (e firstOf) Unwrap() error { return e.error }

// postgresLockKey names the lock among those of other programs on the server. A
// schema's is told from it by its name.
const postgresLockKey = 0x7065_6572_736c_6f74 // peerslot

func lockKey(names ...string) int64 {
	h := fnv.New64a()
	for _, n := range names {
		_, _ = h.Write([]byte(n + "\x00"))
	}
	return int64(postgresLockKey ^ h.Sum64())
}

// postgresLocks returns how to take the advisory locks of a store.
func postgresLocks(db *sql.DB, schema string) locks {
	whole := int64(postgresLockKey)
	if schema != "" {
		whole = lockKey(schema)
	}
	return locks{
		all: func(ctx context.Context) (func(), error) { return advisory(ctx, db, lockCall{"", whole}) },
		one: func(ctx context.Context, name string) (func(), error) {
			return advisory(ctx, db, lockCall{"_shared", whole}, lockCall{"", lockKey(schema, name)})
		},
	}
}

// A lockCall is an advisory lock as it is asked for.
type lockCall struct {
	mode string
	key  int64
}

// advisory takes all of the locks in one session, or none; the session ends them.
func advisory(ctx context.Context, db *sql.DB, calls ...lockCall) (func(), error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var held []lockCall
	unlock := func() {
		for _, c := range held {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock`+c.mode+`($1)`, c.key)
		}
		_ = conn.Close()
	}
	for _, c := range calls {
		var got bool
		if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock`+c.mode+`($1)`, c.key).Scan(&got); err != nil || !got {
			unlock()
			return nil, cmp.Or(err, error(scheduler.ErrBusy))
		}
		held = append(held, c)
	}
	return unlock, nil
}
