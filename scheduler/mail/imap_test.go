package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
)

func serverOf(m *mailtest.Mailroom) Server {
	return Server{URL: m.URL, Username: "ops@acme.example", Password: "right"}
}

func fetch(t *testing.T, b *Inbox) Taken {
	t.Helper()
	done, err := b.Fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestFetchReadsEachMessageOnceAndMarksNone(t *testing.T) {
	m, d := mailtest.NewMailroom(t), newDesk(t)
	b := &Inbox{Server: serverOf(m), Replies: d.Replies}
	m.Deliver(t, "From: shop@shop.example\n\nBuy!\n", now.Add(time.Minute))
	m.Deliver(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T072900Z"), now.Add(time.Minute))
	if done := fetch(t, b); done.Read != 2 || done.Replies != 1 {
		t.Errorf("the first time: got %+v, want 2 read and 1 reply", done)
	}
	if done := fetch(t, b); done.Read != 0 {
		t.Errorf("the second time: got %+v, want nothing read", done)
	}
	m.Deliver(t, reply("bo@acme.example", "REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:bo@acme.example"), now.Add(time.Minute))
	if done := fetch(t, b); done.Read != 1 || done.Replies != 1 {
		t.Errorf("the third time: got %+v, want the new one", done)
	}
	s := d.series(t)
	if a, b := s.RSVP("ana@acme.example", time.Time{}), s.RSVP("bo@acme.example", time.Time{}); a != calendar.Accepted || b != calendar.Declined {
		t.Errorf("Ana %q and Bo %q, want accepted and declined", a, b)
	}
	status, err := m.Status("INBOX", &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil || *status.NumMessages != 3 || *status.NumUnseen != 3 {
		t.Errorf("the mailbox has %d messages, %d of them unseen, %v; want 3 and 3 as they were", *status.NumMessages, *status.NumUnseen, err)
	}
}

func TestFetchStartsAnewUnderAnotherValidity(t *testing.T) {
	m, d := mailtest.NewMailroom(t), newDesk(t)
	m.Deliver(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T072900Z"), now.Add(time.Minute))
	b := &Inbox{Server: serverOf(m), Replies: d.Replies}
	other := scheduler.Mailbox{Name: "INBOX", Validity: 77, Last: 4000, Read: now.AddDate(0, 0, 5)}
	for _, again := range [][]uint32{nil, {7}} { // the second time one that came earlier is to be taken again
		other.Again = again
		if _, err := d.store.Commit(t.Context(), scheduler.Batch{Mailbox: &other}); err != nil {
			t.Fatal(err)
		}
		if done := fetch(t, b); done.Replies != len(again) {
			t.Errorf("with %v to be taken again: got %+v, want %d replies: the numbers of another validity say nothing", again, done, len(again))
		}
	}
}

// Where it cannot be read how far the mailbox was read, what came of late is read again,
// which is named once.
func TestFetchGoesOnWithoutItsPlace(t *testing.T) {
	m, d := mailtest.NewMailroom(t), newDesk(t)
	m.Deliver(t, reply("ana@acme.example", "REPLY", anaAccepts, "DTSTAMP:20260302T072900Z"), now.Add(time.Minute))
	there := d.Replies.Store
	d.Replies.Store = lostPlace{there}
	b := &Inbox{Server: serverOf(m), Replies: d.Replies}
	done := fetch(t, b)
	if done.Replies != 1 || len(done.Findings) != 1 || done.Findings[0].Kind != scheduler.SpoiltRecord {
		t.Errorf("got %+v, want the reply, and the place named", done)
	}
	d.Replies.Store = there
	if done := fetch(t, b); done.Read > 0 || len(done.Findings) > 0 {
		t.Errorf("the next time: got %+v, want nothing read", done)
	}
}

// A lostPlace is a store in which it cannot be read how far the mailbox was read.
type lostPlace struct{ scheduler.Store }

func (lostPlace) Mailbox(context.Context) (scheduler.Mailbox, error) {
	return scheduler.Mailbox{Fault: errors.New("spoilt")}, nil
}

func TestAMailboxInTroubleIsAFinding(t *testing.T) {
	for name, change := range map[string]func(*Server){
		"a wrong password": func(s *Server) { s.Password = "wrong" },
		"no such mailbox":  func(s *Server) { s.URL.Path = "/Replies" },
		"no server":        func(s *Server) { s.URL.Host = "127.0.0.1:1" },
	} {
		m, d := mailtest.NewMailroom(t), newDesk(t)
		server := serverOf(m)
		change(&server)
		done := fetch(t, &Inbox{Server: server, Replies: d.Replies})
		if len(done.Findings) != 1 || done.Findings[0].Kind != scheduler.RepliesUnread || strings.Contains(done.Findings[0].Err.Error(), "wrong") {
			t.Errorf("%s: got %+v, want one finding without the password", name, done)
		}
		if err := (&Inbox{Server: server, Replies: d.Replies}).Check(t.Context()); err == nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: Check: %v, want an error without the password", name, err)
		}
	}
}

// finder starts a server that answers a search with whatever it is told.
func finder(t *testing.T, found string) Server {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
		for lines := bufio.NewScanner(conn); lines.Scan(); {
			tag, command, _ := strings.Cut(lines.Text(), " ")
			switch {
			case strings.HasPrefix(command, "EXAMINE"):
				fmt.Fprint(conn, "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n")
			case strings.HasPrefix(command, "UID SEARCH"):
				fmt.Fprintf(conn, "* "+found+"\r\n", tag)
			}
			fmt.Fprintf(conn, "%s OK done\r\n", tag)
		}
	}()
	return Server{URL: &url.URL{Scheme: "imap", Host: listener.Addr().String()}, Username: "ops@acme.example", Password: "right"}
}

func TestASearchThatFindsTooMuchIsAFinding(t *testing.T) {
	for _, found := range []string{"ESEARCH (TAG %q) UID ALL 1:*", "ESEARCH (TAG %q) UID ALL *", "ESEARCH (TAG %q) UID ALL 1:4000000000"} {
		done := fetch(t, &Inbox{Server: finder(t, found), Replies: newDesk(t).Replies})
		if len(done.Findings) != 1 || done.Findings[0].Kind != scheduler.RepliesUnread {
			t.Errorf("%s: got %+v, want one finding", found, done)
		}
	}
	for _, found := range []string{"ESEARCH (TAG %q) UID ALL 7:9", "ESEARCH (TAG %q) UID", "SEARCH 7 9%.0s"} {
		if done := fetch(t, &Inbox{Server: finder(t, found), Replies: newDesk(t).Replies}); len(done.Findings) > 0 {
			t.Errorf("%s: got %+v, want no finding", found, done)
		}
	}
}

// Check needs neither a message nor a store.
func TestCheckOfAMailbox(t *testing.T) {
	if err := (&Inbox{Server: serverOf(mailtest.NewMailroom(t))}).Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}

func TestFetchEndsWithItsContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // it never greets
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	d := newDesk(t)
	_, err = (&Inbox{Server: Server{URL: &url.URL{Scheme: "imap", Host: listener.Addr().String()}}, Replies: d.Replies}).Fetch(ctx)
	if err == nil || ctx.Err() == nil {
		t.Errorf("got %v, want that it ended with its context", err)
	}
}

type closer chan struct{}

func (c closer) Close() error { close(c); return nil }

// A server that takes a command and says nothing more does not hold up a night for ever.
func TestAServerThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(closer)
		_, err := answer(c, func() (int, error) {
			<-c
			return 0, net.ErrClosed
		})
		if !errors.Is(err, errSilent) {
			t.Errorf("got %v, want that it does not answer", err)
		}
		if n, err := answer(make(closer), func() (int, error) { return 7, nil }); n != 7 || err != nil {
			t.Errorf("one that answers: got %d, %v", n, err)
		}
	})
}
