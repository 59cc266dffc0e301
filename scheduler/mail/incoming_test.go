package mail

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
)

var anaReplies = reply("ana@acme.example", "REPLY", anaAccepts, "SEQUENCE:0", "DTSTAMP:20260302T080000Z")

func TestRepliesCountHoweverTheMessageIsBent(t *testing.T) {
	twice := strings.Replace(anaReplies, "--b--", "--b\nContent-Type: application/ics; name=invite.ics\n\n"+anaReplies[strings.Index(anaReplies, "BEGIN:VCALENDAR"):], 1)
	for name, raw := range map[string]string{
		"a line in the header that is no field": "garbage without a colon\n>From ana@acme.example Mon Mar  2 08:00:00 2026\n" + anaReplies,
		"a name without quotes":                 strings.Replace(anaReplies, "From: ana@acme.example", "From: Lima, Ana <ana@acme.example>", 1),
		"a name of a file without quotes":       strings.Replace(anaReplies, "charset=utf-8", "name=my answer.ics", 1),
		"the first of two calendars is broken":  strings.Replace(twice, "END:VEVENT\nEND:VCALENDAR", "END:VEV", 1),
	} {
		d := newDesk(t)
		if done := d.take(t, raw); done.Replies != 1 || d.series(t).RSVP("ana@acme.example", time.Time{}) != calendar.Accepted {
			t.Errorf("%s: got %+v, want that Ana accepted", name, done)
		}
	}
}

// Whoever checks a message may look at another of its senders, or say what it found in
// more than one field.
func TestForgedRepliesAreForAPerson(t *testing.T) {
	for name, raw := range map[string]string{
		"two fields From":             strings.Replace(anaReplies, "From:", "From: eve@evil.example\nFrom:", 1),
		"two fields From, hers first": strings.Replace(anaReplies, "From: ana@acme.example", "From: ana@acme.example\nFrom: eve@evil.example", 1),
		"an address behind hers":      strings.Replace(anaReplies, "From: ana@acme.example", "From: x, <ana@acme.example> eve@evil.example", 1),
		"an address before hers":      strings.Replace(anaReplies, "From: ana@acme.example", "From: eve@evil.example \xe9 <ana@acme.example>", 1),
		"DKIM in a field above":       "Authentication-Results: mx.acme.example; dkim=pass\nAuthentication-Results: mx.acme.example; dmarc=fail\n" + anaReplies,
		"dmarc with its version":      "Authentication-Results: mx.acme.example;\n\tdmarc/1 =\n\tfail (p=none)\n" + anaReplies,
	} {
		d := newDesk(t)
		done := d.take(t, raw)
		if !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.ReplyUnclear}) || done.Replies > 0 {
			t.Errorf("%s: got %+v, want one finding", name, done)
		}
	}
}

func TestRobotsThatDoNotSayAutoSubmitted(t *testing.T) {
	for name, raw := range map[string]string{
		"Precedence":      "Precedence: auto_reply\n",
		"X-Autoreply":     "X-Autoreply: yes\n",
		"a read receipt":  "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n",
		"Precedence bulk": "Precedence: Bulk\n",
		"no way back":     "Return-Path: <>\n",
	} {
		raw = "From: ana@acme.example\nIn-Reply-To: <invite-ana@acme.example>\nSubject: Re: Peer circle: leads\n" + raw +
			"\n--b\nContent-Type: text/plain\n\nI am away\n--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n"
		if done := newDesk(t).take(t, raw); len(done.Findings) > 0 {
			t.Errorf("%s: got %+v, want nothing", name, done)
		}
	}
}

