// Package mail tells people of their series by mail and reads what they answer:
// iTIP (RFC 5546) in iMIP messages (RFC 6047), by SMTP and IMAP.
package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

// A Composer writes the messages of notices. Its fields must not change while it is
// in use.
type Composer struct {
	From      calendar.Attendee // whom messages come from: the organizer
	Workspace scheduler.Workspace
	URL       string     // of the members' pages, "" if there are none
	Templates *Templates // nil for the built-in ones
}

// Compose returns n as it is to be kept in the outbox, with its ID and its message,
// which tells of the change of a series from before to after. first is the ID of the
// first notice of the series to the same person, "" if this is it. The same input
// gives the same bytes.
func (c *Composer) Compose(n scheduler.Notice, before, after calendar.Series, first string) (scheduler.Notice, error) {
	n.ID = noticeID(n)
	series := after
	if n.Kind == scheduler.NoticeOff && !after.HasSession(n.Original) { // the series was cut short
		series, series.Sequence = before, after.Sequence
	}
	letter, err := c.letter(n, series)
	if err != nil {
		return n, err
	}
	text, html, err := c.templates().render(letter)
	if err != nil {
		return n, err
	}
	var event []byte
	if n.Kind != scheduler.NoticeAsked {
		if event, err = eventOf(n, series); err != nil {
			return n, err
		}
	}
	n.Message, err = c.message(n, letter.Subject, first, text, html, event)
	return n, err
}

// noticeID names a notice: the same change told to the same person has one name.
// What should follow a series is asked once.
func noticeID(n scheduler.Notice) string {
	if n.Kind == scheduler.NoticeAsked {
		n.Sequence, n.Made = 0, time.Time{}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "notice\x00%s\x00%d\x00%d\x00%s\x00%s\x00%d", n.UID, n.Sequence, n.Original.Unix(), n.Kind, n.To, n.Made.Unix()))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20]))
}

// method returns what the receiver's calendar program is to do.
func method(k scheduler.NoticeKind) ical.Method {
	switch k {
	case scheduler.NoticeOff, scheduler.NoticeCancelled, scheduler.NoticeLeft:
		return ical.Cancel
	}
	return ical.Request
}

func eventOf(n scheduler.Notice, series calendar.Series) ([]byte, error) {
	m := ical.Message{Method: method(n.Kind), Original: n.Original, Made: n.Made}
	if n.Kind == scheduler.NoticeLeft {
		m.Leaver = n.To
	}
	var b bytes.Buffer
	err := ical.WriteMessage(&b, m, series)
	return b.Bytes(), err
}

// message puts the parts together in the order and form that clients agree on: the
// calendar last of the alternatives, and once more as a file, in base64, which
// keeps its line ends.
func (c *Composer) message(n scheduler.Notice, subject, first, text, html string, event []byte) ([]byte, error) {
	var b bytes.Buffer
	root, err := message.CreateWriter(&b, c.header(n, subject, first))
	if err != nil {
		return nil, err
	}
	alternatives, err := root.CreatePart(multipart("alternative", "a"+n.ID))
	if err != nil {
		return nil, err
	}
	parts := []part{
		{"text/plain", map[string]string{"charset": "utf-8"}, "quoted-printable", text, ""},
		{"text/html", map[string]string{"charset": "utf-8"}, "quoted-printable", html, ""},
	}
	if event != nil {
		params := map[string]string{"charset": "utf-8", "method": string(method(n.Kind)), "component": "VEVENT"}
		parts = append(parts, part{"text/calendar", params, "base64", string(event), ""})
	}
	for _, p := range parts {
		if err := p.write(alternatives); err != nil {
			return nil, err
		}
	}
	if err := alternatives.Close(); err != nil {
		return nil, err
	}
	if event != nil {
		if err := (part{"application/ics", map[string]string{"name": "invite.ics"}, "base64", string(event), "invite.ics"}).write(root); err != nil {
			return nil, err
		}
	}
	err = root.Close()
	return b.Bytes(), err
}

// A part is one leaf of a message; file is the name that it is saved under, "" if it
// is shown.
type part struct {
	kind     string
	params   map[string]string
	encoding string
	body     string
	file     string
}

func (p part) write(to *message.Writer) error {
	var h message.Header
	h.SetContentType(p.kind, p.params)
	h.Set("Content-Transfer-Encoding", p.encoding)
	if p.file != "" {
		h.SetContentDisposition("attachment", map[string]string{"filename": p.file})
	}
	w, err := to.CreatePart(h)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, p.body); err != nil {
		return err
	}
	return w.Close()
}

// boundaryMark is before the ID of a notice in the boundary of its message.
const boundaryMark = "m"

// multipart returns the header of a part with a boundary of its own: one made at
// random would give other bytes each time.
func multipart(kind, boundary string) (h message.Header) {
	h.SetContentType("multipart/"+kind, map[string]string{"boundary": boundary})
	return h
}

func (c *Composer) header(n scheduler.Notice, subject, first string) message.Header {
	h := gomail.Header{Header: multipart("mixed", boundaryMark+n.ID)}
	h.Set("MIME-Version", "1.0")
	h.SetAddressList("From", []*gomail.Address{{Name: c.From.Name, Address: string(c.From.Address)}})
	h.SetAddressList("To", []*gomail.Address{{Name: c.Workspace.Roster.Of(n.To).Name, Address: string(n.To)}})
	h.SetSubject(report.Line(subject))
	h.SetDate(n.Made.In(time.UTC))
	h.Set("Message-Id", c.messageID(n.ID))
	if first != "" && first != n.ID {
		h.Set("In-Reply-To", c.messageID(first))
		h.Set("References", c.messageID(first))
	}
	h.Set("Auto-Submitted", "auto-generated") // RFC 3834, section 5: no vacation mails
	h.Set("X-Auto-Response-Suppress", "OOF, AutoReply")
	return h.Header
}

// messageID returns the Message-ID of a notice (RFC 5322, section 3.6.4).
func (c *Composer) messageID(id string) string { return "<" + id + "@" + c.From.Address.Domain() + ">" }
