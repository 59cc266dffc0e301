//go:build !nopostgres

package store

import (
	"crypto/tls"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// DemandsTLS reports whether a server at location must prove who it is.
func DemandsTLS(location string) bool {
	p, err := parsePlace(location)
	if err != nil {
		return false
	}
	proven := func(c *tls.Config) bool { return c != nil && !c.InsecureSkipVerify }
	return proven(p.config.ConnConfig.TLSConfig) && !slices.ContainsFunc(p.config.ConnConfig.Fallbacks, func(f *pgconn.FallbackConfig) bool { return !proven(f.TLSConfig) })
}

// PasswordFor returns the password with which a server at location is asked.
func PasswordFor(location string) string {
	p, err := parsePlace(location)
	if err != nil {
		return err.Error()
	}
	return p.config.ConnConfig.Password
}

// PatienceWith returns how long a server at location has to answer.
func PatienceWith(location string) time.Duration {
	p, err := parsePlace(location)
	if err != nil {
		return 0
	}
	return p.config.ConnConfig.ConnectTimeout
}