func TestBouncesOfManyServers(t *testing.T) {
	report := func(status string) string {
		return "From: MAILER-DAEMON@mx\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n" + status +
			"\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <invite-ana@acme.example>\n\nx\n--b--\n"
	}
	failed := "Final-Recipient: rfc822; ana@acme.example\nAction: failed\nStatus: 5.1.1"
	for name, raw := range map[string]string{
		"a remark":               report(failed[:len(failed)-len("\nStatus: 5.1.1")] + " (no such user)\nStatus: 5.1.1"),
		"fields that are folded": report("Final-Recipient: rfc822;\n ana@acme.example\nAction:\n failed\nDiagnostic-Code: smtp; 550\n action: see above\nStatus: 5.1.1"),
		"through a relay that gives it another Message-ID": strings.Replace(report(failed), "Message-ID: <invite-ana@acme.example>", "Message-ID: <010@ses.example>\nContent-Type: multipart/mixed; boundary=minvite-ana", 1),
		"an address of two people":                         report("Final-Recipient: rfc822; x@acme.example\nAction: delivered\nStatus: 2.0.0\n\n" + failed),
		"of two people, the first":                         report(failed + "\n\nFinal-Recipient: rfc822; x@acme.example\nAction: delayed\nStatus: 4.0.0"),
		"RFC 6533":                                         strings.NewReplacer("message/delivery-status", "message/global-delivery-status", "message/rfc822", "message/global-headers").Replace(report(failed)),
		"what it answers, in the header":                   "In-Reply-To: <invite-ana@acme.example>\n" + strings.Replace(report(failed), "Message-ID: <invite-ana@", "Message-ID: <other@", 1),
		"Exim's, without parts":                            "X-Failed-Recipients: ana@acme.example\nAuto-Submitted: auto-replied\nReferences: <invite-ana@acme.example>\n\nThis message was created automatically.\n",
		"qmail's": "From: MAILER-DAEMON@mx\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.\n\n<ana@acme.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n" +
			"--- Below this line is a copy of the message.\n\nReturn-Path: <ops@acme.example>\nMessage-Id: <invite-ana@acme.example>\n\nx\n",
	} {
		done := newDesk(t).take(t, raw)
		if !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.MailBounced}) || done.Findings[0].Person != "ana@acme.example" {
			t.Errorf("%s: got %+v, want that the mail to Ana came back", name, done)
		}
	}
	delayed := "X-Failed-Recipients: ana@acme.example\n" + report("Final-Recipient: rfc822; ana@acme.example\nAction: delayed\nStatus: 4.4.1")
	if done := newDesk(t).take(t, delayed); len(done.Findings) > 0 {
		t.Errorf("Gmail's of a delay: got %+v, want nothing", done)
	}
}

