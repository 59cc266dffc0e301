package mail

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// With -letters DIR the tests leave each kind of message there, to be looked at.
var letters = flag.String("letters", "", "write each kind of message to this folder")

var now = time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC)

// circle is a series of Berlin with one session moved and one cancelled.
func circle() calendar.Series {
	s := calendar.Series{
		UID: "ps1", Title: "Peer circle: leads", Group: "leads", Organizer: calendar.Attendee{Address: "ops@acme.example", Name: "People Ops"},
		Description: "leads: 60 minutes among peers\n\nAgenda\n- Check-in (5 min): one sentence each",
		Link:        "https://meet.acme.example/leads",
		Attendees:   []calendar.Attendee{{Address: "ana@acme.example", Name: "Ana Lima"}, {Address: "bo@acme.example", Name: "Bo Berg"}},
		Slot:        availability.Slot{Day: time.Tuesday, Start: 15 * time.Hour, Length: time.Hour, Zone: "Europe/Berlin"},
		First:       availability.Date{Year: 2026, Month: 3, Day: 3}, Cadence: availability.Weekly, Count: 6, Reminder: 10 * time.Minute,
	}
	at := time.Date(2026, 3, 10, 14, 0, 0, 0, time.UTC)
	s = s.WithOverride(calendar.Override{Original: at, Moved: availability.Interval{Start: at.Add(20 * time.Hour), End: at.Add(21 * time.Hour)},
		Note: "Moved from Tue 10 Mar 15:00 to Wed 11 Mar 11:00 (Europe/Berlin): 2 instead of 1 can come."})
	return s.WithOverride(calendar.Override{Original: at.AddDate(0, 0, 7), Cancelled: true, Note: "Only 1 of 2 can attend."})
}

