//go:build !nopostgres

package main

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/store"
)

// newDatabase makes a database on the server and returns its URL; it goes with the test.
func newDatabase(t testing.TB, server string) string {
	t.Helper()
	admin := &store.Databases{}
	jobs, err := admin.Jobs(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("peerslot_fleet_%d", time.Now().UnixNano())
	if _, err := jobs.Postgres.Exec(t.Context(), `CREATE DATABASE `+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = jobs.Postgres.Exec(context.Background(), `DROP DATABASE `+name+` WITH (FORCE)`)
		admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func withSchema(t testing.TB, location, schema string) string {
	t.Helper()
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("schema", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
