package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
)

func newWorkCmd(a *console.App) *cobra.Command {
	var o workOptions
	cmd := &cobra.Command{
		Use:   "work",
		Short: "Do what is due, unattended, until stopped",
		Long: `Does what is due until it is stopped by a signal: the nightly pass and the review at
nightly: in web:, mail and replies, and what an interrupted run left. 'peerslot serve'
does the same beside the pages. Any number of processes may work on one PostgreSQL
database, on as many machines; on a SQLite file, those of one machine.

-c may name a folder: each *.yaml in it is a workspace. One that cannot be used is
named in the log, and hinders no other. What is due is found from the stores, so that
a night that was missed while nothing ran is caught up, once.`,
		Example: `  peerslot work
  peerslot -c /etc/peerslot work --jobs 16`,
		Args: console.Exactly(0, "takes no arguments; -c names a workspace or a folder of them"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.add(a, cmd)
	return cmd
}

// workOptions are the flags of commands that do jobs.
type workOptions struct {
	jobs    int
	every   time.Duration
	metrics string // where Prometheus asks; "" for no address of its own
}

func (o *workOptions) add(a *console.App, cmd *cobra.Command) {
	cmd.Flags().IntVar(&o.jobs, "jobs", 8, "do at most `N` things at once")
	cmd.Flags().DurationVar(&o.every, "every", 15*time.Second, "look for what is due after each `TIME`")
	cmd.Flags().StringVar(&o.metrics, "metrics", "", "`ADDRESS` and port on which to answer Prometheus")
	a.AddAcceptClock(cmd.Flags())
}

func (o workOptions) check() error {
	const most = 1000
	if o.jobs < 1 || o.jobs > most {
		return console.Usagef("", "--jobs %d: want 1 to %d", o.jobs, most)
	}
	if o.every < time.Second {
		return console.Usagef("", "--every %s: want a second or more", o.every)
	}
	return nil
}

func (o workOptions) run(ctx context.Context, a *console.App) error {
	if err := o.check(); err != nil {
		return err
	}
	runClock(a)
	f, err := fleet.OpenFleet(a, o.jobs, o.every)
	if err != nil {
		return err
	}
	defer f.Close()
	members, err := f.Members()
	if err != nil {
		return err
	}
	metrics, err := o.openMetrics()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stderr, "Working on %d of the workspaces of %s; stop with Ctrl-C.\n", len(members), f.Path)
	hintNights(a, members)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.Work(ctx) })
	if metrics != nil {
		g.Go(func() error { return serveMetrics(ctx, workMetrics(f), metrics) })
	}
	return g.Wait()
}

// hintNights names the workspaces for which no night is done.
func hintNights(a *console.App, members []fleet.Member) {
	var without []string
	for _, m := range members {
		if !m.Config.Web.Nightly.Set {
			without = append(without, m.Name)
		}
	}
	if len(without) > 0 {
		a.Hint("nothing is repaired or reviewed by itself in %s: nightly: in web: says when", strings.Join(without, ", "))
	}
}
