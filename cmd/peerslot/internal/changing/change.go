// Package changing holds the commands that change calendars or the store. All are one
// flow: plan, show, ask, apply.
package changing

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Patience is how long a run waits for another one to end.
const Patience = 2 * time.Minute

// A change is the way of every command that changes something: what an earlier run
// left is finished, a plan is made and shown, somebody agrees, and it is applied
// exactly as it was shown. Until then store, calendars and files stay byte for byte
// as they are: what is shown was tried on a rehearsal, by the same code. P is what
// the command carries from plan to answer.
type change[P any] struct {
	flags   console.ChangeFlags
	clock   bool           // a clock behind the history ends the run
	hears   bool           // what members answered by mail counts in it
	night   bool           // it looks after what is there: a store that is not is an error
	outside bool           // apply reaches more than store and calendars, and cannot be rehearsed
	config  *config.Config // of the run, once it is read; nil to read it

	// plan makes the plan, and changes nothing.
	plan func(ctx context.Context, w *workspace.Workspace) (P, error)

	// warn tells what does not belong to the answer; it may be nil.
	warn func(w *workspace.Workspace, plan P)

	// show writes the plan for people.
	show func(w *workspace.Workspace, p report.Printer, plan P)

	// question asks for leave to apply; it is "" if there is nothing to do.
	question func(plan P) string

	// apply carries the plan out, and notes in it what became of it. It is called
	// without a question too, in a run that may write.
	apply func(ctx context.Context, w *workspace.Workspace, plan *P) error

	// done tells people what came of it; applied is false for a rehearsal.
	done func(w *workspace.Workspace, p report.Printer, plan P, applied bool)

	// answer is the JSON answer; planned says that nothing was changed.
	answer func(plan P, planned bool) any

	// verdict returns what the outcome calls for, such as NeedsPerson; it may be nil.
	verdict func(plan P) error
}

// run does it all, and returns what the exit status is made of.
func (c change[P]) run(ctx context.Context, a *console.App) error {
	if c.flags.Yes {
		return c.carryOut(ctx, a, nil)
	}
	for {
		agreed, err := c.rehearse(ctx, a)
		if err != nil || agreed == nil {
			return err
		}
		if err := c.carryOut(ctx, a, agreed.same); !errors.Is(err, errOther) {
			return err
		}
		a.Warn("things changed meanwhile, and nothing was done; this is the plan now")
	}
}

// errOther says that the plan is not the one that was agreed to.
var errOther = errors.New("the plan is another one now")

// A view is a plan as it is shown.
type view struct{ text, json []byte }

// An agreement tells whether a plan is the one that was agreed to.
type agreement func(view) bool

func (v view) same(o view) bool { return bytes.Equal(v.text, o.text) && bytes.Equal(v.json, o.json) }

// rehearse shows what the real run would do, and asks. It returns what was agreed
// to; nil if nothing is to be done, and then the answer is given.
func (c change[P]) rehearse(ctx context.Context, a *console.App) (agreed *view, err error) {
	err = c.onRehearsal(ctx, a, func(w *workspace.Workspace, plan P) error {
		if err := c.present(a, w, plan, !c.flags.DryRun && a.Interactive); err != nil {
			return err
		}
		question := c.ask(w, plan)
		if question != "" && !c.flags.DryRun {
			if ok, err := a.Confirm(ctx, question); err != nil {
				return err
			} else if ok {
				shown, err := c.view(a, w, plan)
				agreed = &shown
				return err
			}
		}
		if question != "" && !c.outside {
			if err := c.apply(ctx, w.Quiet(), &plan); err != nil {
				return err
			}
		}
		return c.finish(a, w, plan, question != "", false)
	})
	return agreed, err
}

// onRehearsal makes the plan on a rehearsal, and hands it to use.
func (c change[P]) onRehearsal(ctx context.Context, a *console.App, use func(*workspace.Workspace, P) error) error {
	return c.rehearsing(ctx, a, func(w *workspace.Workspace) error {
		plan, err := c.planIn(ctx, a, w)
		if err != nil {
			return err
		}
		return use(w, plan)
	})
}