func composed(t *testing.T, n scheduler.Notice, before, after calendar.Series, first string) scheduler.Notice {
	t.Helper()
	n.UID, n.Group, n.Sequence = after.UID, after.Group, after.Sequence
	if n.Made.IsZero() {
		n.Made = now
	}
	if n.To == "" {
		n.To = "ana@acme.example"
	}
	out, err := composer().Compose(n, before, after, first)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// parts returns the parts of a message by their type, and the structure.
func parts(t *testing.T, raw []byte) (map[string]string, []string) {
	t.Helper()
	root, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	found, structure := map[string]string{}, []string(nil)
	err = root.Walk(func(path []int, e *message.Entity, err error) error {
		if err != nil {
			return err
		}
		kind, _, _ := e.Header.ContentType()
		structure = append(structure, strings.Repeat(" ", len(path))+kind)
		if !strings.HasPrefix(kind, "multipart/") {
			text, err := io.ReadAll(e.Body)
			found[kind] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, structure
}

func TestMessageHasThePartsInTheOrderThatClientsAgreeOn(t *testing.T) {
	n := composed(t, scheduler.Notice{Kind: scheduler.NoticeInvited}, calendar.Series{}, circle(), "")
	found, structure := parts(t, n.Message)
	want := []string{"multipart/mixed", " multipart/alternative", "  text/plain", "  text/html", "  text/calendar", " application/ics"}
	if !slices.Equal(structure, want) {
		t.Errorf("got %q, want %q", structure, want)
	}
	if found["text/calendar"] != found["application/ics"] || !strings.Contains(found["text/calendar"], "METHOD:REQUEST") {
		t.Errorf("the file is not the calendar:\n%s", found["application/ics"])
	}
	for _, line := range []string{"method=REQUEST", "component=VEVENT", "Auto-Submitted: auto-generated", `From: "People Ops" <ops@acme.example>`, `To: "Ana Lima" <ana@acme.example>`, "Message-Id: <" + n.ID + "@acme.example>"} {
		if !strings.Contains(string(n.Message), line) {
			t.Errorf("the message lacks %q", line)
		}
	}
	if i := bytes.IndexFunc(n.Message, func(r rune) bool { return r > 126 || r < 32 && r != '\n' && r != '\r' }); i >= 0 {
		t.Errorf("the message is not 7-bit text at byte %d", i)
	}
}

func TestMessageIsTheSameEachTime(t *testing.T) {
	kind := scheduler.Notice{Kind: scheduler.NoticeInvited}
	a, b := composed(t, kind, calendar.Series{}, circle(), ""), composed(t, kind, calendar.Series{}, circle(), "")
	if !bytes.Equal(a.Message, b.Message) || a.ID != b.ID {
		t.Error("composed twice, the messages differ")
	}
	other := composed(t, scheduler.Notice{Kind: scheduler.NoticeInvited, To: "bo@acme.example"}, calendar.Series{}, circle(), "")
	if other.ID == a.ID {
		t.Error("two people's messages have one Message-ID")
	}
}

func TestLaterMessagesAnswerTheFirst(t *testing.T) {
	n := composed(t, scheduler.Notice{Kind: scheduler.NoticeChanged}, circle(), circle(), "first")
	h, err := gomail.CreateReader(bytes.NewReader(n.Message))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Header.MsgIDList("In-Reply-To"); err != nil || !slices.Equal(got, []string{"first@acme.example"}) {
		t.Errorf("In-Reply-To is %v, %v; want the first message", got, err)
	}
}

func TestLettersSayItOnTheReadersClocks(t *testing.T) {
	s := circle()
	moved, off := s.Overrides[0].Original, s.Overrides[1].Original
	slot := availability.Interval{Start: moved, End: moved.Add(time.Hour)}
	later := availability.Interval{Start: off, End: off.Add(time.Hour)}
	ended := s
	ended.Cancelled = true
	handed := ended
	handed.Organizer.Address = "before@acme.example"
	for name, row := range map[string]struct {
		notice        scheduler.Notice
		after         calendar.Series
		subject, text []string
	}{
		"invited": {scheduler.Notice{Kind: scheduler.NoticeInvited}, s,
			[]string{"Invitation: Peer circle: leads, Tuesdays at 14:00, weekly"},
			[]string{"Hello Ana Lima,", "Tue 3 Mar 2026, 14:00–15:00", "Wed 11 Mar 2026, 10:00–11:00 (instead of Tue 10 Mar, 14:00)", "Tue 17 Mar 2026 (no session)", "Europe/Lisbon", "With: Bo Berg", "The series ends by itself after Tue 7 Apr 2026", "decline the whole series"}},
		"session": {scheduler.Notice{Kind: scheduler.NoticeSession, Original: moved, Was: slot}, s,
			[]string{"Moved: Peer circle: leads, now Wed 11 Mar, 10:00 (was Tue 10 Mar, 14:00)"},
			[]string{"has moved from Tue 10 Mar 2026, 14:00–15:00 to Wed 11 Mar 2026, 10:00–11:00", "Why: 2 instead of 1 can come."}},
		"repeated": {scheduler.Notice{Kind: scheduler.NoticeSession, Original: moved}, s,
			[]string{"As before: Peer circle: leads, Wed 11 Mar, 10:00 instead of Tue 10 Mar, 14:00"}, []string{"Nothing new"}},
		"off": {scheduler.Notice{Kind: scheduler.NoticeOff, Original: off, Was: later}, s,
			[]string{"Cancelled: Peer circle: leads on Tue 17 Mar, 14:00"}, []string{"does not take place", "Why: Only 1 of 2 can attend."}},
		"off, by the night": {scheduler.Notice{Kind: scheduler.NoticeOff, Original: off, Was: later}, s.WithOverride(calendar.Override{Original: off, Cancelled: true, Note: "Cancelled: ángel and 1 other cannot come."}),
			[]string{"Cancelled: Peer circle: leads on Tue 17 Mar, 14:00"}, []string{"Why: Ángel and 1 other cannot come."}},
		"invited, where clocks change on other dates": {scheduler.Notice{Kind: scheduler.NoticeInvited, To: "sy@acme.example"}, s,
			[]string{"Invitation: Peer circle: leads, Wednesdays at 01:00, weekly"}, []string{"It meets on Wednesdays at 01:00, weekly", "It is not on Wednesdays at 01:00 each time", "Wed 1 Apr 2026, 00:00–01:00", "Tue 7 Apr 2026, 23:00–00:00"}},
		"cancelled": {scheduler.Notice{Kind: scheduler.NoticeCancelled}, ended, []string{"Cancelled: Peer circle: leads"}, []string{"there are no more sessions"}},
		"handed over": {scheduler.Notice{Kind: scheduler.NoticeCancelled}, handed, []string{"New organizer: Peer circle: leads"},
			[]string{"is organized by ops@acme.example from now on, no longer by before@acme.example", "a new invitation takes the place"}},
		"asked": {scheduler.Notice{Kind: scheduler.NoticeAsked, Was: availability.Interval{Start: now.AddDate(0, 0, 26), End: now.AddDate(0, 0, 27)}}, s,
			[]string{"What should follow: Peer circle: leads?"},
			[]string{"The last session of Peer circle: leads is on Tue 7 Apr 2026", "to ops@acme.example before Sat 28 Mar 2026", "never by name; who reads the mail to that address sees yours"}},
		"left": {scheduler.Notice{Kind: scheduler.NoticeLeft}, s, []string{"You no longer take part: Peer circle: leads"}, []string{"It goes on for the others"}},
	} {
		n := composed(t, row.notice, s, row.after, "")
		h, err := gomail.CreateReader(bytes.NewReader(n.Message))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Header.Subject(); err != nil || !slices.Contains(row.subject, got) {
			t.Errorf("%s: the subject is %q, %v; want %q", name, got, err, row.subject)
		}
		found, _ := parts(t, n.Message)
		for _, want := range row.text {
			if !strings.Contains(found["text/plain"], want) {
				t.Errorf("%s: the text lacks %q:\n%s", name, want, found["text/plain"])
			}
		}
		if *letters != "" {
			for ending, body := range map[string]string{".html": found["text/html"], ".txt": found["text/plain"], ".eml": string(n.Message)} {
				if err := os.WriteFile(filepath.Join(*letters, name+ending), []byte(body), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// One session is no rhythm, and what is no group's has no page.
func TestALetterOfOneSession(t *testing.T) {
	s := circle()
	s.Overrides, s.Count, s.Group = nil, 1, ""
	c := composer()
	c.URL = "https://peers.acme.example"
	for kind, want := range map[scheduler.NoticeKind]string{
		scheduler.NoticeInvited: "It meets once, on Tue 3 Mar 2026, 14:00.", scheduler.NoticeChanged: "has changed. One session is left, on Tue 3 Mar 2026, 14:00.",
	} {
		n, err := c.Compose(scheduler.Notice{Kind: kind, To: "ana@acme.example", UID: s.UID, Made: now}, s, s, "")
		if err != nil {
			t.Fatal(err)
		}
		found, _ := parts(t, n.Message)
		if text := found["text/plain"]; !strings.Contains(text, want) || strings.Contains(text, "weekly") || strings.Contains(text, "/groups/") {
			t.Errorf("the text lacks %q, or says too much:\n%s", want, text)
		}
	}
}

// Who joins a series in the change that ends it is told of nothing.
func TestWhoJoinsAtTheEndIsNotInvited(t *testing.T) {
	before := circle()
	before.Overrides = nil
	after := before
	after.Count, after.Sequence = 1, 1
	after.Attendees = append(slices.Clone(before.Attendees), calendar.Attendee{Address: "sy@acme.example"})
	list, err := Notices(before, after, nil, now.AddDate(0, 0, 14))
	if err != nil || len(list) != 2 {
		t.Errorf("got %+v, %v; want the two who were in it told", list, err)
	}
	for _, n := range list {
		composed(t, n, before, after, "")
	}
}

// Who is told that a series has ended is asked nothing about it, and told no more of it.
// Who leaves under an address that takes no mail has nothing that is to be taken back.
func TestWhomNothingReachedHearsNotOfLeaving(t *testing.T) {
	before := circle()
	after := before
	after.Attendees = before.Attendees[1:]
	for state, want := range map[scheduler.NoticeState]int{scheduler.NoticeRefused: 0, scheduler.NoticeSent: 1, scheduler.NoticeGivenUp: 1} {
		told := []scheduler.Notice{{Kind: scheduler.NoticeInvited, To: "ana@acme.example", State: state}}
		if list, err := Notices(before, after, told, now); err != nil || len(list) != want {
			t.Errorf("invited, and %s: got %v, %v; want %d", state, list, err, want)
		}
	}
}

func TestAnEndedSeriesAsksNothing(t *testing.T) {
	s := circle()
	s.Overrides = nil
	ended, handed := s, s
	ended.Count, handed.Count, handed.Organizer.Address = 1, 1, "before@acme.example"
	for want, after := range map[string]calendar.Series{"has ended": ended, "takes the place of the old one": handed} {
		n := composed(t, scheduler.Notice{Kind: scheduler.NoticeChanged, Made: now.AddDate(0, 0, 14)}, s, after, "")
		found, _ := parts(t, n.Message)
		text := found["text/plain"]
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
		for _, not := range []string{"accept or decline", "ends by itself", "To leave", "Times in", after.Description} {
			if strings.Contains(text, not) {
				t.Errorf("the text says %q:\n%s", not, text)
			}
		}
	}
}

func TestNamesCannotMakeHeadersOrMarkup(t *testing.T) {
	s := circle()
	s.Title = "Circle\r\nBcc: eve@evil.example <script>alert(1)</script> \u202etxt"
	n := composed(t, scheduler.Notice{Kind: scheduler.NoticeInvited}, calendar.Series{}, s, "")
	h, err := gomail.CreateReader(bytes.NewReader(n.Message))
	if err != nil || h.Header.Get("Bcc") != "" {
		t.Errorf("a title made a header: %q, %v", h.Header.Get("Bcc"), err)
	}
	found, _ := parts(t, n.Message)
	if strings.Contains(found["text/html"], "<script") {
		t.Errorf("a title made markup:\n%s", found["text/html"])
	}
	if subject, _ := h.Header.Subject(); strings.Contains(subject+found["text/plain"]+found["text/html"], "\u202e") {
		t.Errorf("a title turns the order of what is read:\n%s\n%s", subject, found["text/plain"])
	}
}

func TestABrokenTemplateIsAnError(t *testing.T) {
	for _, text := range []string{"{{.Nothing}}", "{{"} {
		if _, err := ParseTemplates(fstest.MapFS{textName: {Data: []byte(text)}}); err == nil {
			t.Errorf("template %q: got no error", text)
		}
	}
	own, err := ParseTemplates(fstest.MapFS{textName: {Data: []byte("Dear {{.Name}}")}})
	if err != nil {
		t.Fatal(err)
	}
	if text, _, err := own.render(exampleLetter); err != nil || text != "Dear Ana\r\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

// The letter with which somebody signs in has the link in both of its texts, and nowhere in its
// header: servers log that.
func TestTheLetterToSignIn(t *testing.T) {
	const link = "https://peers.acme.example/signin/TOKEN"
	raw, err := composer().SignIn("ana@acme.example", link, now)
	if err != nil {
		t.Fatal(err)
	}
	found, structure := parts(t, raw)
	if !strings.Contains(found["text/plain"], link) || !strings.Contains(found["text/html"], link) || strings.Contains(strings.Join(structure, ""), "calendar") {
		t.Errorf("its parts are %q:\n%s\n%s\nwant the link in both texts, and no more", structure, found["text/plain"], found["text/html"])
	}
	if header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n")); bytes.Contains(header, []byte("TOKEN")) {
		t.Errorf("the header has the link:\n%s", header)
	}
}
