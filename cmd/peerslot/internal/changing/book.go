package changing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/unicode/norm"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
	"github.com/peerslot/peerslot/scheduler/pile"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// BookOptions are the arguments and flags of book.
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
			o.Names, o.Name = args, norm.NFC.String(o.Name) // composed, as names in a configuration are
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

// Run books as the command does.
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
		plan:     func(ctx context.Context, w *workspace.Workspace) (booked, error) { return o.plan(ctx, a, w) },
		warn:     func(_ *workspace.Workspace, b booked) { warnOfBooking(a, b) },
		show:     func(w *workspace.Workspace, p report.Printer, b booked) { b.show(w, p) },
		question: booked.question,
		apply:    func(ctx context.Context, w *workspace.Workspace, b *booked) error { return b.apply(ctx, w) },
		done: func(w *workspace.Workspace, p report.Printer, b booked, applied bool) {
			tellBooked(a, w, p, b, applied)
		},
		answer:  booked.answer,
		verdict: booked.verdict,
	}
}

// A booked is what book carries from its plans to its answer: of each plan what is told of
// it, and the rest on a pile until it is shown and carried out.
type booked struct {
	groups  []bookedGroup                      // in the order of the requests
	todo    int                                // how many are to be booked
	pile    *pile.Ordered[*scheduler.Bookable] // by the number of the group; nil where nothing is to be booked
	brief   bool                               // nobody asks for more of a series than people are told
	unknown []scheduler.Unknown
}

// A bookedGroup is what is known of one group's series.
type bookedGroup struct {
	name   string
	todo   bool              // it is to be booked
	past   availability.Date // on which the first session is in the past; zero for none
	series report.Series     // that is planned, or, once it is booked, that there is
	err    error             // why there is none; nil if there is
}

func (o BookOptions) plan(ctx context.Context, a *console.App, w *workspace.Workspace) (b booked, err error) {
	if o.All {
		if err := w.NoteBroken(ctx); err != nil {
			return b, err
		}
	}
	groups, err := w.GroupsFor(ctx, o.Selection)
	if err != nil {
		return b, err
	}
	if len(groups) == 0 {
		a.HintNoGroups()
	}
	if _, there := w.Workspace.GroupsByName().Find(o.Name); there {
		return b, console.Usagef(fmt.Sprintf("book it with 'peerslot book %s', or choose another name", console.Word(o.Name)), "--name %s: there is a group of that name", o.Name)
	}
	requests, err := o.requests(w, groups, w.Service.Now())
	if err != nil {
		return b, err
	}
	b = booked{groups: make([]bookedGroup, len(requests)), pile: &pile.Ordered[*scheduler.Bookable]{}, brief: o.Yes && !a.Json}
	err = booking.PlanEach(ctx, w.Service, len(requests), func(i int) scheduler.Request { return requests[i] }, func(number int, p scheduler.BookingPlan) error {
		err := b.note(w, number, p)
		b.shorten(&b.groups[number])
		if err != nil {
			return err
		}
		var one *scheduler.Bookable
		if b.groups[number].todo {
			kept := p.Bookable()
			one = &kept
		}
		return b.pile.Add(number, one)
	})
	b.unknown = planning.UniqueUnknown(b.unknown)
	return b, err
}

// note notes a plan.
func (b *booked) note(w *workspace.Workspace, number int, p scheduler.BookingPlan) error {
	g := &b.groups[number]
	g.name = p.Group.Name
	b.unknown = append(b.unknown, p.Unknown...)
	switch {
	case p.Problem != nil:
		return g.is(scheduler.Booking{}, false, p.Problem)
	case p.Existing != nil:
		return g.is(*p.Existing, false, p.Existing.Fault)
	}
	b.todo++
	g.todo = true
	if first, err := p.Candidate.Slot.On(p.Candidate.First); err == nil && first.Start.Before(w.Service.Now()) {
		g.past = p.Candidate.First
	}
	return g.is(p.Booking, false, nil)
}

