package web_test

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	message "github.com/emersion/go-message/mail"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/mail/mailtest"
)

// withPostOffice has links to sign in sent by mail.
func withPostOffice(t *testing.T, office *mailtest.PostOffice) func(*site) {
	t.Helper()
	server := mail.Server{URL: office.Open(t, "smtp", nil)}
	const from = calendar.Address("people-ops@acme.example")
	return func(s *site) {
		s.SendLink = func(ctx context.Context, to calendar.Address, link string) error {
			letter, err := (&mail.Composer{From: calendar.Attendee{Address: from}, Workspace: s.here.Service.Workspace}).SignIn(to, link, s.now)
			if err != nil {
				return err
			}
			return server.SendAll(ctx, string(from), string(to), letter)
		}
	}
}

// readLetter waits for a message to somebody, and returns its text.
func readLetter(t *testing.T, office *mailtest.PostOffice, to calendar.Address) string {
	t.Helper()
	raw := ""
	for range 600 {
		if raw = office.Letter(string(to)); raw != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	letter, err := message.CreateReader(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("no message to %s: %v", to, err)
	}
	part, err := letter.NextPart() // text goes first
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(part.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A member types their address, reads the mail, opens its link where they asked for it,
// and presses the button; then the link is used up.
func TestSignInByMail(t *testing.T) {
	office := &mailtest.PostOffice{}
	w := newWindow(t, withPostOffice(t, office))
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- w.Run(ctx) }()
	w.open(t, "/hours")
	w.do(t, chromedp.SendKeys("#email", string(ana)+kb.Enter), chromedp.WaitVisible(`.note[role="status"]`))
	link := regexp.MustCompile(regexp.QuoteMeta(w.URL.String()) + `/signin/\S+`).FindString(readLetter(t, office, ana))
	if link == "" {
		t.Fatal("the message has no link")
	}
	w.do(t, chromedp.Navigate(link))
	if eval[bool](t, w, `document.querySelector("#email") !== null`) {
		t.Error("the browser that asked must type the address again")
	}
	w.press(t, "main button.primary")
	if at := eval[string](t, w, `location.pathname + " " + document.querySelector("footer p").textContent`); !strings.HasPrefix(at, "/hours Signed in as Ana Lima") {
		t.Errorf("the button leads to %q; want the page that was asked for, as Ana Lima", at)
	}
	w.do(t, chromedp.Navigate(link))
	if at := eval[string](t, w, `location.pathname`); at != "/hours" {
		t.Errorf("the mail opened once more leads to %q; want the page, to which she is signed in", at)
	}
	w.press(t, `header form button`)
	w.do(t, chromedp.Navigate(link))
	if said := eval[string](t, w, `document.querySelector("main").textContent`); !strings.Contains(said, "That link was used already") {
		t.Errorf("the link a second time: %s", said)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
