package schedulertest

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// NewDatabase makes a database on a PostgreSQL server, of whose URL it returns its own. It
// goes with the test.
func NewDatabase(t testing.TB, server string) string {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("peerslot_%d", time.Now().UnixNano())
	if _, err := admin.Exec(t.Context(), `CREATE DATABASE `+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`)
		_ = admin.Close(context.Background())
	})
	return changed(t, server, func(u *url.URL) { u.Path = "/" + name })
}

// InSchema returns the URL of a schema of the database at location.
func InSchema(t testing.TB, location, schema string) string {
	t.Helper()
	return changed(t, location, func(u *url.URL) {
		q := u.Query()
		q.Set("schema", schema)
		u.RawQuery = q.Encode()
	})
}

func changed(t testing.TB, location string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}
