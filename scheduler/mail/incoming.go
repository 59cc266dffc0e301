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

	longestField = 1 << 10 // of a delivery report: what goes on after so much is not looked at
)

// Incoming is a message that arrived, as far as it may concern us. Nothing that a
// person wrote is in it but the subject.
type Incoming struct {
	From    calendar.Address // "" if it does not name exactly one
	Subject string           // to be compared, and kept nowhere
	Answers []string         // notices that it answers: the left parts of the Message-IDs
	Failed  bool             // dmarc=fail, by the server whose word counts
	Robot   bool             // it says that nobody wrote it
	Null    bool             // no answer to it is wanted (its Return-Path is <>): a robot's, if a person's address sent it
	TNEF    bool             // it holds winmail.dat, of which nothing is read
	Reply   *ical.Received   // the calendar in it; nil if there is none
	Bounce  *Bounce          // nil if it is none
	Err     error            // why it could not be read whole, or nil
}

// A Bounce is a report that a message did not arrive (RFC 3464).
type Bounce struct {
	Final  bool     // false if it is still tried
	Status string   // such as 5.1.1; "" if it says none
	IDs    []string // of the notice that it is about, as far as it says: the left part of its Message-ID, and what its boundary has
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
		return readTop(raw, authserv)
	}
	in, root := open(raw, authserv)
	if root == nil {
		return in
	}
	p := &partReader{in: &in}
	if err := p.read(root, 0); err != nil {
		in.Err = err
	}
	if in.Reply == nil && in.Err == nil {
		in.Err = p.broken
	}
	return in
}

// readTop reads the beginning of a message that is too large: its header alone counts.
func readTop(raw []byte, authserv string) Incoming {
	in, root := open(raw, authserv)
	if root != nil {
		in.Err = fmt.Errorf("it is larger than %d MB", maxMessage>>20)
	}
	return in
}

// open reads the header of a message. Lines in it that are no fields are passed over if it
// cannot be read with them. root is nil if it is no message, and in.Err says why.
func open(raw []byte, authserv string) (in Incoming, root *message.Entity) {
	if bytes.HasPrefix(raw, []byte("From ")) {
		_, raw, _ = bytes.Cut(raw, []byte("\n"))
	}
	options := &message.ReadOptions{MaxHeaderBytes: maxMessage}
	root, err := message.ReadWithOptions(bytes.NewReader(raw), options)
	if root == nil {
		root, _ = message.ReadWithOptions(bytes.NewReader(onlyFields(raw)), options)
	}
	if root == nil {
		return Incoming{Err: fmt.Errorf("it is no mail message: %w", err)}, nil
	}
	in.header(gomail.Header{Header: root.Header}, authserv)
	return in, root
}

// onlyFields returns a message without the lines of its header that are no fields.
func onlyFields(raw []byte) []byte {
	var out []byte
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 {
			return append(out, raw...)
		}
		key, _, colon := bytes.Cut(line, []byte(":"))
		if key = bytes.TrimRight(key, " \t"); line[0] == ' ' || line[0] == '\t' || colon && !bytes.ContainsAny(key, " \t<>") {
			out = append(append(out, line...), '\n')
		}
		raw = rest
	}
	return out
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
	in.Robot, in.Null = isRobot(h), strings.TrimSpace(h.Get("Return-Path")) == "<>"
	if h.Has("X-Failed-Recipients") { // Exim's, whose older reports have no parts
		in.Bounce = &Bounce{Final: true}
	}
	in.Failed = authserv != "" && dmarcFailed(h, authserv)
}

// isRobot reports whether nobody wrote the message: it says so (RFC 3834, section 5), or in
// one of the ways that programs had before (section 3.1.8, and vendors' own).
func isRobot(h gomail.Header) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "junk", "auto_reply":
		return true
	}
	return auto != "" && auto != "no" || h.Has("X-Autoreply") || h.Has("X-Autorespond")
}

// onlyAddress returns the address in From, "" if there is none, or several.
func onlyAddress(h gomail.Header) calendar.Address {
	if h.FieldsByKey("From").Len() != 1 {
		return "" // of two, the server may have judged the other
	}
	raw := h.Get("From")
	if list, err := h.AddressList("From"); err == nil {
		if len(list) != 1 {
			return ""
		}
		raw = list[0].Address
	} else if name, rest, ok := strings.Cut(raw, "<"); ok && !strings.Contains(name, "@") { // a name in bare 8-bit
		raw, _ = strings.CutSuffix(strings.TrimSpace(rest), ">")
	}
	a, err := calendar.ParseAddress(strings.ToLower(strings.TrimSpace(raw)))
	if err != nil {
		return ""
	}
	return a
}

