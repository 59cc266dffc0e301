package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/repair"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

const (
	replyEvery = 5 * time.Minute  // how often the mailbox of the replies is read
	jobWait    = 30 * time.Second // for another run, before a job is put off
	settling   = 10 * time.Minute // for which a review waits for changes of the night
)

// Find implements worker.Work.
func (c *crew) Find(ctx context.Context) []worker.Job {
	var out []worker.Job
	for _, m := range c.members(ctx) {
		jobs, err := c.due(ctx, m)
		if ctx.Err() != nil {
			return nil
		}
		c.tell(m.name, err)
		out = append(out, jobs...)
	}
	return out
}

// due returns what is to be done for one workspace, by what its store says.
func (c *crew) due(ctx context.Context, m member) ([]worker.Job, error) {
	st, err := c.databases.Open(ctx, storeURL(m.config))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	known, err := st.Unattended(ctx)
	if err != nil {
		return nil, err
	}
	begun, err := st.Begun(ctx)
	if err != nil {
		return nil, err
	}
	jobs := m.nights(known, c.app.now(), len(begun))
	for _, b := range begun {
		jobs = append(jobs, worker.Job{Kind: worker.Series, Workspace: m.key(), Subject: b.Group})
	}
	letters, err := c.letters(ctx, m, st)
	return append(jobs, letters...), err
}

