package mail

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // mail is written in many
	gomail "github.com/emersion/go-message/mail"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// Limits of one message.
const (
	maxMessage  = 1 << 20
	maxParts    = 100
	maxDepth    = 10
	maxCalendar = 256 << 10
)

// Incoming is a message that arrived, as far as it may concern us. Nothing that a
// person wrote is in it but the subject.
type Incoming struct {
	From    calendar.Address // "" if it does not name exactly one
	Subject string           // to be compared, and kept nowhere
	Answers []string         // notices that it answers: the left parts of the Message-IDs
	Failed  bool             // dmarc=fail, by the server whose word counts
	Robot   bool             // it says that nobody wrote it
	TNEF    bool             // it holds winmail.dat, of which nothing is read
	Reply   *ical.Received   // the calendar in it; nil if there is none
	Bounce  *Bounce          // nil if it is none
	Err     error            // why it could not be read whole, or nil
}

// A Bounce is a report that a message did not arrive (RFC 3464).
type Bounce struct {
	Recipient calendar.Address
	Final     bool   // false if it is still tried
	Status    string // such as 5.1.1
	ID        string // the notice that it is about: the left part of its Message-ID
}

// Read reads a message. authserv is whose Authentication-Results count (RFC 8601,
// section 5), "" for nobody's. A leading line of an mbox is passed over, which
// procmail hands on. Whatever r holds, there is an answer.
func Read(r io.Reader, authserv string) Incoming {
	raw, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err != nil {
		return Incoming{Err: err}
	}
	if len(raw) > maxMessage {
		return Incoming{Err: fmt.Errorf("it is larger than %d MB", maxMessage>>20)}
	}
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	root, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxMessage})
	if root == nil {
		return Incoming{Err: fmt.Errorf("it is no mail message: %w", err)}
	}
	in := Incoming{}
	in.header(gomail.Header{Header: root.Header}, authserv)
	p := &partReader{in: &in}
	if err := p.read(root, 0); err != nil {
		in.Err = err
	}
	return in
}

func (in *Incoming) header(h gomail.Header, authserv string) {
	in.From = onlyAddress(h)
	in.Subject, _ = h.Subject()
	for _, key := range []string{"In-Reply-To", "References"} {
		if ids, err := h.MsgIDList(key); err == nil {
			for _, id := range ids {
				left, _, _ := strings.Cut(id, "@")
				in.Answers = append(in.Answers, left)
			}
		}
	}
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	in.Robot = auto != "" && auto != "no"
	in.Failed = authserv != "" && dmarcFailed(h, authserv)
}

// onlyAddress returns the address in From, "" if there is none, or several.
func onlyAddress(h gomail.Header) calendar.Address {
	raw := h.Get("From")
	if list, err := h.AddressList("From"); err == nil {
		if len(list) != 1 {
			return ""
		}
		raw = list[0].Address
	} else if _, rest, ok := strings.Cut(raw, "<"); ok && strings.Count(raw, "<") == 1 { // a name in bare 8-bit
		raw, _, _ = strings.Cut(rest, ">")
	}
	a, err := calendar.ParseAddress(strings.ToLower(strings.TrimSpace(raw)))
	if err != nil {
		return ""
	}
	return a
}

// dmarcFailed reads the topmost word of the server: those below may be forged.
func dmarcFailed(h gomail.Header, authserv string) bool {
	for f := h.FieldsByKey("Authentication-Results"); f.Next(); {
		parts := strings.Split(f.Value(), ";")
		if id := strings.Fields(parts[0]); len(id) == 0 || !strings.EqualFold(id[0], authserv) {
			continue
		}
		for _, p := range parts[1:] {
			if strings.HasPrefix(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(p), " ", "")), "dmarc=fail") {
				return true
			}
		}
		return false
	}
	return false
}

// A partReader goes through the parts of one message.
type partReader struct {
	in    *Incoming
	parts int
}

var errTooMany = fmt.Errorf("it has more than %d parts, or parts nested deeper than %d", maxParts, maxDepth)

func (p *partReader) read(e *message.Entity, depth int) error {
	if p.parts++; p.parts > maxParts || depth > maxDepth {
		return errTooMany
	}
	kind, params, _ := e.Header.ContentType()
	kind = strings.ToLower(kind)
	if inner := e.MultipartReader(); inner != nil {
		return p.children(inner, depth)
	}
	name := strings.ToLower(fileName(e.Header, params))
	switch {
	case kind == "message/delivery-status":
		return p.bounce(e.Body)
	case kind == "message/rfc822" || kind == "text/rfc822-headers":
		return p.returned(e.Body)
	case kind == "application/ms-tnef" || name == "winmail.dat":
		p.in.TNEF = true
	case kind == "text/calendar", kind == "application/ics", strings.HasSuffix(name, ".ics"), depth == 0 && kind == "text/plain":
		return p.calendar(e.Body, depth == 0 && kind == "text/plain")
	}
	return nil
}

func (p *partReader) children(inner message.MultipartReader, depth int) error {
	for {
		part, err := inner.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if part == nil {
			return fmt.Errorf("its parts are broken: %w", err)
		}
		if err := p.read(part, depth+1); err != nil {
			return err
		}
	}
}

func fileName(h message.Header, params map[string]string) string {
	_, disposition, err := h.ContentDisposition()
	if err == nil && disposition["filename"] != "" {
		return disposition["filename"]
	}
	return params["name"]
}

// calendar reads a part as a calendar; the first one that is there counts, since
// clients send it twice. A text that is none is no harm.
func (p *partReader) calendar(body io.Reader, perhaps bool) error {
	text, err := io.ReadAll(io.LimitReader(body, maxCalendar+1))
	if len(text) > maxCalendar {
		return fmt.Errorf("its calendar is larger than %d kB", maxCalendar>>10)
	}
	if err != nil && len(text) == 0 {
		return err
	}
	if p.in.Reply != nil || perhaps && !bytes.HasPrefix(bytes.ToUpper(bytes.TrimSpace(text)), []byte("BEGIN:VCALENDAR")) {
		return nil
	}
	got, err := ical.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("its calendar cannot be read: %w", err)
	}
	p.in.Reply = &got
	return nil
}

// bounce reads the fields of a delivery report: first those of the message, then
// those of each recipient, of which ours have one.
func (p *partReader) bounce(body io.Reader) error {
	fields := map[string]string{}
	lines := bufio.NewScanner(io.LimitReader(body, maxCalendar))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if key = strings.ToLower(strings.TrimSpace(key)); fields[key] == "" {
			fields[key] = strings.TrimSpace(value)
		}
	}
	action := strings.ToLower(fields["action"])
	b := &Bounce{Final: action == "failed", Status: fields["status"]}
	for _, key := range []string{"original-recipient", "final-recipient"} {
		_, value, _ := strings.Cut(fields[key], ";")
		if a, err := calendar.ParseAddress(strings.ToLower(strings.TrimSpace(value))); err == nil && b.Recipient == "" {
			b.Recipient = a
		}
	}
	if p.in.Bounce != nil {
		b.ID = p.in.Bounce.ID
	}
	p.in.Bounce = b
	return nil
}

// returned finds which message a report is about.
func (p *partReader) returned(body io.Reader) error {
	e, _ := message.Read(io.LimitReader(body, maxMessage))
	if e == nil {
		return nil
	}
	h := gomail.Header{Header: e.Header}
	id, err := h.MessageID()
	if err != nil {
		return nil
	}
	if p.in.Bounce == nil {
		p.in.Bounce = &Bounce{}
	}
	p.in.Bounce.ID, _, _ = strings.Cut(id, "@")
	return nil
}