// The question what should follow holds no event, what was refused reached nobody, and what
// waits nobody yet: none makes an answer to the invitation stale.
// A report's field takes no more than it is long, however many lines it goes on.
func TestABounceOfOneEndlessField(t *testing.T) {
	raw := "From: MAILER-DAEMON@mx\nContent-Type: message/delivery-status\n\nAction: failed\nRemark: x\n" + strings.Repeat(" a\n", 80_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	in := Read(strings.NewReader(raw), "")
	runtime.ReadMemStats(&after)
	if in.Bounce == nil || !in.Bounce.Final {
		t.Errorf("got %+v, want a final bounce", in.Bounce)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 50<<20 {
		t.Errorf("took %d MB for %d kB", took>>20, len(raw)>>10)
	}
}

func TestAnAnswerIsStaleByWhatTheMemberCouldAnswer(t *testing.T) {
	for name, later := range map[string]scheduler.Notice{
		"asked":    {Kind: scheduler.NoticeAsked, State: scheduler.NoticeSent},
		"refused":  {Kind: scheduler.NoticeChanged, State: scheduler.NoticeRefused},
		"given up": {Kind: scheduler.NoticeChanged, State: scheduler.NoticeGivenUp},
		"waits":    {Kind: scheduler.NoticeChanged, State: scheduler.NoticeWaits},
	} {
		d := newDesk(t)
		later.ID, later.To, later.Group, later.UID, later.Sequence, later.Made, later.Sent = "later", "ana@acme.example", "leads", "ps1", 4, now, now
		if _, err := d.store.Commit(t.Context(), scheduler.Batch{Notices: []scheduler.Notice{later}}); err != nil {
			t.Fatal(err)
		}
		if done := d.take(t, anaReplies); done.Replies != 1 {
			t.Errorf("%s: got %+v, want that the answer to the invitation counts", name, done)
		}
	}
}

// Who has another address since they were invited answers for the one that was.
func TestAnAnswerUnderAnotherAddressThanInvited(t *testing.T) {
	for _, from := range []string{"ana@acme.example", "lima@acme.example"} {
		d := newDesk(t)
		w := d.Replies.Workspace
		ana := w.Roster.Of("ana@acme.example")
		w.Roster.Remove(ana.Address)
		ana.Address, ana.Aliases = "lima@acme.example", []calendar.Address{"ana@acme.example"}
		w.Roster.Put(ana)
		if done := d.take(t, reply(from, "REPLY", anaAccepts, "SEQUENCE:0", "DTSTAMP:20260302T080000Z")); done.Replies != 1 || len(done.Findings) > 0 {
			t.Errorf("from %s: got %+v, want it noted", from, done)
		}
		if got := d.series(t).RSVP("ana@acme.example", time.Time{}); got != calendar.Accepted {
			t.Errorf("from %s: ana %q, want that she accepted", from, got)
		}
	}
}

// Where a session now is waits to be told: an answer to it is to the time where it was, and
// counts no more. One that is told of again where it was is answered all the same.
func TestAnAnswerToASessionThatMovedMeanwhile(t *testing.T) {
	raw := reply("ana@acme.example", "REPLY", anaSession, anaAccepts, "SEQUENCE:2", "DTSTAMP:20260302T080000Z")
	moved := circle().Overrides[0]
	for name, row := range map[string]struct {
		was  availability.Interval
		want int
	}{"moved": {moved.Moved, 0}, "told again": {availability.Interval{}, 1}} {
		d := newDesk(t)
		n := scheduler.Notice{ID: "again", Kind: scheduler.NoticeSession, To: "ana@acme.example", Group: "leads", UID: "ps1", Original: moved.Original, Was: row.was, Sequence: 3, Made: now, State: scheduler.NoticeWaits}
		if _, err := d.store.Commit(t.Context(), scheduler.Batch{Notices: []scheduler.Notice{n}}); err != nil {
			t.Fatal(err)
		}
		if done := d.take(t, raw); done.Replies != row.want {
			t.Errorf("%s: noted %d, want %d", name, done.Replies, row.want)
		}
	}
}

// Who answers the question what should follow is told apart from who writes otherwise.
func TestAnAnswerInWordsToTheQuestion(t *testing.T) {
	d := newDesk(t)
	asked := scheduler.Notice{ID: "asked-ana", Kind: scheduler.NoticeAsked, To: "ana@acme.example", Group: "leads", UID: "ps1", Made: now, State: scheduler.NoticeSent, Sent: now}
	if _, err := d.store.Commit(t.Context(), scheduler.Batch{Notices: []scheduler.Notice{asked}}); err != nil {
		t.Fatal(err)
	}
	done := d.take(t, "From: ana@acme.example\nIn-Reply-To: <asked-ana@acme.example>\n\nkeep\n")
	if len(done.Findings) != 1 || !strings.Contains(done.Findings[0].Err.Error(), "what should follow") {
		t.Errorf("got %+v, want that it says what should follow", done)
	}
}

// A session that moved may be no part of the series any more, of which an answer to the
// series says nothing.
func TestAnAnswerToASeriesThatWasCutShort(t *testing.T) {
	d := newDesk(t)
	s := d.series(t)
	s.First, s.Count, s.Overrides = availability.Date{Year: 2026, Month: 3, Day: 17}, 4, nil
	if _, err := d.Backend.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	done := d.take(t, anaReplies)
	if done.Replies != 1 || len(done.Findings) > 0 || d.series(t).RSVP("ana@acme.example", time.Time{}) != calendar.Accepted {
		t.Errorf("got %+v, want that Ana accepted what is left", done)
	}
}

func TestAMessageThatIsTooLargeIsNamed(t *testing.T) {
	m, d := mailtest.NewMailroom(t), newDesk(t)
	picture := strings.Repeat(strings.Repeat("x", 76)+"\n", 20_000)
	m.Deliver(t, strings.NewReplacer("Ana accepted", picture, "Peer circle", "Peer circle: leads").Replace(anaReplies), now.Add(time.Minute))
	m.Deliver(t, "From: shop@shop.example\nSubject: Sale\n\n"+picture, now.Add(time.Minute))
	done := fetch(t, &Inbox{Server: serverOf(m), Replies: d.Replies})
	if done.Read != 2 || !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.ReplyUnclear}) || done.Findings[0].Person != "ana@acme.example" {
		t.Errorf("got %+v, want that Ana's is named, and nothing of the other", done)
	}
}

