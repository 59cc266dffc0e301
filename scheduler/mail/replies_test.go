package mail

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/scheduler"
)

// A desk is a booked circle on a folder of calendars, and what was told of it.
type desk struct {
	*Replies
	path  string
	store scheduler.Store
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{path: t.TempDir(), store: openStore(t)}
	backend := &folder.Backend{Path: filepath.Join(d.path, "calendars")}
	series := circle()
	put, err := backend.Put(t.Context(), series)
	if err != nil {
		t.Fatal(err)
	}
	b := scheduler.Booking{Group: "leads", Generation: 1, State: scheduler.Booked, Series: put, Created: now}
	invited := func(to calendar.Address) scheduler.Notice {
		return scheduler.Notice{ID: "invite-" + to.Local(), Kind: scheduler.NoticeInvited, To: to, Group: "leads", UID: put.UID, Made: now, State: scheduler.NoticeSent, Sent: now}
	}
	moved := scheduler.Notice{ID: "moved-ana", Kind: scheduler.NoticeSession, To: "ana@acme.example", Group: "leads", UID: put.UID, Original: series.Overrides[0].Original,
		Sequence: 2, Made: now, State: scheduler.NoticeSent, Sent: now}
	if _, err := d.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}, Notices: []scheduler.Notice{invited("ana@acme.example"), invited("bo@acme.example"), moved}}); err != nil {
		t.Fatal(err)
	}
	w := composer().Workspace
	ana := w.Roster.Of("ana@acme.example")
	ana.Aliases = []calendar.Address{"a.lima@acme.example"}
	w.Roster.Put(ana)
	d.Replies = &Replies{Store: d.store, Backend: calendar.Split{Backend: backend}, Workspace: w, Authserv: "mx.acme.example", Now: func() time.Time { return now.Add(time.Hour) }}
	return d
}

