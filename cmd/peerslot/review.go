package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

func newReviewCmd(a *app) *cobra.Command {
	var change changeFlags
	var night nightFlags
	cmd := &cobra.Command{
		Use:   "review [GROUP…]",
		Short: "Decide from evidence what follows each ending series",
		Long: `From 14 days before its last session on, a series is reviewed: from attendance (the
members' replies, then their calendars) and, from three answers on, what the members
say. With --yes it books the next series, or tells the members that this one ends.`,
		Example: `  peerslot review                   # every series that ends
  peerslot review leads --yes       # decide and book`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.monitored("review", night, func(beat *heartbeat) error { return a.review(cmd.Context(), args, change, night, beat) })
		},
	}
	change.add(cmd)
	night.add(cmd)
	completeGroups(a, cmd)
	return cmd
}

func (a *app) review(ctx context.Context, groups []string, change changeFlags, night nightFlags, beat *heartbeat) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	if change.yes {
		unfinished, end, err := w.begin(ctx, night)
		defer end()
		if err != nil {
			return err
		}
		for _, u := range unfinished {
			a.warn("%s: %s", u.Group, u.What)
		}
	}
	plans, err := w.service.PlanReviews(ctx, groups)
	if err != nil {
		return err
	}
	load, err := w.overloaded(ctx)
	if err != nil {
		return err
	}
	if !a.json {
		a.printer().Reviews(w.Workspace, plans)
		a.printLoad(w, load)
	}
	approved := len(plans) == 0
	if !approved {
		if approved, err = change.approved(a, fmt.Sprintf("Carry out %s?", report.Count(len(plans), "decision", "decisions"))); err != nil {
			return err
		}
	}
	answer := report.Reviews{Reviews: []report.Review{}, Load: load, Plan: !approved}
	needs := !approved && !change.dryRun
	beat.Checked = len(plans)
	for _, p := range plans {
		j, err := a.carryOutReview(ctx, w, p, approved)
		if err != nil {
			return err
		}
		beat.count(j, approved)
		needs = needs || j.Error != "" || p.Decision == scheduler.Rotate
		answer.Reviews = append(answer.Reviews, j)
	}
	if approved {
		if answer.Formed, err = a.rotate(ctx, w, plans); err != nil {
			return err
		}
	}
	if a.json {
		if err := a.answer(answer); err != nil {
			return err
		}
	}
	if needs {
		return &needsPerson{}
	}
	return nil
}

// carryOutReview applies one decision if it is approved, and describes it.
func (a *app) carryOutReview(ctx context.Context, w *workspace, p scheduler.ReviewPlan, approved bool) (report.Review, error) {
	j := report.Review{
		Group: p.Booking.Group, UID: string(p.Booking.Series.UID), Held: p.Evidence.Held, Attendance: p.Evidence.Attendance(),
		Answers: p.Evidence.Answered(), Decision: string(p.Decision), Cadence: p.Cadence.String(), Reasons: p.Reasons,
	}
	var next scheduler.Booking
	if p.Next != nil {
		next = p.Next.Booking
	}
	if approved {
		var err error
		if next, err = w.service.ApplyReview(ctx, p); err != nil {
			if stopped(ctx, err) {
				return j, err
			}
			a.warn("%v", err)
			j.Error = err.Error()
			return j, nil
		}
		if !a.json {
			a.printDone(p, next)
		}
	}
	if p.Next == nil || p.Next.Problem != nil {
		return j, nil
	}
	s, err := report.NewSeries(next, approved)
	j.Next = &s
	return j, err
}

func (a *app) printDone(p scheduler.ReviewPlan, next scheduler.Booking) {
	switch {
	case p.Next != nil:
		fmt.Fprintf(a.stdout, "Booked %s: %s %s, %s\n", p.Booking.Group, next.Series.Slot, next.Series.Cadence, report.Count(next.Series.Count, "session", "sessions"))
	case p.Decision == scheduler.Rotate:
		fmt.Fprintf(a.stdout, "%s ends; its program's next round follows when all its groups have been reviewed, or with 'peerslot form %s'.\n", p.Booking.Group, p.Booking.Program)
	default:
		fmt.Fprintf(a.stdout, "%s ends with its last session, and its members are told.\n", p.Booking.Group)
	}
}

func newAnswerCmd(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "answer GROUP (keep | rarer | oftener | stop) --as ADDRESS",
		Short: "Record a member's answer to the review",
		Long: `Keeps what a member would like to follow the series. Answers are kept under a keyed
hash: a second one replaces the first, and nobody can read whose it is. They are
shown and used only from three on.`,
		Example:   `  peerslot answer leads rarer --as ana@acme.example`,
		ValidArgs: []string{"keep", "rarer", "oftener", "stop"},
		Args:      exactly(2, "name the group and the answer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.recordAnswer(cmd.Context(), args[0], args[1], as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "`ADDRESS` of the member")
	return cmd
}

func (a *app) recordAnswer(ctx context.Context, group, text, as string) error {
	answer, err := scheduler.ParseAnswer(text)
	if err != nil {
		return usagef("", "%w", err)
	}
	if as == "" {
		return usagef("", "answer: name the member with --as ADDRESS")
	}
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	who, err := w.person(as)
	if err != nil {
		return err
	}
	if err := w.service.Answer(ctx, group, who, answer); err != nil {
		return err
	}
	if a.json {
		return a.answer(struct {
			Group    string `json:"group"`
			Recorded bool   `json:"recorded"`
		}{group, true})
	}
	fmt.Fprintln(a.stdout, "Recorded.")
	return nil
}

// answerKey returns the key that hides whose answer is whose, made on first use.
// It is kept apart from the store, so that neither tells anything without the
// other.
func answerKey(path string) ([]byte, error) {
	key, err := file.Read(path, 1<<10)
	if err == nil && len(key) == 32 {
		return key, nil
	}
	if err == nil {
		return nil, fmt.Errorf("%s has %d bytes, want 32; restore it from a backup", path, len(key))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := file.Create(path, key, 0o600); errors.Is(err, fs.ErrExist) {
		return answerKey(path) // another run was faster
	} else if err != nil {
		return nil, err
	}
	return key, nil
}

func newHistoryCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history [GROUP]",
		Short: "Show what was decided about a group, when and why",
		Example: `  peerslot history leads
  peerslot history --json`,
		Args: atMost(1, "want one argument at most"),
		RunE: func(cmd *cobra.Command, args []string) error {
			group := ""
			if len(args) > 0 {
				group = args[0]
			}
			return a.history(cmd.Context(), group)
		},
	}
	completeGroups(a, cmd)
	return cmd
}

func (a *app) history(ctx context.Context, group string) error {
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer w.close()
	events, err := w.service.Store.History(ctx, group, time.Time{})
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	if len(events) == 0 && group != "" {
		if _, err := w.service.Group(group); err != nil {
			return err
		}
	}
	list := []report.Event{}
	var rows [][]string
	for _, e := range events {
		list = append(list, report.Event{At: e.At, Group: e.Group, UID: string(e.UID), What: e.What, Why: e.Why})
		rows = append(rows, []string{a.when(e.At, w), e.Group, e.What, e.Why})
	}
	if a.json {
		return a.answer(struct {
			Events []report.Event `json:"events"`
		}{list})
	}
	a.printer().Table([]string{"AT", "GROUP", "WHAT", "WHY"}, rows)
	return nil
}
