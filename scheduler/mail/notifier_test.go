package mail

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// server is a calendar that tells attendees, or not, and says whom it has not told.
type server struct {
	calendar.Backend
	invites bool
	untold  map[calendar.Address]string
	err     error
}

func (s server) Capabilities() calendar.Capabilities {
	return calendar.Capabilities{SendsInvites: s.invites}
}

func (s server) Untold(context.Context, calendar.UID) (map[calendar.Address]string, error) {
	return s.untold, s.err
}

// toldStore is a store that knows what was told.
type toldStore struct {
	scheduler.Store
	told []scheduler.Notice
}

func (s toldStore) Told(context.Context, calendar.UID) ([]scheduler.Notice, error) {
	return s.told, nil
}

func TestNoticesGoToWhomTheServerDoesNotTell(t *testing.T) {
	const ana, bo = calendar.Address("ana@acme.example"), calendar.Address("bo@acme.example")
	off := circle()
	off.Cancelled, off.Sequence = true, off.Sequence+1
	for name, test := range map[string]struct {
		server server
		told   []scheduler.Notice
		before calendar.Series
		after  calendar.Series
		want   []calendar.Address
	}{
		"it tells everybody":            {server{invites: true}, nil, calendar.Series{}, circle(), nil},
		"it could not reach one":        {server{invites: true, untold: map[calendar.Address]string{bo: "3.7;Invalid calendar user"}}, nil, calendar.Series{}, circle(), []calendar.Address{bo}},
		"all are left to us":            {server{untold: map[calendar.Address]string{ana: "", bo: ""}}, nil, calendar.Series{}, circle(), []calendar.Address{ana, bo}},
		"made when it told everybody":   {server{}, nil, calendar.Series{}, circle(), nil},
		"it is not there":               {server{err: calendar.ErrNotFound}, nil, calendar.Series{}, circle(), []calendar.Address{ana, bo}},
		"cancelled, left to us":         {server{}, nil, circle(), off, []calendar.Address{ana, bo}},
		"cancelled, one told by mail":   {server{invites: true}, []scheduler.Notice{{ID: "1", To: bo, Kind: scheduler.NoticeInvited}}, circle(), off, []calendar.Address{bo}},
		"cancelled, all told by others": {server{invites: true}, nil, circle(), off, nil},
	} {
		n := &Notifier{Composer: composer(), Store: toldStore{told: test.told}, Backend: calendar.Split{Backend: test.server}}
		list, err := n.Notices(t.Context(), test.before, test.after, now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var to []calendar.Address
		for _, notice := range list {
			to = append(to, notice.To)
		}
		slices.Sort(to)
		if diff := cmp.Diff(test.want, slices.Compact(to)); diff != "" {
			t.Errorf("%s: told by mail (-want +got):\n%s", name, diff)
		}
	}
}

// Members are asked once what should follow: not who declined the series, and not about a
// series that is over. Where nobody is invited by mail, nobody is asked.
func TestMembersAreAskedOnce(t *testing.T) {
	const ana, bo, cem = calendar.Address("ana@acme.example"), calendar.Address("bo@acme.example"), calendar.Address("cem@acme.example")
	s := openStore(t)
	b, over := schedulertest.Booking("leads", 1), schedulertest.Booking("over", 1)
	b.Series = circle()
	b.Series.Attendees = append(b.Series.Attendees, calendar.Attendee{Address: cem, RSVP: calendar.Declined}, b.Series.Organizer)
	over.State = scheduler.Ended
	if _, err := s.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b, over}}); err != nil {
		t.Fatal(err)
	}
	n := &Notifier{Composer: composer(), Store: s, Backend: server{}, Invite: InviteNone}
	asking := []scheduler.Asking{{UID: b.Series.UID, Until: now.AddDate(0, 0, 18)}, {UID: over.Series.UID, Until: now}}
	for _, step := range []struct {
		invite Invite
		asking []scheduler.Asking
		want   []calendar.Address // who was asked until then
	}{
		{InviteNone, asking, nil},
		{InviteAuto, nil, nil},
		{InviteAuto, asking[1:], nil},
		{InviteAuto, asking, []calendar.Address{ana, bo}},
		{InviteAll, asking, []calendar.Address{ana, bo}},
	} {
		n.Invite = step.invite
		if err := n.Ask(t.Context(), step.asking, now); err != nil {
			t.Fatal(err)
		}
		waiting, err := s.Notices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var asked []calendar.Address
		for _, notice := range waiting {
			text, err := s.Message(t.Context(), notice.ID)
			if err != nil || notice.Kind != scheduler.NoticeAsked || !strings.Contains(string(text), "20 Mar") {
				t.Errorf("to %s: %s, %v; want until when they may answer:\n%s", notice.To, notice.Kind, err, text)
			}
			asked = append(asked, notice.To)
		}
		slices.Sort(asked)
		if diff := cmp.Diff(step.want, asked); diff != "" {
			t.Errorf("inviting %q, about %d series (-want +got):\n%s", step.invite, len(step.asking), diff)
		}
	}
}
