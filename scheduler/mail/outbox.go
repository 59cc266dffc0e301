package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// An Outbox sends what waits. Its fields must not change while it is in use.
type Outbox struct {
	Store  scheduler.Store
	Server Server
	From   calendar.Address // the envelope's sender, who gets the bounces
	Rate   rate.Limit       // messages a second; 0 for no limit
	Now    func() time.Time
	Log    *slog.Logger // nil for none
}

// Sent is what a run of an Outbox did.
type Sent struct {
	Sent     int
	Waiting  int // after the run
	Findings []scheduler.Finding
}

const (
	patience   = 48 * time.Hour // from the first try of a message
	firstPause = 5 * time.Minute
	mostPause  = 6 * time.Hour
)

// Send sends what is due, over one connection. What a server does not take waits,
// longer each time, for two days from its first try, and is named at once if the server
// says that it will not take it; a dead address hinders no other.
// The error is for what ends a run: the store, or ctx. A server in trouble is a
// finding.
func (o *Outbox) Send(ctx context.Context) (Sent, error) {
	all, err := o.Store.Notices(ctx)
	if err != nil {
		return Sent{}, fmt.Errorf("read the outbox: %w", err)
	}
	due := o.Due(all)
	r := &posting{Outbox: o, done: Sent{Waiting: len(all)}}
	if len(due) == 0 {
		return r.done, nil
	}
	err = r.run(ctx, due)
	return r.done, err
}

// SendOne sends the notice of that ID, if it waits, is due, and nothing waits that its
// reader must hear first. It looks at the notices of its series alone.
func (o *Outbox) SendOne(ctx context.Context, id string) (Sent, error) {
	n, ok, err := o.Store.NoticeOf(ctx, id)
	if err != nil || !ok {
		return Sent{}, err
	}
	told, err := o.Store.Told(ctx, n.UID)
	if err != nil {
		return Sent{}, fmt.Errorf("read the outbox: %w", err)
	}
	waiting := slices.DeleteFunc(told, func(o scheduler.Notice) bool { return o.State != scheduler.NoticeWaits || o.To != n.To })
	if len(waiting) == 0 || waiting[0].ID != id || waiting[0].Due.After(o.Now()) {
		return Sent{Waiting: len(waiting)}, nil
	}
	r := &posting{Outbox: o, done: Sent{Waiting: len(waiting)}}
	err = r.run(ctx, waiting[:1])
	return r.done, err
}

// Due returns what of some notices that wait is to be tried now. Nothing overtakes what of
// them the same person must hear first of the same series.
func (o *Outbox) Due(all []scheduler.Notice) []scheduler.Notice {
	type reader struct {
		uid calendar.UID
		to  calendar.Address
	}
	var due []scheduler.Notice
	held := map[reader]bool{}
	for _, n := range all {
		who := reader{n.UID, n.To}
		if held[who] = held[who] || n.Due.After(o.Now()); !held[who] {
			due = append(due, n)
		}
	}
	return due
}

// A posting is a run of an Outbox.
type posting struct {
	*Outbox
	done Sent
	held map[string]bool // series and person of what waits since this run
}

func (r *posting) run(ctx context.Context, due []scheduler.Notice) error {
	due, err := r.setAside(ctx, due)
	if err != nil || len(due) == 0 {
		return err
	}
	c, err := r.Server.connect(ctx, string(r.From))
	if err != nil {
		return r.all(ctx, due, err)
	}
	defer c.close()
	limit := rate.NewLimiter(rate.Inf, 1)
	if r.Rate > 0 {
		limit = rate.NewLimiter(r.Rate, 1)
	}
	r.held = map[string]bool{}
	for i, n := range due {
		if r.held[readerOf(n)] {
			continue
		}
		if err := limit.Wait(ctx); err != nil {
			return err
		}
		message, err := r.Store.Message(ctx, n.ID)
		if err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		if message == nil {
			continue // another run sent it meanwhile
		}
		what, err := c.send(string(n.To), message)
		if what == trouble {
			return r.all(ctx, due[i:], err)
		}
		if err := r.note(ctx, n, what, err); err != nil {
			return err
		}
	}
	return nil
}