// dmarcFailed reads the topmost word of the server about dmarc: those below may be forged.
// It may say in one field what it found of DKIM, and in another what that means.
func dmarcFailed(h gomail.Header, authserv string) bool {
	for f := h.FieldsByKey("Authentication-Results"); f.Next(); {
		parts := strings.Split(f.Value(), ";")
		if id := strings.Fields(parts[0]); len(id) == 0 || !strings.EqualFold(id[0], authserv) {
			continue
		}
		for _, p := range parts[1:] {
			method, result, _ := strings.Cut(strings.ToLower(strings.Join(strings.Fields(p), "")), "=")
			if method, _, _ = strings.Cut(method, "/"); method == "dmarc" { // it may name its version
				return strings.HasPrefix(result, "fail")
			}
		}
	}
	return false
}

// A partReader goes through the parts of one message.
type partReader struct {
	in     *Incoming
	parts  int
	broken error // why a calendar in it cannot be read
}

var errTooMany = fmt.Errorf("it has more than %d parts, or parts nested deeper than %d", maxParts, maxDepth)

func (p *partReader) read(e *message.Entity, depth int) error {
	if p.parts++; p.parts > maxParts || depth > maxDepth {
		return errTooMany
	}
	kind, params, _ := e.Header.ContentType()
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";") // parameters that are broken stay behind it
	if inner := e.MultipartReader(); inner != nil {
		return p.children(inner, depth)
	}
	name := strings.ToLower(fileName(e.Header, params))
	switch {
	case kind == "message/delivery-status", kind == "message/global-delivery-status": // RFC 6533 has the second
		p.bounce(e.Body)
	case kind == "message/disposition-notification":
		p.in.Robot = true // it was read, or deleted
	case kind == "message/rfc822", kind == "text/rfc822-headers", kind == "message/global", kind == "message/global-headers":
		p.returned(e.Body)
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
		if bytes.HasPrefix(text, []byte("Hi. This is the ")) { // qmail's report (cr.yp.to/proto/qsbmf.txt)
			p.qmail(text)
		}
		return nil
	}
	got, err := ical.ReadMessage(bytes.NewReader(text))
	if err != nil {
		p.broken = fmt.Errorf("its calendar cannot be read: %w", err)
		return nil // the same may stand in it once more
	}
	p.in.Reply = &got
	return nil
}

// bounce reads the fields of a delivery report: first those of the message, then
// those of each recipient. Ours have one, but an address may be one of several people:
// that it failed for any of them counts.
func (p *partReader) bounce(body io.Reader) {
	b := &Bounce{}
	if p.in.Bounce != nil {
		b.IDs = p.in.Bounce.IDs
	}
	of := map[string]string{}
	recipient := func() {
		action, _, _ := strings.Cut(strings.ToLower(of["action"]), " ") // a remark may follow
		if action != "" && !b.Final {
			b.Final, b.Status = action == "failed", of["status"]
		}
		clear(of)
	}
	lines, last := bufio.NewScanner(io.LimitReader(body, maxCalendar)), ""
	for lines.Scan() {
		key, value, field := strings.Cut(lines.Text(), ":")
		switch {
		case strings.TrimSpace(lines.Text()) == "":
			recipient()
		case lines.Text()[0] == ' ' || lines.Text()[0] == '\t': // what the last field goes on with
			if len(of[last]) < longestField {
				of[last] = strings.TrimSpace(of[last] + " " + strings.TrimSpace(lines.Text()))
			}
		case field:
			last = strings.ToLower(strings.TrimSpace(key))
			of[last] = strings.TrimSpace(value)
		}
	}
	recipient()
	p.in.Bounce = b
}

// qmail reads a report that is a text, with the message below.
func (p *partReader) qmail(text []byte) {
	b := &Bounce{Final: true}
	if _, rest, ok := bytes.Cut(text, []byte("(#")); ok {
		status, _, _ := bytes.Cut(rest, []byte(")"))
		b.Status = string(status[:min(len(status), 9)])
	}
	p.in.Bounce = b
	if _, below, ok := bytes.Cut(text, []byte("--- Below this line is a copy of the message.")); ok {
		p.returned(bytes.NewReader(bytes.TrimLeft(below, "\r\n")))
	}
}

// returned finds which message a report is about. Relays such as Amazon's give it another
// Message-ID, but leave its parts as they are, whose boundary says it, too.
func (p *partReader) returned(body io.Reader) {
	e, _ := message.Read(io.LimitReader(body, maxMessage))
	if e == nil {
		return
	}
	h := gomail.Header{Header: e.Header}
	id, err := h.MessageID()
	_, params, _ := h.ContentType()
	inside, _ := strings.CutPrefix(params["boundary"], boundaryMark)
	if err != nil && inside == "" {
		return
	}
	if p.in.Bounce == nil {
		p.in.Bounce = &Bounce{}
	}
	id, _, _ = strings.Cut(id, "@")
	p.in.Bounce.IDs = []string{id, inside}
}
