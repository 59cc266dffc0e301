package mail

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

func TestWhatWantsToBeReadIsKeptForAWeek(t *testing.T) {
	at := now
	s := &scheduler.Service{Store: openStore(t), Now: func() time.Time { return at }}
	unclear := scheduler.Finding{Kind: scheduler.ReplyUnclear, Group: "leads", UID: "ps1", Person: "ana@acme.example", Err: errors.New("it proposes another time")}
	other := scheduler.Finding{Kind: scheduler.ReplyUnclear, Group: "leads", UID: "ps1", Person: "bo@acme.example", Err: errors.New("it sends somebody else")}
	trouble := scheduler.Finding{Kind: scheduler.RepliesUnread, Err: errors.New("refused")}
	bounced := scheduler.Finding{Kind: scheduler.MailBounced, Person: "bo@acme.example", Err: errors.New("status 5.1.1")}
	for i, look := range []struct {
		after time.Duration
		found []scheduler.Finding
		want  []scheduler.FindingKind
		kept  int // looks that said something new
	}{
		{0, nil, nil, 0},
		{time.Minute, []scheduler.Finding{unclear, bounced}, []scheduler.FindingKind{scheduler.ReplyUnclear}, 1},
		{time.Minute, nil, []scheduler.FindingKind{scheduler.ReplyUnclear}, 1},
		{time.Minute, []scheduler.Finding{trouble}, []scheduler.FindingKind{scheduler.ReplyUnclear, scheduler.RepliesUnread}, 2},
		{time.Minute, []scheduler.Finding{trouble}, []scheduler.FindingKind{scheduler.ReplyUnclear, scheduler.RepliesUnread}, 2},
		{time.Hour, []scheduler.Finding{unclear, other}, []scheduler.FindingKind{scheduler.ReplyUnclear, scheduler.ReplyUnclear}, 3},
		{8 * 24 * time.Hour, nil, nil, 4},
	} {
		at = at.Add(look.after)
		if err := KeepHeard(t.Context(), s, look.found); err != nil {
			t.Fatal(err)
		}
		nights, err := s.Store.Nights(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []scheduler.FindingKind
		if len(nights) > 0 {
			got = kinds(nights[0].Findings)
		}
		if !slices.Equal(got, look.want) || len(nights) != look.kept {
			t.Errorf("look %d: %v is shown, of %d; want %v, of %d", i, got, len(nights), look.want, look.kept)
		}
	}
}
