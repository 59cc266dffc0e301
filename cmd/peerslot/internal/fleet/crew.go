package fleet

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

const (
	replyEvery = 5 * time.Minute  // how often the mailbox of the replies is read
	jobWait    = 30 * time.Second // for another run, before a job is put off
	settling   = 10 * time.Minute // for which a review waits for changes of the night

	// foundAtOnce is how many series of a workspace, and how many messages, one look queues. What
	// is queued already is not queued again, but to find that out takes as long.
	foundAtOnce = 2000
)

// Find implements worker.Work.
func (c *crew) Find(ctx context.Context) []worker.Job {
	var out []worker.Job
	for _, m := range c.members() {
		jobs, err := c.due(ctx, m)
		if ctx.Err() != nil {
			return nil
		}
		c.Tell(Store, m.Name, err)
		out = append(out, jobs...)
	}
	return out
}

// due returns what is to be done for one workspace, by what its store says.
func (c *crew) due(ctx context.Context, m Member) ([]worker.Job, error) {
	st, err := c.Databases.Open(ctx, account.StoreURL(m.Config))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	known, err := st.Unattended(ctx)
	if err != nil {
		return nil, err
	}
	begun, err := st.Begun(ctx, math.MaxInt32)
	if err != nil {
		return nil, err
	}
	jobs := m.nights(known, c.App.Now(), len(begun) > 0)
	for _, group := range c.turnOf(m, begun) {
		jobs = append(jobs, worker.Job{Kind: worker.Series, Workspace: m.key(), Subject: group})
	}
	letters, err := c.letters(ctx, m, st)
	return append(jobs, letters...), err
}

// turnOf returns the groups whose turn it is to be queued: others with each look if they are too
// many, so that none waits for those before it to be done.
func (c *crew) turnOf(m Member, groups []string) []string {
	if len(groups) <= foundAtOnce {
		return groups
	}
	from := c.passed[m.key()] % len(groups)
	c.passed[m.key()] = from + foundAtOnce
	return slices.Concat(groups[from:], groups[:from])[:foundAtOnce]
}

// nights returns the pass that is due, then, once the changes that it began are on the
// calendars or had time enough, the review of that moment.
func (m Member) nights(known scheduler.Unattended, now time.Time, begun bool) []worker.Job {
	at, ok := lastNight(m.Config, now)
	job := worker.Job{Workspace: m.key(), Subject: at.UTC().Format(time.RFC3339)}
	switch {
	case !ok:
		return nil
	case known.Repaired.Before(at):
		job.Kind = worker.Night
	case known.Reviewed.Before(at) && (!begun || now.Sub(known.Repaired) > settling):
		job.Kind = worker.Review
	default:
		return nil
	}
	return []worker.Job{job}
}

