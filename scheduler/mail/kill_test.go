package mail

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
)

// A dyingStore ends the run at one of its commits: before it is written.
type dyingStore struct {
	scheduler.Store
	left int // commits that still succeed
}

var errKilled = errors.New("killed")

func (s *dyingStore) Commit(ctx context.Context, b scheduler.Batch) ([]scheduler.Booking, error) {
	if s.left--; s.left < 0 {
		return nil, errKilled
	}
	return s.Store.Commit(ctx, b)
}

// Killed between the server's word and our note of it, a run sends one message again:
// the same one.
func TestAKillSendsNothingTwiceButTheSameMessage(t *testing.T) {
	people := []calendar.Address{"ana@acme.example", "bo@acme.example", "cem@acme.example", "ana@acme.example"}
	for kill := range len(people) + 1 {
		p, s := &mailtest.PostOffice{}, openStore(t)
		waiting(t, s, people...)
		server := Server{URL: p.Open(t, "smtp", nil)}
		_, err := outbox(&dyingStore{s, kill}, server, now).Send(t.Context())
		if killed := kill < len(people); killed != errors.Is(err, errKilled) {
			t.Fatalf("killed after %d notes: %v", kill, err)
		}
		if done := send(t, outbox(s, server, now)); done.Waiting != 0 {
			t.Errorf("killed after %d notes: %d wait after the next run, want none", kill, done.Waiting)
		}
		times := map[string]int{}
		for _, m := range p.Taken {
			times[m]++
		}
		twice := 0
		for m, n := range times {
			twice += n - 1
			if n > 2 {
				t.Errorf("killed after %d notes: %s arrived %d times", kill, m, n)
			}
		}
		if len(times) != len(people) || twice > 1 {
			t.Errorf("killed after %d notes: %d of %d messages arrived, %d twice; want all, and one twice at most", kill, len(times), len(people), twice)
		}
	}
}

func TestAKillLosesNoReplyAndNotesNoneTwice(t *testing.T) {
	for kill := range 7 {
		m, d := mailtest.NewMailroom(t), newDesk(t)
		m.Deliver(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T072900Z"), now)
		m.Deliver(t, "From: shop@shop.example\n\nBuy!\n", now)
		m.Deliver(t, reply("bo@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@acme.example", "DTSTAMP:20260302T072900Z"), now)
		dying := *d.Replies
		dying.Store = &dyingStore{d.store, kill}
		_, err := (&Inbox{Server: serverOf(m), Replies: &dying}).Fetch(t.Context())
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		fetch(t, &Inbox{Server: serverOf(m), Replies: d.Replies})
		s := d.series(t)
		if a, b := s.RSVP("ana@acme.example", time.Time{}), s.RSVP("bo@acme.example", time.Time{}); a != calendar.Accepted || b != calendar.Declined {
			t.Errorf("killed after %d notes: Ana %q, Bo %q; want accepted and declined", kill, a, b)
		}
		history, err := d.store.History(t.Context(), "leads", time.Time{})
		if err != nil || len(history) != 2 {
			t.Errorf("killed after %d notes: %d events, %v; want one for each reply", kill, len(history), err)
		}
	}
}
