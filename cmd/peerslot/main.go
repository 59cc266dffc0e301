// Command peerslot finds the weekly time at which peers can meet over three
// months, books it, and keeps it working. See the README for a tour.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // for machines without zone data; the system's is preferred

	"golang.org/x/term"
)

// softMemoryLimit makes the garbage collector work harder rather than let the
// busy times of thousands of people take twice their size.
const softMemoryLimit = 160 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemoryLimit)
	}
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv:      os.Getenv,
		environ:     os.Environ(),
		now:         time.Now,
		interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		terminal:    term.IsTerminal(int(os.Stdout.Fd())),
	}
	return a.main(ctx, os.Args[1:])
}