// stillAgreed is errOther if something is to be finished first, and the plan with it is
// not the one that was agreed to: a turn finishes it before it can plan.
func (c change[P]) stillAgreed(ctx context.Context, a *console.App, agreed agreement) error {
	return c.rehearsing(ctx, a, func(w *workspace.Workspace) error {
		if len(w.Resumed) == 0 {
			return nil
		}
		plan, err := c.planIn(ctx, a, w)
		if err != nil {
			return err
		}
		return c.compare(a, w, plan, agreed)
	})
}

// rehearsing hands use the workspace of a rehearsal.
func (c change[P]) rehearsing(ctx context.Context, a *console.App, use func(*workspace.Workspace) error) error {
	var err error
	if c.config == nil { // else the plan is for the run that read it
		if c.config, err = a.LoadConfig(); err != nil {
			return err
		}
	}
	w, err := workspace.OpenToRehearse(ctx, a, c.config, workspace.NoOther)
	if err != nil {
		return err
	}
	defer w.Close()
	if c.night && w.Missing != nil {
		return w.Missing
	}
	turn, err := w.Service.Rehearse(ctx, c.turn())
	if clock, ok := errors.AsType[*scheduler.ClockError](err); ok && c.flags.DryRun {
		a.Warn("%v; the real run would end here", clock)
		turn, err = w.Service.Rehearse(ctx, scheduler.TurnOptions{AcceptClock: true})
	}
	if err != nil {
		return err
	}
	defer turn.End()
	return use(w.In(turn))
}

// planIn makes the plan in a turn, once what members said by mail is heard.
func (c change[P]) planIn(ctx context.Context, a *console.App, w *workspace.Workspace) (plan P, err error) {
	if err := c.hear(ctx, a, w); err != nil {
		return plan, err
	}
	return c.plan(ctx, w)
}

// A foreseen plan is one that was shown and tried on a rehearsal.
type foreseen struct {
	view
	todo  bool // there is something to do
	mails int  // messages that would go out
}

// foresee makes the plan for who asks later, and tries it.
func (c change[P]) foresee(ctx context.Context, a *console.App) (f foreseen, err error) {
	err = c.onRehearsal(ctx, a, func(w *workspace.Workspace, plan P) error {
		if f.view, err = c.view(a, w, plan); err != nil {
			return err
		}
		if f.todo = c.ask(w, plan) != ""; !f.todo {
			return nil
		}
		before, err := w.Service.Store.Unsent(ctx)
		if err != nil {
			return err
		}
		if err := c.apply(ctx, w.Quiet(), &plan); err != nil {
			return err
		}
		after, err := w.Service.Store.Unsent(ctx)
		f.mails = after - before
		return err
	})
	return f, err
}

func (c change[P]) turn() scheduler.TurnOptions {
	return scheduler.TurnOptions{Wait: Patience, AcceptClock: !c.clock}
}

// ask returns the question. What an earlier run left is worth one alone.
func (c change[P]) ask(w *workspace.Workspace, plan P) string {
	question := c.question(plan)
	if question == "" && len(w.Resumed) > 0 {
		return "Finish what an earlier run left?"
	}
	return question
}

// carryOut does it, in a turn of its own. If the plan is not the one that was agreed
// to, the error is errOther; nil agrees to any.
func (c change[P]) carryOut(ctx context.Context, a *console.App, agreed agreement) error {
	if agreed != nil {
		if err := c.stillAgreed(ctx, a, agreed); err != nil {
			return err
		}
	}
	w, first, err := c.open(ctx, a, agreed != nil)
	if err != nil || w == nil {
		return err
	}
	defer w.Close()
	turn, err := w.Service.Turn(ctx, c.turn())
	if err != nil {
		return err
	}
	defer turn.End()
	w = w.In(turn)
	var plan P
	if first != nil && turn.First {
		plan, w.Findings = first.plan, first.findings
	} else if plan, err = c.planIn(ctx, a, w); err != nil {
		return err
	}
	if agreed == nil {
		err = c.present(a, w, plan, false)
	} else {
		err = c.compare(a, w, plan, agreed)
	}
	if err != nil {
		return err
	}
	if err := a.BeginAnswer(); err != nil {
		return err
	}
	if err := c.apply(ctx, w, &plan); err != nil {
		return err
	}
	if a.By == "" { // else who serves the pages sends what waits
		if err := w.Tell(ctx); err != nil {
			return err
		}
	}
	return c.finish(a, w, plan, false, true)
}

