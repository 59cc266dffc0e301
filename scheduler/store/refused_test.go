package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// A server that offers no TLS and refuses the password is named for the password.
func TestWhatTheServerAnswered(t *testing.T) {
	tls := errors.New("127.0.0.1:5432: tls error: server refused TLS connection")
	refused := &pgconn.PgError{Severity: "FATAL", Code: "28P01", Message: "password authentication failed"}
	if got := (firstOf{errors.Join(tls, refused)}).Error(); !strings.Contains(got, "password") || strings.Contains(got, "TLS") {
		t.Errorf("%q; want what the server answered", got)
	}
	if got := (firstOf{errors.Join(tls, tls)}).Error(); got != tls.Error() {
		t.Errorf("%q; want it once", got)
	}
}
