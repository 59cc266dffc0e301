package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Unattended is what is known of the work that is done without anybody looking.
type Unattended struct {
	Repaired time.Time   // for which moment the last nightly pass was; zero before the first, and if it cannot be read
	Reviewed time.Time   // the same of the last review
	Dead     []FailedJob // what was given up or fails, sorted by kind and subject
	Faults   []error     // which of the moments cannot be read, and why
}

// A FailedJob is work that was tried often enough, and given up until somebody looks
// or its cause is gone; or, with Again, work for all groups that failed and is tried again.
type FailedJob struct {
	Kind    string // of the job
	Subject string // a group, a date, a notice
	At      time.Time
	Why     string
	Again   bool
}

// A Night is what one pass over all series, or the review of all, did and found.
type Night struct {
	At       time.Time
	What     NightWork
	Checked  int       // series that were looked at
	Changes  int       // that were made
	Needs    int       // how many things needed a person
	Findings []Finding // these, of the last night of its kind; nil for earlier ones
}

// NightWork is what is done in a night.
type NightWork string

// What is done in a night.
const (
	RepairNight NightWork = "repair"
	ReviewNight NightWork = "review"
	MailNight   NightWork = "mail" // not of the night: the mailbox was read, and something in it needs a person
)

// KeepNight records a night that went through.
func (s *Service) KeepNight(ctx context.Context, n Night) error {
	n.At, n.Needs = s.Now().UTC().Truncate(time.Second), len(n.Findings)
	_, err := s.Commit(ctx, Batch{Night: &n})
	return err
}

// GivenUp returns how many jobs were given up.
func (u Unattended) GivenUp() (n int) {
	for _, j := range u.Dead {
		if !j.Again {
			n++
		}
	}
	return n
}

// Findings returns what was given up or is tried again, and what cannot be read, as findings.
func (u Unattended) Findings() []Finding {
	var out []Finding
	for _, err := range u.Faults {
		out = append(out, Finding{Kind: SpoiltRecord, Err: err})
	}
	for _, j := range u.Dead {
		f := Finding{Kind: JobDead, At: j.At, Err: fmt.Errorf("%s: %s", j.Kind, j.Why)}
		if j.Again {
			f.Kind = JobFails
		}
		if j.Kind == "series" {
			f.Group = j.Subject
		}
		out = append(out, f)
	}
	return out
}

// Finish finishes what is begun and not completed on the series of one group, as
// Resume does for all, while others of the workspace may be written. It waits for up
// to wait until nobody else writes it, and is ErrBusy after that.
func (s *Service) Finish(ctx context.Context, group string, wait time.Duration) error {
	unlock, err := s.Store.LockGroup(ctx, group, wait)
	if err != nil {
		return fmt.Errorf("wait for a turn: %w", err)
	}
	defer unlock()
	bookings, err := s.Store.BookingsOf(ctx, group)
	if err != nil {
		return fmt.Errorf("read the bookings of group %q: %w", group, err)
	}
	var failed []error
	for _, b := range bookings {
		if b.Begun() {
			failed = append(failed, s.resume(ctx, b))
		}
	}
	return errors.Join(failed...)
}

// Begun reports whether something is intended for the booking that is not known to be
// on the calendar.
func (b Booking) Begun() bool {
	return b.State == Intended || b.State == Changing || b.State == Cancelling
}

// Pass notes that a nightly pass, or a review, was made for a moment, unless a later
// one was.
func (s *Service) Pass(ctx context.Context, repaired, reviewed time.Time) error {
	_, err := s.Commit(ctx, Batch{Unattended: &Unattended{Repaired: repaired, Reviewed: reviewed}})
	return err
}