// A firstPlan is one that was made before there was a store, and what it found besides.
type firstPlan[P any] struct {
	plan     P
	findings []report.Attention
}

// open opens the workspace to change it. A store that is not there is made once there is
// something to keep in it: if nothing was agreed to yet, the plan is made first, and where it
// fails, or has nothing to do, the answer is given and the workspace nil.
func (c change[P]) open(ctx context.Context, a *console.App, agreed bool) (w *workspace.Workspace, first *firstPlan[P], err error) {
	if c.config, err = a.LoadConfig(); err != nil {
		return nil, nil, err
	}
	w, err = workspace.ChangeConfig(ctx, a, c.config, agreed && !c.night)
	if agreed || !errors.Is(err, scheduler.ErrNoStore) {
		return w, nil, err
	}
	err = c.onRehearsal(ctx, a, func(w *workspace.Workspace, plan P) error {
		if c.ask(w, plan) != "" {
			first = &firstPlan[P]{plan, w.Findings}
			return nil
		}
		if err := c.present(a, w, plan, false); err != nil {
			return err
		}
		return c.finish(a, w, plan, false, false)
	})
	if err != nil || first == nil {
		return nil, nil, err
	}
	w, err = workspace.ChangeConfig(ctx, a, c.config, true)
	return w, first, err
}

// compare is errOther if the plan is not the one that was agreed to.
func (c change[P]) compare(a *console.App, w *workspace.Workspace, plan P, agreed agreement) error {
	now, err := c.view(a, w, plan)
	if err == nil && !agreed(now) {
		err = errOther
	}
	return err
}

// hear takes note of what members answered by mail before a night is planned: what
// they declined counts in it. On a rehearsal, nothing is noted but in its copies.
func (c change[P]) hear(ctx context.Context, a *console.App, w *workspace.Workspace) error {
	if !c.hears || !w.Mail.Configured() {
		return nil
	}
	var heard console.Mailed
	err := w.FetchMail(ctx, &heard)
	if _, lost, failed := w.Unsent(ctx); failed == nil {
		heard.Findings = append(lost, heard.Findings...)
	}
	w.Findings = append(w.Findings, w.Attentions(heard.Findings)...)
	return err
}

// present shows the plan to people: among the answers, or, where these are JSON and
// somebody is asked, beside them. A plan that could not be shown is an error.
func (c change[P]) present(a *console.App, w *workspace.Workspace, plan P, asking bool) error {
	if c.warn != nil {
		c.warn(w, plan)
	}
	var to io.Writer
	switch {
	case !a.Json:
		to = a.Out.Plain()
	case asking:
		to = a.Stderr
	default:
		return nil
	}
	buffered := bufio.NewWriterSize(to, 64<<10) // of many groups it is long
	c.text(a, w, plan, buffered)
	return buffered.Flush()
}

// text writes the plan for people, with what is finished first.
func (c change[P]) text(a *console.App, w *workspace.Workspace, plan P, to io.Writer) {
	p := a.PrinterTo(to)
	if len(w.Resumed) > 0 {
		p.Println("What an earlier run left is finished first:")
		for _, e := range w.Resumed {
			p.Printf("  %s %s: %s\n", e.Group, e.What, e.Why)
		}
	}
	c.show(w, p, plan)
	p.Attention(w.Findings)
}

// view renders the plan.
func (c change[P]) view(a *console.App, w *workspace.Workspace, plan P) (view, error) {
	var text bytes.Buffer
	c.text(a, w, plan, &text)
	shown, err := json.Marshal(c.answer(plan, true))
	return view{text.Bytes(), shown}, err
}

// finish writes the answer and decides the exit status.
func (c change[P]) finish(a *console.App, w *workspace.Workspace, plan P, planned, applied bool) error {
	p := a.Printer()
	if a.Json {
		p = a.PrinterTo(io.Discard)
		_ = workspace.WarnBroken(a, w.Findings)
		if err := a.Answer(c.answer(plan, planned)); err != nil {
			return err
		}
	}
	c.done(w, p, plan, applied)
	if err := a.Out.Error(); err != nil {
		return err
	}
	if c.verdict != nil {
		if err := c.verdict(plan); err != nil {
			return err
		}
	}
	return console.PersonIf(len(w.Findings) > 0 || planned && !c.flags.DryRun)
}