// series returns the circle as it is on the organizer's calendar.
func (d *desk) series(t testing.TB) calendar.Series {
	t.Helper()
	s, err := d.Backend.Get(t.Context(), "ps1")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *desk) take(t testing.TB, raw string) Taken {
	t.Helper()
	done, err := d.Take(t.Context(), strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// reply is a mail with a calendar in it.
func reply(from, method string, lines ...string) string {
	return fmt.Sprintf(`From: %s
To: ops@acme.example
Subject: Accepted: Peer circle
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

Ana accepted
--b
Content-Type: text/calendar; method=%s; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
METHOD:%s
BEGIN:VEVENT
UID:ps1-peerslot
%s
END:VEVENT
END:VCALENDAR

--b--
`, from, method, method, strings.Join(lines, "\n"))
}

const (
	anaAccepts = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@acme.example"
	anaSession = "RECURRENCE-ID:20260310T140000Z"
)

func TestRepliesOfManyClientsCount(t *testing.T) {
	session := circle().Overrides[0].Original
	plain := time.Date(2026, 3, 24, 14, 0, 0, 0, time.UTC)
	octets := strings.ReplaceAll(strings.ReplaceAll(reply("ana@acme.example", "REPLY", anaAccepts, "SEQUENCE:0", "DTSTAMP:20260302T080000Z"),
		"Content-Type: text/calendar; method=REPLY; charset=utf-8", "Content-Type: application/octet-stream; name=reply.ics"), "--b\nContent-Type: text/plain\n\nAna accepted\n", "")
	for name, row := range map[string]struct {
		raw      string
		original time.Time
		want     calendar.RSVP
	}{
		"the series": {reply("Ana <ana@acme.example>", "REPLY", "ORGANIZER:mailto:ops@acme.example", anaAccepts, "SEQUENCE:0", "DTSTAMP:20260302T080000Z"), time.Time{}, calendar.Accepted},
		"Outlook: no organizer, a prefix, a Windows zone, a rule beside the id": {reply("ana@acme.example", "REPLY", "RECURRENCE-ID;TZID=W. Europe Standard Time:20260310T150000", "RRULE:FREQ=WEEKLY;COUNT=6",
			"SUMMARY;LANGUAGE=de:Angenommen: Peer circle", anaAccepts, "SEQUENCE:2", "DTSTAMP:20260302T080000Z"), session, calendar.Accepted},
		"an alias":                                     {reply("A.Lima@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:a.lima@acme.example", "DTSTAMP:20260302T080000Z"), time.Time{}, calendar.Declined},
		"from an alias, for the address":               {reply("a.lima@acme.example", "REPLY", anaAccepts), time.Time{}, calendar.Accepted},
		"a file alone":                                 {octets, time.Time{}, calendar.Accepted},
		"through procmail":                             {"From ana@acme.example Mon Mar  2 08:00:00 2026\n" + reply("ana@acme.example", "REPLY", anaAccepts), time.Time{}, calendar.Accepted},
		"with a clock that is in 2036":                 {reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20360302T080000Z"), time.Time{}, calendar.Accepted},
		"one unmoved session, at the series' SEQUENCE": {reply("ana@acme.example", "REPLY", "RECURRENCE-ID:20260324T140000Z", "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ana@acme.example", "SEQUENCE:0"), plain, calendar.Tentative},
		"the calendar alone, without parts":            {"From: ana@acme.example\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:ps1-peerslot\n" + anaAccepts + "\nEND:VEVENT\nEND:VCALENDAR\n", time.Time{}, calendar.Accepted},
		"a robot sent it for Ana":                      {"Auto-Submitted: auto-generated\n" + reply("ana@acme.example", "REPLY", anaAccepts), time.Time{}, calendar.Accepted},
		"dmarc=fail, says somebody else":               {"Authentication-Results: evil.example; dmarc=fail\n" + reply("ana@acme.example", "REPLY", anaAccepts), time.Time{}, calendar.Accepted},
		"forged below the own server's word":           {"Authentication-Results: mx.acme.example; dmarc=pass\nAuthentication-Results: mx.acme.example; dmarc=fail\n" + reply("ana@acme.example", "REPLY", anaAccepts), time.Time{}, calendar.Accepted},
		"in a name of bare Latin-1":                    {strings.Replace(reply("Ren\xe9 <ana@acme.example>", "REPLY", anaAccepts), "charset=utf-8", "charset=iso-8859-1", 1), time.Time{}, calendar.Accepted},
	} {
		d := newDesk(t)
		done := d.take(t, row.raw)
		got := d.series(t).RSVP("ana@acme.example", row.original)
		if got != row.want || done.Replies != 1 || len(done.Findings) > 0 {
			t.Errorf("%s: got %q, %+v; want %q", name, got, done, row.want)
		}
	}
}

func TestWhatCannotBeBelievedIsForAPerson(t *testing.T) {
	for name, raw := range map[string]string{
		"dmarc=fail":                  "Authentication-Results: mx.acme.example;\n spf=pass; dmarc=fail (p=none)\n" + reply("ana@acme.example", "REPLY", anaAccepts),
		"a stranger":                  reply("eve@evil.example", "REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:eve@evil.example"),
		"for somebody else":           reply("bo@acme.example", "REPLY", anaAccepts),
		"for two":                     reply("ana@acme.example", "REPLY", anaAccepts, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a.lima@acme.example"),
		"two senders":                 reply("ana@acme.example, bo@acme.example", "REPLY", anaAccepts),
		"a counter-proposal":          reply("ana@acme.example", "COUNTER", anaSession, "DTSTART:20260311T140000Z", anaAccepts),
		"a delegate":                  reply("ana@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DELEGATED:mailto:ana@acme.example"),
		"no answer":                   reply("ana@acme.example", "REPLY", "ATTENDEE:mailto:ana@acme.example"),
		"no such session":             reply("ana@acme.example", "REPLY", "RECURRENCE-ID:20260311T140000Z", anaAccepts),
		"an unknown zone":             reply("ana@acme.example", "REPLY", "RECURRENCE-ID;TZID=Nowhere:20260311T140000", anaAccepts),
		"another series":              strings.ReplaceAll(reply("ana@acme.example", "REPLY", anaAccepts), "UID:ps1-", "UID:ps9-"),
		"words only":                  "From: ana@acme.example\nIn-Reply-To: <invite-ana@acme.example>\nSubject: Accepted\n\nI am in!\n",
		"words, by its subject alone": "From: a.lima@acme.example\nSubject: Zusage: Peer circle: leads\n\nJa!\n",
		"winmail.dat":                 "From: ana@acme.example\nReferences: <x@y> <invite-ana@acme.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n--b--\n",
	} {
		d := newDesk(t)
		done := d.take(t, raw)
		if !slices.Equal(kinds(done.Findings), []scheduler.FindingKind{scheduler.ReplyUnclear}) || done.Replies > 0 {
			t.Errorf("%s: got %+v, want one finding", name, done)
		}
		if got := d.series(t).RSVP("ana@acme.example", time.Time{}); got != calendar.NoReply {
			t.Errorf("%s: it counts as %q", name, got)
		}
	}
}

func TestWhatSaysNothingChangesNothing(t *testing.T) {
	for name, raw := range map[string]string{
		"an invitation of somebody": strings.ReplaceAll(reply("eve@evil.example", "REQUEST"), "ps1-peerslot", "abc"),
		"our own, in copy":          reply("ops@acme.example", "REQUEST", anaAccepts),
		"a refresh":                 reply("ana@acme.example", "REFRESH", anaAccepts),
		"needs action":              reply("ana@acme.example", "REPLY", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ana@acme.example"),
		"stale":                     reply("ana@acme.example", "REPLY", anaSession, anaAccepts, "SEQUENCE:1"),
		"out of office":             "From: ana@acme.example\nAuto-Submitted: auto-replied\nIn-Reply-To: <invite-ana@acme.example>\n\nI am away\n",
		"a stranger with our title": "From: eve@evil.example\nSubject: Re: Peer circle: leads\n\nBuy!\n",
		"another workspace's":       strings.ReplaceAll(reply("zoe@acme.example", "REPLY", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:zoe@acme.example"), "UID:ps1-", "UID:ps9-"),
		"a newsletter":              "From: shop@shop.example\n\nBuy!\n",
		"nothing":                   "",
		"delayed":                   "From: MAILER-DAEMON@mx\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ana@acme.example\nAction: delayed\nStatus: 4.4.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <invite-ana@acme.example>\n\n--b--\n",
	} {
		d := newDesk(t)
		before := d.series(t)
		if done := d.take(t, raw); done.Replies > 0 || len(done.Findings) > 0 {
			t.Errorf("%s: got %+v, want nothing", name, done)
		}
		if after := d.series(t); before.RSVP("ana@acme.example", time.Time{}) != after.RSVP("ana@acme.example", time.Time{}) {
			t.Errorf("%s: it changed a reply", name)
		}
	}
}

// Nobody must do anything about an answer to a series that is over.
func TestAnAnswerToASeriesThatIsOver(t *testing.T) {
	d := newDesk(t)
	bookings, err := d.Store.Bookings(t.Context())
	if err != nil || len(bookings) != 1 {
		t.Fatalf("%d bookings, %v; want one", len(bookings), err)
	}
	bookings[0].State = scheduler.Ended
	if _, err := d.Store.Commit(t.Context(), scheduler.Batch{Bookings: bookings}); err != nil {
		t.Fatal(err)
	}
	untold := bookings[0]
	untold.Generation, untold.Version, untold.Series.UID = 2, 0, "ps2" // of which a calendar's server told the members
	if _, err := d.Store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{untold}}); err != nil {
		t.Fatal(err)
	}
	for _, uid := range []string{"ps1", "ps2"} {
		if done := d.take(t, strings.Replace(reply("ana@acme.example", "REPLY", anaAccepts), "ps1", uid, 1)); done.Replies > 0 || len(done.Findings) > 0 {
			t.Errorf("%s: got %+v, want nothing", uid, done)
		}
	}
}

func TestALaterAnswerReplacesTheFirstAndADoubleIsNone(t *testing.T) {
	d := newDesk(t)
	first := reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T080000Z")
	second := reply("ana@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@acme.example", "DTSTAMP:20260302T081500Z")
	for i, row := range []struct {
		raw   string
		noted int
		want  calendar.RSVP
	}{{first, 1, calendar.Accepted}, {first, 0, calendar.Accepted}, {second, 1, calendar.Declined}, {first, 0, calendar.Declined}} {
		if done := d.take(t, row.raw); done.Replies != row.noted {
			t.Errorf("message %d: noted %d, want %d", i, done.Replies, row.noted)
		}
		if got := d.series(t).RSVP("ana@acme.example", time.Time{}); got != row.want {
			t.Errorf("after message %d Ana %q, want %q", i, got, row.want)
		}
	}
	history, err := d.store.History(t.Context(), "leads", time.Time{})
	if err != nil || len(history) != 2 || history[1].What != "declined" {
		t.Errorf("history %+v, %v; want accepted, then declined", history, err)
	}
}

// A counted store counts how often all bookings are read.
type countedStore struct {
	scheduler.Store
	read *int
}

func (s countedStore) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	*s.read++
	return s.Store.Bookings(ctx, groups...)
}

// Of thousands of series that of a reply is found without reading the others, and one that is
// not known found to be none; those in which a member may be are read once for all messages
// that name none.
func TestAReplyReadsNoOtherBookings(t *testing.T) {
	d, read := newDesk(t), 0
	d.Store = countedStore{d.store, &read}
	if done := d.take(t, reply("ana@acme.example", "REPLY", anaAccepts)); done.Replies != 1 || read != 0 {
		t.Errorf("noted %d replies, read all bookings %d times; want 1 and none", done.Replies, read)
	}
	if done := d.take(t, "From: shop@shop.example\nSubject: Sale\n\nBuy!\n"); len(done.Findings) > 0 || read != 0 {
		t.Errorf("a newsletter: %+v, read all bookings %d times; want nothing", done, read)
	}
	other := strings.Replace(reply("ana@acme.example", "REPLY", anaAccepts), "ps1", "ps2", 1)
	if done := d.take(t, other); len(done.Findings) != 1 || read != 0 {
		t.Errorf("of a series that is not known: findings %v, read %d times; want it named, and none read", done.Findings, read)
	}
	for range 3 {
		if done := d.take(t, "From: ana@acme.example\nSubject: Re: "+circle().Title+"\n\nLater?\n"); len(done.Findings) != 1 || read != 1 {
			t.Errorf("of what names its series by its title: findings %v, read %d times; want it named, and one read", done.Findings, read)
		}
	}
}

// BenchmarkTake takes an answer to one of many series of which nobody was told by mail, to one
// that is not known, and a message that names its series by the title.
func BenchmarkTake(b *testing.B) {
	for _, n := range []int{200, 2_000} {
		d := newDesk(b)
		batch := scheduler.Batch{}
		for i := range n {
			one := circle()
			one.UID, one.Group, one.Title = calendar.UID(fmt.Sprint("series", i)), fmt.Sprint("g", i), fmt.Sprint("Peer circle: g", i)
			one.Attendees[1].Address = calendar.Address(fmt.Sprintf("p%d@acme.example", i))
			one.Attendees = one.Attendees[1:]
			batch.Bookings = append(batch.Bookings, scheduler.Booking{Group: one.Group, Generation: 1, State: scheduler.Booked, Series: one, Created: now})
		}
		if _, err := d.store.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		for name, raw := range map[string]string{
			"known":   strings.Replace(reply("ana@acme.example", "REPLY", anaAccepts), "ps1", "series7", 1),
			"unknown": strings.Replace(reply("ana@acme.example", "REPLY", anaAccepts), "ps1", "other", 1),
			"titled":  "From: ana@acme.example\nSubject: Re: " + circle().Title + "\n\nLater?\n",
		} {
			b.Run(fmt.Sprint(name, " of ", n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if done := d.take(b, raw); len(done.Findings) != 1 {
						b.Fatalf("findings %v; want one", done.Findings)
					}
				}
			})
		}
	}
}

func TestAnAnswerToTheSeriesCountsForMovesSentBeforeIt(t *testing.T) {
	session := circle().Overrides[0].Original
	d := newDesk(t)
	d.take(t, reply("ana@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@acme.example", anaSession, "DTSTAMP:20260302T080000Z"))
	d.take(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T081500Z"))
	if got := d.series(t).RSVP("ana@acme.example", session); got != calendar.Declined {
		t.Errorf("the session has an answer of its own, and is now %q", got)
	}
	d = newDesk(t)
	d.take(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T081500Z"))
	if got := d.series(t).Reply("ana@acme.example", calendar.Occurrence{Original: session, Moved: true}); got != calendar.Accepted {
		t.Errorf("Ana accepted the series after she heard of the move, and the moved session is %q", got)
	}
}

func TestABounceIsAFinding(t *testing.T) {
	d := newDesk(t)
	done := d.take(t, `From: MAILER-DAEMON@mx
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; ana@acme.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <invite-ana@acme.example>
Subject: Invitation

x
--b--
`)
	if len(done.Findings) != 1 || done.Findings[0].Kind != scheduler.MailBounced || done.Findings[0].Person != "ana@acme.example" {
		t.Errorf("got %+v, want that the mail to Ana came back", done.Findings)
	}
}

func TestHostileMessagesAreBounded(t *testing.T) {
	nested := "Content-Type: text/plain\n\nx\n"
	for i := range 200 {
		nested = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%s\n--b%d--\n", i, i, nested, i)
	}
	for name, raw := range map[string]string{
		"nested":               "From: ana@acme.example\nMIME-Version: 1.0\n" + nested,
		"many parts":           "From: ana@acme.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/plain\n\nx\n", 100_000) + "--b--\n",
		"large":                "From: ana@acme.example\n\n" + strings.Repeat("x", 2<<20),
		"a calendar of 300 kB": reply("ana@acme.example", "REPLY", anaAccepts, strings.Repeat("COMMENT:"+strings.Repeat("x", 60)+"\n", 5000)+"X-END:1"),
	} {
		in := Read(strings.NewReader(raw), "")
		if in.Err == nil || in.Reply != nil {
			t.Errorf("%s: got %v, %v; want an error and no reply", name, in.Err, in.Reply)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(reply("ana@acme.example", "REPLY", anaAccepts))
	f.Add("From: a@b.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n")
	f.Fuzz(func(t *testing.T, raw string) {
		if in := Read(strings.NewReader(raw), "mx"); in.From != "" {
			if _, err := calendar.ParseAddress(string(in.From)); err != nil {
				t.Errorf("From is %q: %v", in.From, err)
			}
		}
	})
}
