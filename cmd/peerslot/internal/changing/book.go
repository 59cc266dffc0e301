package changing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

type BookOptions struct {
	workspace.Selection
	workspace.SearchFlags
	console.ChangeFlags
	slot    string
	anyway  bool
	noMoves bool
}

// NewBookCmd returns the command.
func NewBookCmd(a *console.App) *cobra.Command {
	var o BookOptions
	cmd := &cobra.Command{
		Use:   "book (GROUP… | --all | --with ADDRESS,ADDRESS… --name NAME)",
		Short: "Book the best slot as one recurring invite that ends by itself",
		Long: `Plans a series for each group, shows the plan, and books it once you agree. Groups
that share members are planned together: what one takes is busy for the next.
Sessions whose weeks are known to be bad are moved within their week, by the rules
of repair. A group that has a series already is left alone.`,
		Example: `  peerslot book first-circle
  peerslot book first-circle --slot "tue 15:00" --start 2026-01-05
  peerslot book --all --yes
  peerslot book --with ana@acme.example,bo@acme.example --name ana-bo --duration 30m`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := console.NoEmptyFlags(cmd, "slot", "name", "start"); err != nil {
				return err
			}
			o.Names = args
			return o.Run(cmd.Context(), a)
		},
	}
	o.SearchFlags.Add(cmd)
	o.ChangeFlags.Add(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.All, "all", false, "book every group that has no series")
	flags.StringSliceVar(&o.With, "with", nil, "`ADDRESSES` of an ad-hoc group, comma-separated")
	flags.StringVar(&o.Name, "name", "", "`NAME` of the ad-hoc group")
	flags.StringVar(&o.slot, "slot", "", "book this `SLOT`, such as \"tue 15:00\" or tue-15:00, instead of the best")
	flags.BoolVar(&o.noMoves, "no-moves", false, "leave every session at the slot, however bad its week")
	flags.BoolVar(&o.anyway, "anyway", false, "with --slot: book it also if fewer than the quorum can attend most of its sessions")
	return cmd
}

func (o BookOptions) Run(ctx context.Context, a *console.App) error {
	if err := o.Selection.Check("book", "--all, or people with --with"); err != nil {
		return err
	}
	if err := o.checkName(); err != nil {
		return err
	}
	return o.change(a).run(ctx, a)
}

func (o BookOptions) change(a *console.App) change[booked] {
	return change[booked]{
		flags:    o.ChangeFlags,
		plan:     o.plan,
		warn:     func(_ *workspace.Workspace, b booked) { warnOfBooking(a, b) },
		show:     func(w *workspace.Workspace, p report.Printer, b booked) { p.BookingPlans(w.Workspace, b.plans) },
		question: booked.question,
		apply:    func(ctx context.Context, w *workspace.Workspace, b *booked) error { return b.apply(ctx, w) },
		done: func(w *workspace.Workspace, p report.Printer, b booked, applied bool) {
			tellBooked(a, w, p, b, applied)
		},
		answer:  booked.answer,
		verdict: booked.verdict,
	}
}

// A booked is what book carries from its plans to its answer.
type booked struct {
	plans []scheduler.BookingPlan
	out   report.Book
	now   time.Time
}

func (o BookOptions) plan(ctx context.Context, w *workspace.Workspace) (booked, error) {
	b := booked{now: w.Service.Now()}
	if o.All {
		if err := w.NoteBroken(ctx); err != nil {
			return b, err
		}
	}
	groups, err := w.GroupsFor(ctx, o.Selection)
	if err != nil {
		return b, err
	}
	if _, there := w.Workspace.GroupsByName()[o.Name]; there {
		return b, console.Usagef(fmt.Sprintf("book it with 'peerslot book %s', or choose another name", o.Name), "--name %s: there is a group of that name", o.Name)
	}
	requests, err := o.requests(w, groups, b.now)
	if err != nil {
		return b, err
	}
	if b.plans, err = booking.Plan(ctx, w.Service, requests); err != nil {
		return b, err
	}
	return b, b.collect(func(p scheduler.BookingPlan) (scheduler.Booking, bool, error) { return p.Booking, false, nil })
}

// collect makes the answer of what book does with each plan.
func (b *booked) collect(book func(scheduler.BookingPlan) (scheduler.Booking, bool, error)) error {
	b.out = report.Book{Series: []report.Series{}, Unknown: report.Unknowns(planning.UnknownIn(b.plans))}
	for _, p := range b.plans {
		var one scheduler.Booking
		created, err := false, p.Problem
		switch {
		case err != nil:
		case p.Existing != nil:
			one, err = *p.Existing, p.Existing.Fault
		default:
			one, created, err = book(p)
		}
		switch {
		case errors.Is(err, context.Canceled):
			return err
		case errors.Is(err, calendar.ErrSignIn), errors.Is(err, calendar.ErrQuota): // it would meet all others
			return fmt.Errorf("stopped with %d of %s booked: %w", len(b.out.Series), report.Count(len(b.plans), "series", "series"), err)
		case err != nil:
			if errors.Is(err, booking.ErrOtherSeries) {
				err = fmt.Errorf("%w; end it with 'peerslot cancel %s', or move what is left of it with 'peerslot repair --rebook %s'", err, p.Group.Name, p.Group.Name)
			}
			b.out.Failed = append(b.out.Failed, report.Problem{Group: p.Group.Name, Error: err.Error()})
			continue
		}
		s, err := report.NewSeries(one, created)
		if err != nil {
			return err
		}
		b.out.Series = append(b.out.Series, s)
	}
	return nil
}

