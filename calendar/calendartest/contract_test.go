package calendartest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// mutants are backends with one fault each, which the contract must find.
var mutants = map[string]func(calendartest.Harness) calendartest.Harness{
	"forgets the version": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, put: func(ctx context.Context, s calendar.Series) (calendar.Series, error) {
			if have, err := h.Get(ctx, s.UID); err == nil {
				s.Version = have.Version
			}
			return h.Put(ctx, s)
		}})
	},
	"loses notes": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, put: func(ctx context.Context, s calendar.Series) (calendar.Series, error) {
			s.Overrides = slices.Clone(s.Overrides)
			for i := range s.Overrides {
				s.Overrides[i].Note = ""
			}
			return h.Put(ctx, s)
		}})
	},
	"takes any series": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, put: func(ctx context.Context, s calendar.Series) (calendar.Series, error) {
			s.Count = max(s.Count, 1)
			return h.Put(ctx, s)
		}})
	},
	"shortens what was cancelled too far": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, cancel: func(ctx context.Context, uid calendar.UID, from time.Time) error {
			return h.Cancel(ctx, uid, from.Add(-7*24*time.Hour))
		}})
	},
	"misses an unknown series": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, cancel: func(ctx context.Context, uid calendar.UID, from time.Time) error {
			if _, err := h.Get(ctx, uid); err != nil {
				return err
			}
			return h.Cancel(ctx, uid, from)
		}})
	},
	"takes unreadable for free": busyMutant(func(b availability.Busy, iv availability.Interval) availability.Busy {
		return availability.Busy{Window: iv, Spans: b.Spans, Reason: b.Reason}
	}),
	"gives no reason": busyMutant(func(b availability.Busy, _ availability.Interval) availability.Busy {
		b.Reason = ""
		return b
	}),
	"knows beyond the window": busyMutant(func(b availability.Busy, iv availability.Interval) availability.Busy {
		if b.Readable() {
			b.Window = calendartest.Window()
		}
		return b
	}),
	"subtracts blindly": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, busy: func(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
			out, err := h.Busy(ctx, people, iv)
			for _, uid := range except {
				s, getErr := h.Get(ctx, uid)
				if getErr != nil {
					continue
				}
				for a, b := range out {
					b.Spans = slices.DeleteFunc(b.Spans, func(x availability.Span) bool {
						return slices.ContainsFunc(calendartest.Sessions(s), x.Overlaps)
					})
					out[a] = b
				}
			}
			return out, err
		}})
	},
	"counts excepted series": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, busy: func(ctx context.Context, people []calendar.Address, iv availability.Interval, _ ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
			return h.Busy(ctx, people, iv)
		}})
	},
	"reads on when told to stop": func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h, busy: func(_ context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
			return h.Busy(context.Background(), people, iv, except...)
		}})
	},
	"lets callers reply": func(h calendartest.Harness) calendartest.Harness {
		hand := h.Reply
		return with(h, mutant{Backend: h, put: func(ctx context.Context, s calendar.Series) (calendar.Series, error) {
			out, err := h.Put(ctx, s)
			for _, a := range s.Attendees {
				if err == nil && a.RSVP != calendar.NoReply {
					hand(s.UID, a.Address, time.Time{}, a.RSVP)
				}
			}
			return out, err
		}})
	},
}

// A mutant is a backend of which some methods are replaced.
type mutant struct {
	calendar.Backend
	put    func(context.Context, calendar.Series) (calendar.Series, error)
	cancel func(context.Context, calendar.UID, time.Time) error
	busy   func(context.Context, []calendar.Address, availability.Interval, ...calendar.UID) (map[calendar.Address]availability.Busy, error)
}

func (m mutant) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if m.put != nil {
		return m.put(ctx, s)
	}
	return m.Backend.Put(ctx, s)
}

func (m mutant) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	if m.cancel != nil {
		return m.cancel(ctx, uid, from)
	}
	return m.Backend.Cancel(ctx, uid, from)
}

func (m mutant) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	if m.busy != nil {
		return m.busy(ctx, people, iv, except...)
	}
	return m.Backend.Busy(ctx, people, iv, except...)
}

func with(h calendartest.Harness, b calendar.Backend) calendartest.Harness {
	h.Backend = b
	return h
}

// busyMutant returns a mutant that changes each answer of Busy.
func busyMutant(change func(availability.Busy, availability.Interval) availability.Busy) func(calendartest.Harness) calendartest.Harness {
	return func(h calendartest.Harness) calendartest.Harness {
		return with(h, mutant{Backend: h.Backend, busy: func(ctx context.Context, people []calendar.Address, iv availability.Interval, except ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
			out, err := h.Backend.Busy(ctx, people, iv, except...)
			for a, b := range out {
				out[a] = change(b, iv)
			}
			return out, err
		}})
	}
}

// mutantEnv names the mutant that a process started by TestContractFindsFaults
// plays.
const mutantEnv = "CALENDARTEST_MUTANT"

// A contract that passes everything promises nothing. Each mutant is tested in a
// process of its own, because a test that fails cannot be taken back.
func TestContractFindsFaults(t *testing.T) {
	if name := os.Getenv(mutantEnv); name != "" {
		calendartest.TestBackend(t, func(t *testing.T) calendartest.Harness { return mutants[name](open(t)) })
		return
	}
	for name := range mutants {
		cmd := exec.Command(os.Args[0], "-test.run=^TestContractFindsFaults$")
		cmd.Env = append(os.Environ(), mutantEnv+"="+name)
		out, err := cmd.CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
			t.Errorf("the contract passes a backend that %s: %v\n%s", name, err, out)
		}
	}
}