// shorten leaves of the group's series what people are told.
func (b *booked) shorten(g *bookedGroup) {
	if s := g.series; b.brief {
		g.series = report.Series{Group: s.Group, Slot: s.Slot, Count: s.Count, Created: s.Created}
	}
}

// is notes which series the group has, or why none. What would meet all others, too, is
// an error.
func (g *bookedGroup) is(one scheduler.Booking, created bool, err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, calendar.ErrSignIn), errors.Is(err, calendar.ErrQuota):
		return err
	case errors.Is(err, booking.ErrOtherSeries):
		g.err = fmt.Errorf("%w; end it with 'peerslot cancel %s', or move what is left of it with 'peerslot repair --rebook %s'", err, console.Word(g.name), console.Word(g.name))
	case errors.Is(err, booking.ErrUnderQuorum):
		g.err = fmt.Errorf("%w (--slot with --anyway books it all the same)", err)
	case err != nil:
		g.err = err
	default:
		g.series, err = report.NewSeries(one, created)
		return err
	}
	return nil
}

func (b booked) question() string {
	if b.todo == 0 {
		return ""
	}
	return fmt.Sprintf("Book %s?", report.Count(b.todo, "series", "series"))
}

// show writes the plans.
func (b *booked) show(w *workspace.Workspace, p report.Printer) {
	for one, err := range b.pile.All() {
		switch {
		case err != nil:
			p.Printf("%v\n", err)
		case one != nil:
			p.BookingPlan(w.Workspace, *one.Plan())
		}
	}
}

// apply carries the plans out, which were shown.
func (b *booked) apply(ctx context.Context, w *workspace.Workspace) error {
	i, done := -1, 0
	for p, err := range b.pile.All() {
		if i++; err != nil {
			return err
		} else if p == nil {
			continue
		}
		g := &b.groups[i]
		one, created, err := w.Service.Book(ctx, *p.Plan())
		done++
		w.Progress("booking", done, len(b.groups))
		err = g.is(one, created, err)
		b.shorten(g)
		switch {
		case errors.Is(err, calendar.ErrSignIn), errors.Is(err, calendar.ErrQuota):
			return fmt.Errorf("stopped with %d of %s booked: %w", len(booked{groups: b.groups[:i]}.out().Series), report.Count(len(b.groups), "series", "series"), err)
		case err != nil:
			return err
		}
	}
	return nil
}

// out is the answer as far as it goes.
func (b booked) out() report.Book {
	out := report.Book{Series: []report.Series{}, Unknown: report.Unknowns(b.unknown)}
	for _, g := range b.groups {
		if g.err != nil {
			out.Failed = append(out.Failed, report.Problem{Group: g.name, Error: g.err.Error()})
		} else {
			out.Series = append(out.Series, g.series)
		}
	}
	return out
}

func (b booked) answer(planned bool) any {
	out := b.out()
	out.Plan = planned
	if nothing(out) {
		out.Error, out.Hint = nothingBooked, "failed says why"
	}
	for i := range out.Series {
		out.Series[i].Created = out.Series[i].Created && !planned
	}
	return out
}

const nothingBooked = "nothing could be booked"

func nothing(out report.Book) bool { return len(out.Failed) > 0 && len(out.Series) == 0 }

func (b booked) verdict() error {
	out := b.out()
	if nothing(out) {
		return console.WithHint(errors.New(nothingBooked), "see the warnings above")
	}
	return console.PersonIf(len(out.Failed) > 0)
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
	a.WarnUnknown(b.unknown)
	for _, g := range b.groups {
		if g.past != (availability.Date{}) {
			a.Warn("group %q: the first session, on %s, is in the past", g.name, g.past)
		}
	}
}

func tellBooked(a *console.App, w *workspace.Workspace, p report.Printer, b booked, applied bool) {
	out := b.out()
	for _, f := range out.Failed {
		a.Warn("group %q is not booked: %s", f.Group, f.Error)
	}
	created := false
	for _, s := range out.Series {
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
