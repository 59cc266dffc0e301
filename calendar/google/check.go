package google

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
	"github.com/peerslot/peerslot/calendar/oauth"
)

// Check implements calendar.Checker: the sign-in, its permissions, whether it may
// invite, whose calendar series are on, and whether busy times can be read. What
// cannot be looked at because of an earlier finding is left out.
func (b *Backend) Check(ctx context.Context) []calendar.Finding {
	var out []calendar.Finding
	for _, s := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"sign-in", b.checkSignIn},
		{"permissions", b.checkScopes},
		{"invitations", b.checkInvites},
		{"organizer's calendar", b.owned},
		{"free/busy times", b.checkFreeBusy},
	} {
		err := s.do(ctx)
		known := slices.ContainsFunc(out, func(f calendar.Finding) bool { return f.Err != nil && err != nil && rootCause(f.Err) == rootCause(err) })
		if !known {
			out = append(out, calendar.Finding{What: s.what, Err: err})
		}
	}
	return out
}

// rootCause returns what is to be mended, in words: several calls may fail for it.
// Whatever it is that another sign-in mends, the first that shows it says best.
func rootCause(err error) string {
	if e, ok := errors.AsType[*oauth.Error](err); ok {
		if e.Again {
			return "sign in again"
		}
		return e.Reason
	}
	return err.Error()
}

func (b *Backend) checkSignIn(ctx context.Context) error {
	_, err := calls.Read(ctx, b.api.Line, "token", func(ctx context.Context) (struct{}, error) { return struct{}{}, b.tokens.Check(ctx) })
	return err
}

func (b *Backend) checkScopes(context.Context) error {
	if scopes := b.tokens.Scope(); scopes != "" {
		if e := granted(scopes); e != nil {
			e.Service = "google"
			return e
		}
	}
	return nil
}

func (b *Backend) checkInvites(context.Context) error {
	if !b.creds.canInvite() {
		return errCannotInvite
	}
	return nil
}

func (b *Backend) checkFreeBusy(ctx context.Context) error {
	id := calendar.Address(b.home())
	now := time.Now()
	busy, err := b.busy(ctx, []calendar.Address{id}, availability.Interval{Start: now, End: now.Add(time.Hour)})
	if err == nil && !busy[id].Readable() {
		return errors.New(busy[id].Reason)
	}
	return err
}