func (b booked) question() string {
	todo := 0
	for _, p := range b.plans {
		if p.Existing == nil && p.Problem == nil {
			todo++
		}
	}
	if todo == 0 {
		return ""
	}
	return fmt.Sprintf("Book %s?", report.Count(todo, "series", "series"))
}

func (b *booked) apply(ctx context.Context, w *workspace.Workspace) error {
	n := 0
	return b.collect(func(p scheduler.BookingPlan) (scheduler.Booking, bool, error) {
		one, created, err := w.Service.Book(ctx, p)
		n++
		w.Progress("booking", n, len(b.plans))
		return one, created, err
	})
}

func (b booked) answer(planned bool) any {
	out := b.out
	out.Plan = planned
	if b.nothing() {
		out.Error, out.Hint = nothingBooked, "failed says why"
	}
	if planned {
		out.Series = slices.Clone(out.Series)
		for i := range out.Series {
			out.Series[i].Created = false
		}
	}
	return out
}

const nothingBooked = "nothing could be booked"

func (b booked) nothing() bool { return len(b.out.Failed) > 0 && len(b.out.Series) == 0 }

func (b booked) verdict() error {
	switch {
	case b.nothing():
		return console.WithHint(errors.New(nothingBooked), "see the warnings above")
	case len(b.out.Failed) > 0:
		return &console.NeedsPerson{}
	}
	return nil
}

// checkName reports an ad-hoc group whose name later commands could not use.
func (o BookOptions) checkName() error {
	switch {
	case len(o.With) == 0 && o.Name != "":
		return console.Usagef("", "book: --name goes with --with")
	case len(o.With) == 0:
		return nil
	case o.Name == "":
		return console.Usagef("add --name NAME: later commands need a name for the group", "book --with names no group")
	}
	if err := config.CheckName(o.Name); err != nil {
		return console.Usagef("", "--name: %w", err)
	}
	return nil
}

func (o BookOptions) requests(w *workspace.Workspace, groups []scheduler.Group, now time.Time) ([]scheduler.Request, error) {
	var out []scheduler.Request
	for _, g := range groups {
		if _, ok := w.Workspace.Program(g.Program); !ok {
			out = append(out, scheduler.Request{Group: g}) // its plan says what is wrong
			continue
		}
		search, err := o.Search(w, g, now)
		if err != nil {
			return nil, err
		}
		r := scheduler.Request{Group: g, Search: search, Stay: o.noMoves, Anyway: o.anyway && o.slot != ""}
		if !o.All {
			r.Asked = o.Asked()
		}
		if o.slot != "" {
			if r.Slot, err = availability.ParseSlot(strings.Replace(o.slot, "-", " ", 1), search.Length, search.Zone); err != nil {
				return nil, console.Usagef("", "--%w", err)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// warnOfBooking tells whose time is not known, and what would begin in the past.
func warnOfBooking(a *console.App, b booked) {
	a.WarnUnknown(planning.UnknownIn(b.plans))
	for _, p := range b.plans {
		if first, err := p.Candidate.Slot.On(p.Candidate.First); err == nil && p.Existing == nil && p.Problem == nil && first.Start.Before(b.now) {
			a.Warn("group %q: the first session, on %s, is in the past", p.Group.Name, p.Candidate.First)
		}
	}
}

func tellBooked(a *console.App, w *workspace.Workspace, p report.Printer, b booked, applied bool) {
	for _, f := range b.out.Failed {
		a.Warn("group %q is not booked: %s", f.Group, f.Error)
	}
	created := false
	for _, s := range b.out.Series {
		switch {
		case s.Created && applied:
			created = true
			p.Printf("Booked %s: %s, %s\n", s.Group, s.Slot, report.Count(s.Count, "session", "sessions"))
		case applied || b.question() == "":
			p.Printf("%s has a series already: %s, %s\n", s.Group, s.Slot, report.Count(s.Count, "session", "sessions"))
		}
	}
	if created && w.Service.Notifier == nil && !w.Service.Backend.Capabilities().SendsInvites {
		a.Hint("the calendar tells nobody by itself: send the members the .ics that 'peerslot export' writes")
	}
}
