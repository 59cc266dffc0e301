package calendartest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/peerslot/peerslot/calendar"
)

var contextTests = []test{
	{"Ended", contextEnded},
}

// An ended context stops everything before it has an effect.
func contextEnded(t subject) {
	s := t.put(Series(UID(0)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, putErr := t.Put(ctx, Series(UID(1)))
	_, getErr := t.Get(ctx, s.UID)
	answers, busyErr := t.Busy(ctx, People(), Window())
	cancelErr := t.Cancel(ctx, s.UID, Window().Start)
	for what, err := range map[string]error{"Put": putErr, "Get": getErr, "Busy": busyErr, "Cancel": cancelErr} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", what, err)
		}
	}
	if len(answers) != 0 {
		t.Errorf("Busy: got %d answers with the error", len(answers))
	}
	if _, err := t.Get(t.Context(), UID(1)); !errors.Is(err, calendar.ErrNotFound) {
		t.Errorf("Put left a series: Get returns %v, want ErrNotFound", err)
	}
	t.wantSeries("after Cancel", s, t.get(s.UID))
}

var parallelTests = []test{
	{"PutsOfDifferentSeries", parallelPuts},
	{"PutsOfOneSeries", parallelSamePuts},
	{"ChangesOfOneVersion", parallelChanges},
}

// inParallel calls f for 0 to n-1 at once and returns the errors.
func inParallel(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

func parallelPuts(t subject) {
	const n = 8
	errs := inParallel(n, func(i int) error {
		if _, err := t.Put(t.Context(), Series(UID(i))); err != nil {
			return err
		}
		_, err := t.Busy(t.Context(), People(), Window())
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		t.wantSeries("after parallel Puts", Series(UID(i)), t.get(UID(i)))
	}
}

func parallelSamePuts(t subject) {
	s := Series(UID(0))
	errs := inParallel(8, func(int) error {
		_, err := t.Put(t.Context(), s)
		return err
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	t.wantSeries("after the same Put many times at once", s, t.get(s.UID))
	t.cancel(s.UID, Window().Start)
	for _, a := range s.People() {
		t.want(free, a, hour(0, 0))
	}
}

// Of those who change what they all saw, one wins and the others hear of it.
func parallelChanges(t subject) {
	seen := t.put(Series(UID(0)))
	title := func(i int) string { return fmt.Sprintf("Title %d", i) }
	errs := inParallel(6, func(i int) error {
		s := seen
		s.Title, s.Sequence = title(i), s.Sequence+1
		_, err := t.Put(t.Context(), s)
		return err
	})
	winners := 0
	got := t.get(seen.UID)
	for i, err := range errs {
		switch {
		case err == nil:
			winners++
			if got.Title != title(i) {
				t.Errorf("Put of %q won, and the calendar shows %q", title(i), got.Title)
			}
		case !errors.Is(err, calendar.ErrChanged):
			t.Errorf("Put of %q: got %v, want ErrChanged", title(i), err)
		}
	}
	if winners != 1 {
		t.Errorf("%d changes of one version were accepted, want 1", winners)
	}
}
