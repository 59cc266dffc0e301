package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Turn is a run's hold on a workspace: nobody else changes anything until it Ends.
type Turn struct {
	*Service           // as the workspace is in this turn, with the groups that forming made
	Resumed  []Event   // what an earlier run had begun, and this one finished or dropped
	Findings []Finding // what of it cannot be finished
	First    bool      // no turn was ever held on the store
	end      func()
}

// TurnOptions say how a turn begins. The zero value waits for nobody.
type TurnOptions struct {
	Wait        time.Duration // for another run to end
	AcceptClock bool          // go on although the clock is behind the history
}

// Turn waits until no other run changes things, loads the workspace anew, refuses a
// store of another workspace (*OtherWorkspaceError) and a clock that was set back
// (*ClockError), and finishes what an earlier run left. The caller must End it.
func (s *Service) Turn(ctx context.Context, o TurnOptions) (*Turn, error) {
	unlock, err := s.Store.Lock(ctx, o.Wait)
	if err != nil {
		return nil, fmt.Errorf("wait for a turn: %w", err)
	}
	t := &Turn{end: unlock}
	if err := t.begin(ctx, s, o); err != nil {
		unlock()
		return nil, err
	}
	return t, nil
}

// Rehearse is a Turn of a Rehearsal: it keeps nobody waiting and changes nothing.
func (s *Service) Rehearse(ctx context.Context, o TurnOptions) (*Turn, error) {
	r, err := s.Rehearsal(ctx)
	if err != nil {
		return nil, err
	}
	t := &Turn{end: func() { r.Store.Close() }}
	if err := t.begin(ctx, r, o); err != nil {
		t.end()
		return nil, err
	}
	return t, nil
}

func (t *Turn) begin(ctx context.Context, s *Service, o TurnOptions) error {
	var err error
	if t.Service, err = s.Ready(ctx); err != nil {
		return err
	}
	if err := t.CheckClock(ctx); err != nil && !o.AcceptClock {
		return err
	}
	recorder := &eventRecorder{Store: t.Store}
	resuming := *t.Service
	resuming.Store = recorder
	var left *UnfinishedError
	if err := resuming.Resume(ctx); errors.As(err, &left) {
		t.Findings = left.Findings
	} else if err != nil {
		return err
	}
	t.Resumed = slices.DeleteFunc(recorder.events, func(e Event) bool { return e.Why == ranItsCourse }) // which nobody left
	t.First, err = t.mark(ctx)
	return err
}

// End gives the turn back. Ending it twice does nothing.
func (t *Turn) End() {
	if t.end != nil {
		t.end()
		t.end = nil
	}
}

// An eventRecorder notes what is committed to a store.
type eventRecorder struct {
	Store
	events []Event
}

// Commit implements Store.
func (r *eventRecorder) Commit(ctx context.Context, b Batch) ([]Booking, error) {
	saved, err := r.Store.Commit(ctx, b)
	if err == nil {
		r.events = append(r.events, b.Events...)
	}
	return saved, err
}

// Ready returns the service as the workspace is now: loaded anew, as its members set
// it, and with the groups that forming made besides those named by hand, which win if they have the same
// name. A store of another workspace is an *OtherWorkspaceError. Who only reads
// needs no more.
func (s *Service) Ready(ctx context.Context) (*Service, error) {
	r, err := s.Named(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := r.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the members' settings: %w", err)
	}
	rounds, err := r.Store.LastRounds(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the rounds: %w", err)
	}
	r.Workspace = r.Workspace.With(r.Holidays.Spoilt(settings)).holdOn(rounds)
	r.Workspace.Spoilt = slices.Concat(r.Workspace.Spoilt, r.Workspace.spoilt(rounds))
	r.Workspace, r.last = r.Workspace.withFormed(rounds)
	return r, nil
}

// Named is Ready for who does something to one group, for which all members and rounds are
// not to be read: the workspace is as its files say.
func (s *Service) Named(ctx context.Context) (*Service, error) {
	r := *s
	if s.Load != nil {
		var err error
		if r.Workspace, err = s.Load(ctx); err != nil {
			return nil, err
		}
	}
	r.Workspace.Spoilt = nil
	if err := r.checkMark(ctx); err != nil {
		return nil, err
	}
	r.Store = r.renamed()
	return &r, nil
}

// A Mark says whose a store is; the zero Mark, that nobody's it is yet.
type Mark struct {
	Organizer, Workspace string
	Fault                error `json:"-"` // why it cannot be read; nil if it can
}

// Mark returns the mark of the workspace's store.
func (w Workspace) Mark() Mark { return Mark{Organizer: string(w.Organizer.Address), Workspace: w.ID} }

// Of reports whether the store may be that of the workspace marked so, as far as is known.
func (m Mark) Of(here Mark) bool { return m.Fault != nil || m == Mark{} || m == here }

// String names the workspace as people know it.
func (m Mark) String() string {
	if m.Workspace == "" {
		return m.Organizer
	}
	return fmt.Sprintf("%s (workspace %s)", m.Organizer, m.Workspace)
}

// An OtherWorkspaceError says that a store belongs to another workspace, or that
// this one has another organizer than its series.
type OtherWorkspaceError struct{ Store, Here Mark }

func (e *OtherWorkspaceError) Error() string {
	return fmt.Sprintf("the store belongs to %s, not to %s", e.Store, e.Here)
}

// checkMark is an *OtherWorkspaceError if the store is of another workspace. Whose store it
// cannot be read goes on as a finding.
func (s *Service) checkMark(ctx context.Context) error {
	m, err := s.Store.Mark(ctx)
	if err != nil {
		return fmt.Errorf("read whose the store is: %w", err)
	}
	if here := s.Workspace.Mark(); !m.Of(here) && !(s.Inherits && m.Workspace == here.Workspace) {
		return &OtherWorkspaceError{m, here}
	}
	if m.Fault != nil {
		s.Workspace.Spoilt = []Finding{{Kind: SpoiltRecord, Err: m.Fault}}
	}
	return nil
}

// mark writes whose the store is, if that is not known. It reports whether it is nobody's
// until then.
func (s *Service) mark(ctx context.Context) (first bool, err error) {
	m, err := s.Store.Mark(ctx)
	if err != nil || m.Fault == nil && m != (Mark{}) {
		return false, err
	}
	here := s.Workspace.Mark()
	_, err = s.Commit(ctx, Batch{Mark: &here})
	return m.Fault == nil, err
}
