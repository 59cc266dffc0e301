// Command peerslot finds the weekly time at which peers can meet over three
// months, books it, and keeps it working. See the README for a tour.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // for machines without zone data; the system's is preferred

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"golang.org/x/term"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends the process
	signal.Ignore(syscall.SIGPIPE) // a reader that went away is an error like any other
	a := &console.App{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv:      os.Getenv,
		Now:         time.Now,
		Interactive: term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd())),
		Terminal:    term.IsTerminal(int(os.Stdout.Fd())),
	}
	if os.Getenv("GOGC") == "" {
		followGarbage()
		a.Loading = lessGarbage
	}
	if columns, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		a.Width = columns
	}
	return execute(ctx, a, os.Args[1:])
}