// nights returns the pass that is due, then, once the changes that it began are on the
// calendars or had time enough, the review of that moment.
func (m member) nights(known scheduler.Unattended, now time.Time, begun int) []worker.Job {
	at, ok := lastNight(m.config, now)
	job := worker.Job{Workspace: m.key(), Subject: at.UTC().Format(time.RFC3339)}
	switch {
	case !ok:
		return nil
	case known.Repaired.Before(at):
		job.Kind = worker.Night
	case known.Reviewed.Before(at) && (begun == 0 || now.Sub(known.Repaired) > settling):
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
func (c *crew) letters(ctx context.Context, m member, st *store.Store) ([]worker.Job, error) {
	if !m.config.Mail.Configured() {
		return nil, nil
	}
	var out []worker.Job
	due, err := (&mail.Outbox{Store: st, Now: c.app.now}).Due(ctx)
	for _, n := range due {
		out = append(out, worker.Job{Kind: worker.Message, Workspace: m.key(), Subject: n.ID})
	}
	if m.config.Mail.Replies != nil && time.Since(c.asked[m.key()]) > replyEvery {
		c.asked[m.key()] = time.Now()
		out = append(out, worker.Job{Kind: worker.Replies, Workspace: m.key()})
	}
	return out, err
}

// later puts a job off.
func later(after time.Duration, why error) error { return &worker.LaterError{After: after, Why: why} }

// Do implements worker.Work.
func (c *crew) Do(ctx context.Context, j worker.Job) ([]worker.Job, error) {
	next, err := c.try(ctx, j)
	what := c.app.log().With("workspace", j.Workspace, "job", string(j.Kind), "subject", j.Subject)
	switch put, ok := errors.AsType[*worker.LaterError](err); {
	case ok:
		what.Info("put off", "for", put.After, "why", put.Why)
	case err != nil:
		what.Warn("failed, and is tried again", "err", err, "hint", hintFor(err))
	default:
		what.Info("done")
	}
	return next, err
}

func (c *crew) try(ctx context.Context, j worker.Job) ([]worker.Job, error) {
	all := c.members(ctx)
	i := slices.IndexFunc(all, func(m member) bool { return m.key() == j.Workspace })
	if i < 0 {
		return nil, later(time.Minute, fmt.Errorf("there is no workspace %s here", j.Workspace))
	}
	w, err := c.open(ctx, all[i])
	if errors.Is(err, store.ErrNewer) {
		return nil, later(time.Minute, err)
	}
	if err != nil {
		return nil, err
	}
	defer w.close()
	next, err := c.doIn(ctx, w, j)
	if errors.Is(err, scheduler.ErrBusy) {
		return nil, later(5*time.Second, err)
	}
	if err != nil {
		return nil, err
	}
	return next, w.mended(ctx, j)
}

func (c *crew) doIn(ctx context.Context, w *workspace, j worker.Job) ([]worker.Job, error) {
	switch j.Kind {
	case worker.Night:
		return w.night(ctx, j)
	case worker.Review:
		return nil, w.reviewNight(ctx, j)
	case worker.Series:
		return c.finish(ctx, w, j)
	case worker.Message:
		return nil, w.sendOne(ctx, j.Subject)
	case worker.Replies:
		return nil, w.hearReplies(ctx)
	}
	return nil, fmt.Errorf("there are no jobs of the kind %q", j.Kind)
}

// finish finishes what is begun for a group. The last one makes room for the review.
func (c *crew) finish(ctx context.Context, w *workspace, j worker.Job) ([]worker.Job, error) {
	ready, err := w.service.Ready(ctx)
	if err != nil {
		return nil, err
	}
	if err := ready.Finish(ctx, j.Subject, jobWait); err != nil {
		return nil, err
	}
	known, err := ready.Store.Unattended(ctx)
	if err != nil {
		return nil, err
	}
	begun, err := ready.Store.Begun(ctx)
	return member{config: w.Config, name: j.Workspace}.nights(known, w.service.Now(), len(begun)), err
}

// inTurn calls f in a turn of its own, unless done says that it was done already.
func (w *workspace) inTurn(ctx context.Context, moment string, done func(scheduler.Unattended) time.Time, f func(*workspace, time.Time) error) error {
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return err
	}
	turn, err := w.service.Turn(ctx, scheduler.TurnOptions{Wait: jobWait})
	if err != nil {
		return err
	}
	defer turn.End()
	known, err := turn.Store.Unattended(ctx)
	if err != nil || !done(known).Before(at) {
		return err
	}
	return f(w.in(turn), at)
}

// night plans the pass, and records what each series is to become.
func (w *workspace) night(ctx context.Context, j worker.Job) (next []worker.Job, err error) {
	err = w.inTurn(ctx, j.Subject, func(u scheduler.Unattended) time.Time { return u.Repaired }, func(w *workspace, at time.Time) error {
		if w.Mail.Configured() {
			if err := w.app.fetchMail(ctx, w, &mailed{}); err != nil {
				return err
			}
		}
		plan, err := repair.PlanNight(ctx, w.service)
		if err == nil {
			err = repair.Begin(ctx, w.service, &plan)
		}
		if err == nil {
			err = w.service.KeepUnknown(ctx, plan.Unknown)
		}
		if err != nil {
			return err
		}
		w.logFindings("repair", plan.Findings)
		for _, b := range plan.Bookings {
			next = append(next, worker.Job{Kind: worker.Series, Workspace: j.Workspace, Subject: b.Group})
		}
		if len(next) == 0 {
			next = append(next, worker.Job{Kind: worker.Review, Workspace: j.Workspace, Subject: j.Subject})
		}
		return w.service.Pass(ctx, availability.Later(at, w.service.Now()), time.Time{})
	})
	return next, err
}

// reviewNight decides what follows.
func (w *workspace) reviewNight(ctx context.Context, j worker.Job) error {
	return w.inTurn(ctx, j.Subject, func(u scheduler.Unattended) time.Time { return u.Reviewed }, func(w *workspace, at time.Time) error {
		r, err := planReviews(ctx, w, scheduler.ReviewOptions{})
		if err == nil {
			err = r.apply(ctx, w)
		}
		if err == nil {
			err = w.ask(ctx, r.plan.Asking)
		}
		if err != nil {
			return err
		}
		for _, at := range r.out.Attention {
			w.app.log().Warn("needs a person", "command", "review", "group", at.Group, "what", at.What)
		}
		return w.service.Pass(ctx, time.Time{}, availability.Later(at, w.service.Now()))
	})
}

func (w *workspace) logFindings(command string, findings []scheduler.Finding) {
	for _, f := range findings {
		at := report.NewAttention(w.Workspace, f)
		w.app.log().Warn("needs a person", "command", command, "group", at.Group, "what", at.What)
	}
}

// sendOne sends one message, which nobody else sends meanwhile.
func (w *workspace) sendOne(ctx context.Context, id string) error {
	unlock, err := w.service.Store.LockGroup(ctx, "message "+id, jobWait)
	if err != nil {
		return err
	}
	defer unlock()
	out := w.app.outbox(w)
	out.Rate = 0
	if pace := w.app.budget; pace != nil && w.Mail.Rate > 0 {
		if err := pace("mail of "+string(w.Mail.From.Address), int(60*rate.Limit(w.Mail.Rate))).Wait(ctx); err != nil {
			return err
		}
	}
	sent, err := out.SendOne(ctx, id)
	w.logFindings("mail", sent.Findings)
	return err
}

// hearReplies reads what members answered by mail.
func (w *workspace) hearReplies(ctx context.Context) error {
	turn, err := w.service.Turn(ctx, scheduler.TurnOptions{Wait: jobWait})
	if err != nil {
		return err
	}
	defer turn.End()
	var done mailed
	w = w.in(turn)
	err = w.app.fetchMail(ctx, w, &done)
	w.logFindings("mail", done.findings)
	return err
}

// GiveUp implements worker.Work.
func (c *crew) GiveUp(ctx context.Context, j worker.Job, failed error) {
	c.app.log().Error("given up", "workspace", j.Workspace, "job", string(j.Kind), "subject", j.Subject, "err", failed)
	for _, m := range c.members(ctx) {
		if m.key() != j.Workspace {
			continue
		}
		st, err := c.databases.Open(ctx, storeURL(m.config))
		if err == nil {
			dead := scheduler.FailedJob{Kind: string(j.Kind), Subject: j.Subject, At: c.app.now().UTC(), Why: failed.Error()}
			_, err = st.Commit(ctx, scheduler.Batch{Unattended: &scheduler.Unattended{Dead: []scheduler.FailedJob{dead}}})
			st.Close()
		}
		if err != nil {
			c.app.log().Error("that could not be recorded", "workspace", j.Workspace, "err", err)
		}
	}
}

// mended notes that a job that had been given up is done.
func (w *workspace) mended(ctx context.Context, j worker.Job) error {
	known, err := w.service.Store.Unattended(ctx)
	if err != nil {
		return err
	}
	for _, dead := range known.Dead {
		if dead.Kind == string(j.Kind) && (dead.Subject == j.Subject || j.Kind == worker.Night || j.Kind == worker.Review) {
			if _, err := w.service.Store.Commit(ctx, scheduler.Batch{Mended: &dead}); err != nil {
				return err
			}
		}
	}
	return nil
}
