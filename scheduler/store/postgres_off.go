//go:build nopostgres

package store

import (
	"context"
	"errors"
)

// Postgres says whether this build can use PostgreSQL.
const Postgres = false

var errNoPostgres = errors.New("this peerslot was built without PostgreSQL; use an SQLite file, or a build without the tag nopostgres")

func openPostgres(context.Context, string) (*Store, error) { return nil, errNoPostgres }

func readPostgres(context.Context, string) (*Store, error) { return nil, errNoPostgres }

type pools struct{}

func (pools) close() {}

type jobsPostgres struct{}

func (*Databases) openPostgres(context.Context, string) (*Store, error) { return nil, errNoPostgres }

func (*Databases) jobsIn(context.Context, string) (*Jobs, error) { return nil, errNoPostgres }

func (*Databases) jobsAreThere(context.Context, string) (bool, error) { return false, errNoPostgres }
