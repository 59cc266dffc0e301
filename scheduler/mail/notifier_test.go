package mail

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
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
