//go:build !nopostgres

package store_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/peerslot/peerslot/scheduler/store"
)

// What is wrong with the certificate of a database is told from a database that does
// not run, and from an address that names what is not there.
func TestCertificateThatIsNotTrusted(t *testing.T) {
	for query, want := range map[string]error{
		"sslmode=verify-full": store.ErrUntrusted,
		"sslmode=verify-full&sslrootcert=" + filepath.Join(t.TempDir(), "none.crt"): store.ErrAddress,
		"sslmode=odd": store.ErrAddress,
	} {
		_, err := store.Open(t.Context(), "postgres://me:secret@"+serverWithCertificate(t)+"/x?"+query)
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", query, err, want)
		}
	}
}

// serverWithCertificate returns the address of a server that goes over to TLS when
// asked to (PostgreSQL, 55.2.11), with a certificate that nobody knows.
func serverWithCertificate(t *testing.T) string {
	t.Helper()
	pages := httptest.NewTLSServer(nil)
	pages.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			if _, err := io.ReadFull(conn, make([]byte, 8)); err == nil {
				_, _ = conn.Write([]byte("S"))
				_ = tls.Server(conn, &tls.Config{Certificates: pages.TLS.Certificates}).HandshakeContext(t.Context())
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}