// setAside gives up what cannot be read, and returns the rest: whom it is for is not known.
func (r *posting) setAside(ctx context.Context, due []scheduler.Notice) (rest []scheduler.Notice, err error) {
	var lost []scheduler.Notice
	for _, n := range due {
		if n.To != "" {
			rest = append(rest, n)
			continue
		}
		n.State = scheduler.NoticeGivenUp
		lost = append(lost, n)
		r.done.Waiting--
		r.finding(scheduler.MailGivenUp, n, errors.New(n.Fault))
	}
	if len(lost) == 0 {
		return rest, nil
	}
	return rest, r.commit(ctx, lost...)
}

func readerOf(n scheduler.Notice) string { return string(n.UID) + "\x00" + string(n.To) }

// note keeps what became of one message.
func (r *posting) note(ctx context.Context, n scheduler.Notice, what fate, refused error) error {
	switch what {
	case taken:
		n.State, n.Sent, n.Fault = scheduler.NoticeSent, r.Now().UTC(), ""
		r.done.Sent++
		r.done.Waiting--
		if r.Log != nil {
			r.Log.Info("mailed", "group", n.Group, "kind", string(n.Kind), "id", n.ID)
		}
	case dead:
		n.State, n.Fault = scheduler.NoticeRefused, said(refused)
		r.done.Waiting--
		r.finding(scheduler.MailRefused, n, refused)
	default:
		if e, ok := errors.AsType[*smtp.SMTPError](refused); ok && !e.Temporary() {
			r.trouble(refused)
		}
		r.wait(&n, refused)
		r.held[readerOf(n)] = true
	}
	return r.commit(ctx, n)
}

// told are the words of the history for what was sent.
var told = map[scheduler.NoticeKind]string{
	scheduler.NoticeInvited: "invited by mail", scheduler.NoticeChanged: "told of the series by mail", scheduler.NoticeSession: "told by mail where a session is",
	scheduler.NoticeOff: "told by mail that a session is off", scheduler.NoticeCancelled: "told by mail that the series is cancelled", scheduler.NoticeLeft: "told by mail that they no longer take part",
	scheduler.NoticeAsked: "asked by mail what should follow",
}

// wait puts n off, or gives it up.
func (r *posting) wait(n *scheduler.Notice, why error) {
	now := r.Now().UTC()
	if n.First.IsZero() {
		n.First = now
	}
	n.Fault = said(why)
	if now.Sub(n.First) >= patience {
		n.State = scheduler.NoticeGivenUp
		r.done.Waiting--
		r.finding(scheduler.MailGivenUp, *n, why)
		return
	}
	n.Due = now.Add(min(mostPause, firstPause<<min(n.Tries, 10)))
	n.Tries++
}

// all puts all of them off: the server is in trouble, which is one finding.
func (r *posting) all(ctx context.Context, list []scheduler.Notice, why error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.trouble(why)
	for i := range list {
		r.wait(&list[i], why)
	}
	return r.commit(ctx, list...)
}

// trouble names what the server refuses, once a run.
func (r *posting) trouble(why error) {
	if !slices.ContainsFunc(r.done.Findings, func(f scheduler.Finding) bool { return f.Kind == scheduler.MailServer }) {
		r.done.Findings = append(r.done.Findings, scheduler.Finding{Kind: scheduler.MailServer, Err: fmt.Errorf("%s: %w", r.Server.address(), why)})
	}
}

func (r *posting) finding(kind scheduler.FindingKind, n scheduler.Notice, why error) {
	r.done.Findings = append(r.done.Findings, scheduler.Finding{Kind: kind, Group: n.Group, Person: n.To, UID: n.UID, Err: errors.New(said(why))})
}

// commit keeps what was tried, also if ctx ends in this moment: the server has it.
func (r *posting) commit(ctx context.Context, list ...scheduler.Notice) error {
	batch := scheduler.Batch{Tried: list}
	for _, n := range list {
		if n.State == scheduler.NoticeSent {
			batch.Events = append(batch.Events, scheduler.Event{At: n.Sent, Group: n.Group, UID: n.UID, What: "mailed", Why: string(n.To) + ", " + told[n.Kind]})
		}
	}
	if _, err := r.Store.Commit(context.WithoutCancel(ctx), batch); err != nil {
		return fmt.Errorf("note what was sent: %w", err)
	}
	return nil
}
