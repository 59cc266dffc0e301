package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// An Invite says who is told by mail.
type Invite string

// The ways to choose who is told by mail.
const (
	InviteAuto Invite = "auto" // those whom the calendar's server does not tell
	InviteAll  Invite = "all"
	InviteNone Invite = "none"
)

// A Notifier is a scheduler.Notifier that writes mail.
type Notifier struct {
	Composer *Composer
	Store    scheduler.Store // what everybody was told until now
	Backend  calendar.Backend
	Invite   Invite // "" is InviteAuto
}

var _ scheduler.Notifier = (*Notifier)(nil)

// Notices implements scheduler.Notifier.
func (n *Notifier) Notices(ctx context.Context, before, after calendar.Series, now time.Time) ([]scheduler.Notice, error) {
	if n.Invite == InviteNone {
		return nil, nil
	}
	untold, err := n.untold(ctx, after)
	if err != nil {
		return nil, err
	}
	told, err := n.Store.Told(ctx, after.UID)
	if err != nil {
		return nil, fmt.Errorf("read what was told: %w", err)
	}
	list, err := Notices(before, after, told, now.Truncate(time.Second))
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(n.wanted(list), func(notice scheduler.Notice) bool {
		return !untold(notice.To) && firstTo(told, notice.To) == "" // whom mail told once, it goes on to tell
	})
	for i := range list {
		if list[i], err = n.Composer.Compose(list[i], before, after, firstTo(told, list[i].To)); err != nil {
			return nil, fmt.Errorf("write to %s: %w", list[i].To, err)
		}
	}
	return list, nil
}

// untold returns who hears nothing of s from the calendar's server: everybody or
// nobody, as its abilities say, unless it tells of each series whom it has not told.
// Who is no longer invited is as the others would be.
func (n *Notifier) untold(ctx context.Context, s calendar.Series) (func(calendar.Address) bool, error) {
	all := n.Invite == InviteAll || !n.Backend.Capabilities().SendsInvites
	teller, ok := calendar.AsTeller(n.Backend)
	if !ok || n.Invite == InviteAll {
		return func(calendar.Address) bool { return all }, nil
	}
	some, err := teller.Untold(ctx, s.UID)
	if err != nil && !errors.Is(err, calendar.ErrNotFound) {
		return nil, fmt.Errorf("ask the server whom it has told: %w", err)
	}
	return func(a calendar.Address) bool {
		_, left := some[a]
		return left || all && (!s.Invites(a) || s.Cancelled || err != nil)
	}, nil
}

// Ask commits a message to each member of the series about which they may answer, and
// who was not asked yet. Whoever invites them, they are asked by mail.
func (n *Notifier) Ask(ctx context.Context, asking []scheduler.Asking, now time.Time) error {
	if n.Invite == InviteNone || len(asking) == 0 {
		return nil
	}
	bookings, err := n.Store.Bookings(ctx)
	if err != nil {
		return fmt.Errorf("read the bookings: %w", err)
	}
	until := map[calendar.UID]time.Time{}
	for _, a := range asking {
		until[a.UID] = a.Until
	}
	for _, b := range bookings {
		if at, due := until[b.Series.UID]; due {
			if err := n.ask(ctx, b, at, now); err != nil {
				return fmt.Errorf("group %q: %w", b.Group, err)
			}
		}
	}
	return nil
}

func (n *Notifier) ask(ctx context.Context, b scheduler.Booking, until, now time.Time) error {
	told, err := n.Store.Told(ctx, b.Series.UID)
	if err != nil {
		return fmt.Errorf("read what was told: %w", err)
	}
	series := b.Series
	series.Group = b.Group
	var batch scheduler.Batch
	for _, a := range series.Attendees {
		asked := slices.ContainsFunc(told, func(t scheduler.Notice) bool { return t.To == a.Address && t.Kind == scheduler.NoticeAsked })
		if asked || a.Address == series.Organizer.Address || a.RSVP == calendar.Declined {
			continue
		}
		notice, err := n.Composer.Compose(scheduler.Notice{
			Kind: scheduler.NoticeAsked, To: a.Address, Group: b.Group, UID: series.UID, Sequence: series.Sequence, Made: now.UTC().Truncate(time.Second),
			Was: availability.Interval{Start: until, End: until.Add(time.Second)}, State: scheduler.NoticeWaits,
		}, series, series, firstTo(told, a.Address))
		if err != nil {
			return fmt.Errorf("write to %s: %w", a.Address, err)
		}
		batch.Notices = append(batch.Notices, notice)
	}
	if len(batch.Notices) == 0 {
		return nil
	}
	_, err = n.Store.Commit(ctx, batch)
	return err
}

// wanted leaves out what a reader's program cannot take: some replace the whole
// series by a message about one session. Who reads whole messages is told of the
// series instead, once; who reads a feed sees it there.
func (n *Notifier) wanted(list []scheduler.Notice) []scheduler.Notice {
	var out []scheduler.Notice
	for _, notice := range list {
		how := n.Composer.Workspace.Roster.Of(notice.To).Mail
		if notice.Original.IsZero() || how == "" {
			out = append(out, notice)
			continue
		}
		about := slices.ContainsFunc(out, func(o scheduler.Notice) bool { return o.To == notice.To })
		if how == scheduler.MailWhole && !about {
			notice.Kind, notice.Original, notice.Was = scheduler.NoticeChanged, time.Time{}, availability.Interval{}
			out = append(out, notice)
		}
	}
	return out
}

// firstTo returns the ID of the first notice to a, "" if there was none.
func firstTo(told []scheduler.Notice, a calendar.Address) string {
	for _, n := range told {
		if n.To == a {
			return n.ID
		}
	}
	return ""
}
