package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
)

// Clients that are slow, or send too much, are cut off; others are served meanwhile.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	const form = "POST / HTTP/1.1\r\nHost: peers.example\r\nContent-Length: 100\r\n\r\nzone="
	for name, c := range map[string]struct {
		sent  string
		reads time.Duration // after which it reads the answer
		want  string        // beginning of the answer
		cut   time.Duration // by when it is cut off
	}{
		"that say nothing":               {"", 0, "", 5 * time.Second},
		"whose headers have no end":      {"GET / HTTP/1.1\r\nHost: peers.example\r\nX-A: ", 0, "", 5 * time.Second},
		"whose form has no end":          {form, 0, "HTTP/1.1 400 ", 15 * time.Second},
		"that do not read":               {"GET / HTTP/1.1\r\nHost: peers.example\r\n\r\n", time.Minute, "", time.Minute},
		"that say nothing more":          {"HEAD / HTTP/1.1\r\nHost: peers.example\r\n\r\n", 0, "HTTP/1.1 200 ", 2 * time.Minute},
		"whose headers are over 16 kB":   {"GET / HTTP/1.1\r\nHost: peers.example\r\nX-A: " + strings.Repeat("a", 21<<10) + "\r\n\r\n", 0, "HTTP/1.1 431 ", time.Second},
		"that speak something else":      {"\x16\x03\x01\x00\xa5\x01\r\n\r\n", 0, "HTTP/1.1 400 ", time.Second},
		"with two lengths (RFC 9112, 6)": {"POST / HTTP/1.1\r\nHost: peers.example\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nzone=", 0, "HTTP/1.1 400 ", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clients := make(pipes)
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error)
				go func() {
					ended <- serve(ctx, &site{fleet: &fleet.Fleet{}, listener: clients, handlers: map[string]http.Handler{"peers.example": http.HandlerFunc(echo)}}, serveOptions{})
				}()
				conn := clients.dial()
				began := time.Now()
				go func() { _, _ = io.WriteString(conn, c.sent) }()
				time.Sleep(c.reads)
				answer, _ := io.ReadAll(conn)
				if took := time.Since(began); took > c.cut || !strings.HasPrefix(string(answer), c.want) || c.want == "" && strings.Contains(string(answer), "over\n") {
					t.Errorf("answered %.60q and cut off after %v; want %q and %v", answer, took, c.want, c.cut)
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// echo reads a form, and answers with more than fits anywhere.
func echo(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(r.Body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = w.Write(append(bytes.Repeat([]byte("x"), 1<<20), "over\n"...))
}

// pipes listen for clients in memory.
type pipes chan net.Conn

func (p pipes) dial() net.Conn {
	client, server := net.Pipe()
	p <- server
	return client
}

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }

// Nothing is applied whose plan, or answer, could not be shown.
func TestAFullOutput(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	world := newLifeWorld(t, false)
	for name, c := range changers {
		for _, more := range []string{"--yes", "--json"} {
			w := world.toChange(t, c)
			before := w.files(t)
			var errs bytes.Buffer
			a := w.app(writerFunc(func([]byte) (int, error) { return 0, full }), &errs)
			status := execute(t.Context(), a, w.args(append(c.args, "--yes", more)...))
			if status != console.ExitError || !strings.Contains(errs.String(), full.Error()) {
				t.Errorf("%s %s: exit status %d, want %d and why\n%s", name, more, status, console.ExitError, errs.String())
			}
			changed := slices.DeleteFunc(changedFiles(before, w.files(t)), func(name string) bool {
				return name == "/peerslot.db" && before[name] == "" && len(w.bookings(t)) == 0 // made, and empty
			})
			if len(changed) > 0 {
				t.Errorf("%s %s: changed %v though its plan could not be shown", name, more, changed)
			}
		}
	}
}

// A read that waits does not outlast its context.
func TestInterruptibleReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		silent, w := io.Pipe()
		defer w.Close()
		stopped := errors.New("stopped")
		time.AfterFunc(time.Minute, func() { stop(stopped) })
		if _, err := console.Interruptible(ctx, silent).Read(make([]byte, 1)); !errors.Is(err, stopped) {
			t.Errorf("got error %v, want %v", err, stopped)
		}
	})
	got, err := io.ReadAll(console.Interruptible(t.Context(), strings.NewReader("all of it")))
	if err != nil || string(got) != "all of it" {
		t.Errorf("got %q, %v; want all of it", got, err)
	}
}