// lastNight returns the last moment at which the night was due, up to now.
func lastNight(c *config.Config, now time.Time) (time.Time, bool) {
	nightly := c.Web.Nightly
	zone, err := availability.LoadZone(c.Workspace.Zone)
	if !nightly.Set || err != nil {
		return time.Time{}, false
	}
	today := availability.DateOf(now.In(zone))
	for _, day := range []availability.Date{today, today.AddDays(-1)} {
		y, month, d := day.Year, day.Month, day.Day
		at := time.Date(y, month, d, 0, int(nightly.At.Minutes()), 0, 0, zone)
		if !at.After(now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// letters returns the messages that are to be sent, and now and then the replies.
func (c *crew) letters(ctx context.Context, m Member, st *store.Store) ([]worker.Job, error) {
	if !m.Config.Mail.Configured() {
		return nil, nil
	}
	var out []worker.Job
	waiting, err := c.waiting(ctx, m, st)
	for _, n := range (&mail.Outbox{Now: c.App.Now}).Due(waiting) {
		out = append(out, worker.Job{Kind: worker.Message, Workspace: m.key(), Subject: n.ID})
	}
	if m.Config.Mail.Replies != nil && time.Since(c.asked[m.key()]) > replyEvery {
		c.asked[m.key()] = time.Now()
		out = append(out, worker.Job{Kind: worker.Replies, Workspace: m.key()})
	}
	return out, err
}

// waiting returns the notices whose turn it is to be looked at: those behind the ones of the last
// look, and from the start where there are no more, so that none waits for those before it.
func (c *crew) waiting(ctx context.Context, m Member, st *store.Store) ([]scheduler.Notice, error) {
	list, err := st.Waiting(ctx, c.noticed[m.key()], foundAtOnce)
	if len(list) == 0 && err == nil {
		list, err = st.Waiting(ctx, "", foundAtOnce)
	}
	delete(c.noticed, m.key())
	if len(list) == foundAtOnce {
		c.noticed[m.key()] = list[foundAtOnce-1].ID
	}
	return list, err
}

// later puts a job off.
func later(after time.Duration, why error) error { return &worker.LaterError{After: after, Why: why} }

// Do implements worker.Work.
func (c *crew) Do(ctx context.Context, j worker.Job) ([]worker.Job, error) {
	next, err := c.try(ctx, j)
	what := c.App.Log().With("workspace", j.Workspace, "job", string(j.Kind), "subject", j.Subject)
	switch put, ok := errors.AsType[*worker.LaterError](err); {
	case ok:
		what.Info("put off", "for", put.After, "why", put.Why)
	case err != nil:
		what.Warn("failed, and is tried again", "err", err, "hint", console.HintFor(err))
		if (j.Kind == worker.Night || j.Kind == worker.Review) && ctx.Err() == nil {
			c.record(ctx, j, err, true)
		}
	default:
		what.Info("done")
	}
	return next, err
}

func (c *crew) try(ctx context.Context, j worker.Job) ([]worker.Job, error) {
	m, ok := c.member(j.Workspace)
	if !ok {
		return nil, later(time.Minute, fmt.Errorf("there is no workspace %s here", j.Workspace))
	}
	w, err := c.open(ctx, m)
	if errors.Is(err, store.ErrNewer) {
		return nil, later(time.Minute, err)
	}
	if err != nil {
		return nil, err
	}
	defer w.Close()
	next, err := c.doIn(ctx, w, j)
	if errors.Is(err, scheduler.ErrBusy) {
		return nil, later(5*time.Second, err)
	}
	if err != nil {
		return nil, err
	}
	return next, mended(ctx, w, j)
}

func (c *crew) doIn(ctx context.Context, w *workspace.Workspace, j worker.Job) ([]worker.Job, error) {
	switch j.Kind {
	case worker.Night:
		return night(ctx, w, j)
	case worker.Review:
		return nil, reviewNight(ctx, w, j)
	case worker.Series:
		return c.finish(ctx, w, j)
	case worker.Message:
		return nil, sendOne(ctx, w, j.Subject)
	case worker.Replies:
		return nil, hearReplies(ctx, w)
	}
	return nil, fmt.Errorf("there are no jobs of the kind %q", j.Kind)
}

// finish finishes what is begun for a group. The last one makes room for the review.
func (c *crew) finish(ctx context.Context, w *workspace.Workspace, j worker.Job) ([]worker.Job, error) {
	service, err := w.Service.Named(ctx)
	if err != nil {
		return nil, err
	}
	if err := service.Finish(ctx, j.Subject, jobWait); err != nil {
		return nil, err
	}
	begun, err := service.Store.Begun(ctx, 1)
	if err != nil || len(begun) > 0 {
		return nil, err
	}
	known, err := service.Store.Unattended(ctx)
	return Member{Config: w.Config, Name: j.Workspace}.nights(known, w.Service.Now(), false), err
}

// inTurn calls f in a turn of its own, unless done says that it was done already.
func inTurn(ctx context.Context, w *workspace.Workspace, moment string, done func(scheduler.Unattended) time.Time, f func(*workspace.Workspace, time.Time) error) error {
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return err
	}
	turn, err := w.Service.Turn(ctx, scheduler.TurnOptions{Wait: jobWait, AcceptClock: w.App.AcceptClock})
	if err != nil {
		return err
	}
	defer turn.End()
	known, err := turn.Store.Unattended(ctx)
	if err != nil || !done(known).Before(at) {
		return err
	}
	return f(w.In(turn), at)
}

// night plans the pass, and records what each series is to become.
func night(ctx context.Context, w *workspace.Workspace, j worker.Job) (next []worker.Job, err error) {
	err = inTurn(ctx, w, j.Subject, func(u scheduler.Unattended) time.Time { return u.Repaired }, func(w *workspace.Workspace, at time.Time) error {
		if err := hear(ctx, w); err != nil {
			return err
		}
		plan, err := repair.PlanNight(ctx, w.Service)
		if err == nil {
			err = repair.Begin(ctx, w.Service, &plan)
		}
		if err == nil {
			err = repair.KeepNight(ctx, w.Service, plan)
		}
		if err != nil {
			return err
		}
		logFindings(w, "repair", plan.Findings)
		for b, err := range plan.Bookings.All() {
			if err != nil {
				return err
			}
			next = append(next, worker.Job{Kind: worker.Series, Workspace: j.Workspace, Subject: b.Group})
		}
		if len(next) == 0 {
			next = append(next, worker.Job{Kind: worker.Review, Workspace: j.Workspace, Subject: j.Subject})
		}
		return w.Service.Pass(ctx, availability.Later(at, w.Service.Now()), time.Time{})
	})
	return next, err
}

// reviewNight decides what follows.
func reviewNight(ctx context.Context, w *workspace.Workspace, j worker.Job) error {
	return inTurn(ctx, w, j.Subject, func(u scheduler.Unattended) time.Time { return u.Reviewed }, func(w *workspace.Workspace, at time.Time) error {
		r, err := changing.PlanReviews(ctx, w, scheduler.ReviewOptions{})
		if err == nil {
			err = r.Apply(ctx, w)
		}
		if err == nil {
			err = r.Keep(ctx, w)
		}
		if err == nil {
			err = w.Ask(ctx, r.Plan.Asking)
		}
		if err != nil {
			return err
		}
		for _, at := range r.Out.Attention {
			w.App.Log().Warn("needs a person", "command", "review", "group", at.Group, "what", at.What)
		}
		return w.Service.Pass(ctx, time.Time{}, availability.Later(at, w.Service.Now()))
	})
}

func logFindings(w *workspace.Workspace, command string, findings []scheduler.Finding) {
	for _, f := range findings {
		at := w.Attention(f)
		w.App.Log().Warn("needs a person", "command", command, "group", at.Group, "what", at.What)
	}
}

// sendOne sends one message, which nobody else sends meanwhile.
func sendOne(ctx context.Context, w *workspace.Workspace, id string) error {
	unlock, err := w.Service.Store.LockGroup(ctx, "message "+id, jobWait)
	if err != nil {
		return err
	}
	defer unlock()
	out := w.Outbox()
	out.Rate = 0
	if pace := w.App.Budget; pace != nil && w.Mail.Rate > 0 {
		if err := pace(mailAccount+string(w.Mail.From.Address), int(60*rate.Limit(w.Mail.Rate))).Wait(ctx); err != nil {
			return err
		}
	}
	sent, err := out.SendOne(ctx, id)
	logFindings(w, "mail", sent.Findings)
	return err
}

// hearReplies reads what members answered by mail.
func hearReplies(ctx context.Context, w *workspace.Workspace) error {
	turn, err := w.Service.Turn(ctx, scheduler.TurnOptions{Wait: jobWait, AcceptClock: w.App.AcceptClock})
	if err != nil {
		return err
	}
	defer turn.End()
	return hear(ctx, w.In(turn))
}

// hear reads the replies, and keeps what of them needs a person.
func hear(ctx context.Context, w *workspace.Workspace) error {
	if w.Mail.Replies == nil {
		return nil
	}
	var done console.Mailed
	err := w.FetchMail(ctx, &done)
	logFindings(w, "mail", done.Findings)
	if err != nil {
		return err
	}
	return mail.KeepHeard(ctx, w.Service, done.Findings)
}

// GiveUp implements worker.Work.
func (c *crew) GiveUp(ctx context.Context, j worker.Job, failed error) {
	c.App.Log().Error("given up", "workspace", j.Workspace, "job", string(j.Kind), "subject", j.Subject, "err", failed)
	c.record(ctx, j, failed, false)
}

// record keeps that a job failed, until it is done: mended.
func (c *crew) record(ctx context.Context, j worker.Job, failed error, again bool) {
	m, ok := c.member(j.Workspace)
	if !ok {
		return
	}
	st, err := c.Databases.Open(ctx, account.StoreURL(m.Config))
	if err == nil {
		dead := scheduler.FailedJob{Kind: string(j.Kind), Subject: j.Subject, At: c.App.Now().UTC(), Why: failed.Error(), Again: again}
		if hint := console.HintFor(failed); hint != "" {
			dead.Why += "; " + hint
		}
		_, err = st.Commit(ctx, scheduler.Batch{Unattended: &scheduler.Unattended{Dead: []scheduler.FailedJob{dead}}})
		st.Close()
	}
	if err != nil {
		c.App.Log().Error("that could not be recorded", "workspace", j.Workspace, "err", err)
	}
}

// mended notes that a job that had failed is done.
func mended(ctx context.Context, w *workspace.Workspace, j worker.Job) error {
	if j.Kind == worker.Night || j.Kind == worker.Review {
		j.Subject = "" // the next one makes good what an earlier one missed
	}
	failed, err := w.Service.Store.Failed(ctx, string(j.Kind), j.Subject)
	for _, dead := range failed {
		if err == nil {
			_, err = w.Service.Store.Commit(ctx, scheduler.Batch{Mended: &dead})
		}
	}
	return err
}