func TestAMessageOfThousandsOfAnswersIsOneFinding(t *testing.T) {
	d, events := newDesk(t), ""
	for i := range 2000 {
		events += fmt.Sprintf("BEGIN:VEVENT\nUID:u%d-peerslot\n%s\nEND:VEVENT\n", i, anaAccepts)
	}
	done := d.take(t, strings.Replace(anaReplies, "END:VCALENDAR", events+"END:VCALENDAR", 1))
	if len(done.Findings) != 1 || done.Replies > 0 {
		t.Errorf("got %d replies and %d findings, want one finding", done.Replies, len(done.Findings))
	}
}

// A stubborn calendar notes no reply to one series.
type stubborn struct {
	calendar.Backend
	of  calendar.UID
	err error
}

func (s *stubborn) Reply(ctx context.Context, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) error {
	if uid == s.of && s.err != nil {
		return s.err
	}
	at, _ := calendar.AsReplier(s.Backend)
	return at.Reply(ctx, uid, who, original, r)
}

// A reply that the calendar does not take hinders no other; it is taken again the next time.
func TestAReplyThatCannotBeNotedHindersNoOther(t *testing.T) {
	m, d := mailtest.NewMailroom(t), newDesk(t)
	other := circle()
	other.UID, other.Group = "ps2", "others"
	put, err := d.Backend.Put(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{{Group: "others", Generation: 1, State: scheduler.Booked, Series: put, Created: now}}}); err != nil {
		t.Fatal(err)
	}
	at := &stubborn{Backend: d.Backend, of: "ps1", err: errors.New("the server answers 403 to PUT")}
	d.Backend = at
	m.Deliver(t, anaReplies, now.Add(time.Minute))
	m.Deliver(t, strings.ReplaceAll(anaReplies, "ps1-", "ps2-"), now.Add(time.Minute))
	inbox := &Inbox{Server: serverOf(m), Replies: d.Replies}
	for _, read := range []int{2, 1, 1} {
		if done := fetch(t, inbox); done.Read != read || len(done.Findings) != 1 || !strings.Contains(done.Findings[0].Err.Error(), `"leads": the server answers 403`) {
			t.Errorf("got %+v, want %d read, and the one named that cannot be noted", done, read)
		}
	}
	if s, err := at.Get(t.Context(), "ps2"); err != nil || s.RSVP("ana@acme.example", time.Time{}) != calendar.Accepted {
		t.Errorf("the other series has %v, %v; want that Ana accepted it", s.Attendees, err)
	}
	at.err = nil
	m.Deliver(t, "From: shop@shop.example\n\nBuy!\n", now.Add(time.Minute))
	if done := fetch(t, inbox); done.Read != 2 || done.Replies != 1 || len(done.Findings) > 0 {
		t.Errorf("when the calendar takes it: got %+v, want it noted", done)
	}
	if done := fetch(t, inbox); done.Read > 0 {
		t.Errorf("at last: got %+v, want nothing read", done)
	}
}
