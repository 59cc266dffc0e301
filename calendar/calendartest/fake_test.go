package calendartest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

func open(*testing.T) calendartest.Harness {
	return calendartest.NewFake(calendartest.People()...).Harness()
}

func TestFakeKeepsTheContract(t *testing.T) { calendartest.TestBackend(t, open) }

// A backend that can do less keeps the contract as far as it goes.
func TestFakeKeepsTheContractWithLess(t *testing.T) {
	for _, without := range []calendar.Capabilities{
		{TellsApart: true},
		{TracksRSVP: true},
		{TellsApart: true, TracksRSVP: true, SendsInvites: true},
	} {
		t.Run(fmt.Sprintf("%+v", without), func(t *testing.T) {
			calendartest.TestBackend(t, func(*testing.T) calendartest.Harness {
				f := calendartest.NewFake(calendartest.People()...)
				f.Without = without
				return f.Harness()
			})
		})
	}
}

func TestFakeFailsBefore(t *testing.T) {
	f := calendartest.NewFake(calendartest.People()...)
	lost := errors.New("connection refused")
	f.Before = func(_ context.Context, c calendartest.Call) error {
		if c.Method == "Put" && c.UID == calendartest.UID(1) {
			return lost
		}
		return nil
	}
	if _, err := f.Put(t.Context(), calendartest.Series(calendartest.UID(1))); !errors.Is(err, lost) {
		t.Errorf("Put: got %v, want %v", err, lost)
	}
	if _, err := f.Get(t.Context(), calendartest.UID(1)); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Get after it: got %v, want ErrNotFound", err)
	}
	if _, err := f.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil {
		t.Errorf("Put of another series: %v", err)
	}
	want := []calendartest.Call{{Method: "Get", UID: calendartest.UID(1)}, {Method: "Put", UID: calendartest.UID(0)}}
	if got := f.Calls(); !slices.Equal(got, want) {
		t.Errorf("Calls: got %v, want %v", got, want)
	}
}

func TestFakeFailsAfter(t *testing.T) {
	f := calendartest.NewFake(calendartest.People()...)
	lost := errors.New("connection reset")
	f.After = func(context.Context, calendartest.Call) error { return lost }
	if got, err := f.Put(t.Context(), calendartest.Series(calendartest.UID(0))); !errors.Is(err, lost) || got.UID != "" {
		t.Errorf("Put: got %v, %v, want nothing and %v", got, err, lost)
	}
	if f.Told(calendartest.Ana) != 1 {
		t.Error("Put had no effect")
	}
	if got, err := f.Busy(t.Context(), calendartest.People(), calendartest.Window()); !errors.Is(err, lost) || got != nil {
		t.Errorf("Busy: got %v, %v, want nothing and %v", got, err, lost)
	}
	f.After = nil
	if _, err := f.Put(t.Context(), calendartest.Series(calendartest.UID(0))); err != nil || f.Told(calendartest.Ana) != 1 {
		t.Errorf("the same Put again: %v, ana was told %d times, want 1", err, f.Told(calendartest.Ana))
	}
}

func TestFakeWaits(t *testing.T) {
	f := calendartest.NewFake(calendartest.People()...)
	f.Before = func(ctx context.Context, _ calendartest.Call) error {
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := f.Cancel(ctx, calendartest.UID(0), time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}
