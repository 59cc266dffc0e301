package feed

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/web"
)

// What goes wrong below HTTP has the URL in its error text, so each kind must
// come out in words of our own.
func TestErrorsOfTheNetwork(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	plain := httptest.NewUnstartedServer(text(calendarOf("1")))
	plain.Config.ErrorLog = quiet
	plain.Start()
	defer plain.Close()
	dead := httptest.NewServer(nil)
	dead.Close()
	expired := newExpiredSite(t)
	path := "/" + secret + "/basic.ics?key=" + secret
	for _, tt := range []struct {
		name, url, want string
		change          func(*Fetcher)
	}{
		{"no such host", "https://example.com" + path, "is on a host that does not exist", func(f *Fetcher) { f.Resolver = names() }},
		{"no name server", "https://example.com" + path, "could not be looked up", func(f *Fetcher) { f.Resolver = deafResolver() }},
		{"refused", strings.Replace(dead.URL, "http", "https", 1) + path, "cannot be reached", nil},
		{"untrusted", s.URL + path, "has a certificate that is not trusted", func(f *Fetcher) { f.RootCAs = x509.NewCertPool() }},
		{"other name", "https://localhost:" + s.port() + path, "has a certificate for another host", func(f *Fetcher) {
			f.AllowHosts, f.Resolver = []string{"localhost"}, names("127.0.0.1")
		}},
		{"expired", expired.URL + path, "is not valid at this time", func(f *Fetcher) { f.RootCAs = expired.roots() }},
		{"no TLS", strings.Replace(plain.URL, "http", "https", 1) + path, "does not speak https", nil},
		{"TLS for http", "http" + strings.TrimPrefix(s.URL, "https") + path, "answered 400", nil},
		{"not HTTP", "http://" + listenAndSay(t, "SSH-2.0-x\r\n\r\n") + path, "cannot be read", nil},
		{"endless header", "http://" + listenAndSay(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 100<<10)+"\r\n\r\n") + path, "cannot be read", nil},
		{"hang-up", "http://" + listenAndSay(t, "") + path, "broke off its answer", nil},
	} {
		f, _ := s.fetcher(t)
		if tt.change != nil {
			tt.change(f)
		}
		_, _, err := read(t, f, tt.url)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
			continue
		}
		checkLogged(t, err)
	}
}

// checkLogged fails if a logger shows more of the error than it may.
func checkLogged(t *testing.T, err error) {
	t.Helper()
	var b bytes.Buffer
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "err", err)
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "err", err, "wrapped", fmt.Errorf("x: %w", err))
	j, _ := json.Marshal(err)
	checkText(t, b.String(), string(j))
}

func deafResolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network")
	}}
}

// listenAndSay serves connections with the same words whatever they ask.
func listenAndSay(t *testing.T, words string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			conn.Write([]byte(words))
			conn.Close()
		}
	}()
	return l.Addr().String()
}

func newExpiredSite(t *testing.T) *site {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1, 0), IPAddresses: []net.IP{{127, 0, 0, 1}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Server: httptest.NewUnstartedServer(nil)}
	s.Config.ErrorLog = quiet
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// A server that keeps sending a little is as dead as one that sends nothing.
func TestTimeLimit(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\n"
	for name, words := range map[string]string{"silent": "", "header": head[:20], "start": head, "body": head + calendarOf("1")} {
		synctest.Test(t, func(t *testing.T) {
			f := &Fetcher{Dir: t.TempDir(), Now: time.Now, AllowHosts: []string{"calendar.example"}}
			transport := web.Transport(web.Options{})
			var servers sync.WaitGroup
			transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				servers.Go(func() { drip(server, words) })
				return client, nil
			}
			f.rt = transport
			start := time.Now()
			_, _, err := read(t, f, "http://calendar.example/"+secret)
			if got := time.Since(start); got != 30*time.Second || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got %v after %v, want the end of the time limit after 30s", name, err, got)
			}
			if !strings.Contains(err.Error(), "did not answer in full within 30s") {
				t.Errorf("%s: got %v", name, err)
			}
			if left := files(t, f); len(left) != 0 {
				t.Errorf("%s: left %d files in the cache", name, len(left))
			}
			transport.CloseIdleConnections()
			servers.Wait()
		})
	}
}

// drip says words, then a byte each second until nobody listens; without words
// it is silent.
func drip(conn net.Conn, words string) {
	defer conn.Close()
	conn.Read(make([]byte, 4096))
	for _, err := io.WriteString(conn, words); err == nil && words != ""; _, err = conn.Write([]byte(" ")) {
		time.Sleep(time.Second)
	}
	io.Copy(io.Discard, conn)
}

func TestReasonSaysWhatToDo(t *testing.T) {
	s := newSite(t, status(http.StatusNotFound))
	f, _ := s.fetcher(t)
	_, _, err := read(t, f, s.url())
	e, ok := errors.AsType[*Error](err)
	want := "feed https://127.0.0.1/… answered 404 (not found): ask its owner whether it is still shared, and for its present link"
	if !ok || e.Reason() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
