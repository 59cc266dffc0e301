package caldav

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/ical"
)

// perQuestion is how many people are asked about at once. 201 were answered by all
// servers in time; thousands brought some down.
const perQuestion = 100

// An answer is what the server says of one person: the periods as it wrote them,
// or why nothing is known.
type answer struct {
	periods []availability.Span
	reason  string
}

// ask asks the server's outbox when people are busy (RFC 6638, section 5). The
// error is for what concerns everybody.
func (b *Backend) ask(ctx context.Context, a *account, people []calendar.Address, window availability.Interval) (map[calendar.Address]answer, error) {
	out := map[calendar.Address]answer{}
	window.Start, window.End = window.Start.Truncate(time.Second), window.End.Add(time.Second-1).Truncate(time.Second)
	for chunk := range slices.Chunk(people, perQuestion) {
		got, err := b.askSome(ctx, a, chunk, window)
		if err != nil && (ctx.Err() != nil || errors.Is(err, calendar.ErrSignIn)) {
			return nil, err
		}
		for _, who := range chunk {
			switch ans, ok := got[who]; {
			case err != nil:
				out[who] = answer{reason: fmt.Sprintf("the server does not tell when people are busy: %v", err)}
			case !ok:
				out[who] = answer{reason: "the server gave no answer for this person"}
			default:
				out[who] = ans
			}
		}
	}
	return out, nil
}

func (b *Backend) askSome(ctx context.Context, a *account, people []calendar.Address, window availability.Interval) (map[calendar.Address]answer, error) {
	outbox, err := b.parse(a.Outbox)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	made := b.cfg.Now()
	err = ical.WriteFreeBusyRequest(&body, ical.FreeBusyRequest{
		UID: keyOf("freebusy", made.String(), string(people[0])), Made: made,
		From: b.organizer(a), People: people, Window: window,
	})
	if err != nil {
		return nil, err
	}
	resp, err := b.client.Read(ctx, dav.Request{Method: http.MethodPost, URL: outbox, Body: body.Bytes(), Header: http.Header{
		"Content-Type": {"text/calendar; charset=utf-8; component=VFREEBUSY; method=REQUEST"},
	}})
	if err != nil {
		return nil, err
	}
	return readAnswers(resp.Body)
}

// organizer returns the address by which the server knows the account: the
// organizer's if it is one of the account's, else the first.
func (b *Backend) organizer(a *account) calendar.Address {
	if len(a.Addresses) == 0 || slices.Contains(a.Addresses, b.cfg.Organizer) {
		return b.cfg.Organizer
	}
	return a.Addresses[0]
}

// readAnswers reads a schedule-response. A person is known only with a status of
// success and data.
func readAnswers(body []byte) (map[calendar.Address]answer, error) {
	doc, err := dav.Parse(body)
	if err != nil {
		return nil, err
	}
	if doc.Name != dav.CalName("schedule-response") {
		return nil, errors.New("the answer is no schedule-response")
	}
	out := map[calendar.Address]answer{}
	for _, r := range doc.Children {
		recipient := r.Child(dav.CalName("recipient"))
		if recipient != nil && len(recipient.Children) == 0 { // SOGo writes the address without an href
			recipient = &dav.Node{Children: []*dav.Node{{Name: dav.Name("href"), Text: recipient.Text}}}
		}
		for _, who := range addressesIn(recipient) {
			out[who] = readAnswer(r)
		}
	}
	return out, nil
}

func readAnswer(r *dav.Node) answer {
	status, data := r.Child(dav.CalName("request-status")), r.Child(dav.CalName("calendar-data"))
	switch {
	case status == nil || !strings.HasPrefix(status.Text, "2."):
		code := "none"
		if status != nil {
			code, _, _ = strings.Cut(status.Text, ";")
		}
		return answer{reason: fmt.Sprintf("the server does not know when this person is busy (request-status %.8q)", code)}
	case data == nil || data.Text == "":
		return answer{reason: "the server's answer for this person is empty"}
	}
	periods, err := ical.ReadFreeBusy([]byte(data.Text))
	if err != nil {
		return answer{reason: fmt.Sprintf("the server's answer for this person cannot be read: %v", err)}
	}
	return answer{periods: periods}
}

// inZone returns the periods with whole days, which servers write as their own days
// of anybody's, as the days of that zone.
func inZone(periods []availability.Span, zone *time.Location) []availability.Span {
	out := make([]availability.Span, len(periods))
	for i, p := range periods {
		out[i] = p
		if first, n := wholeDays(p.Interval); n > 0 {
			out[i].Interval = availability.Interval{Start: first.In(zone).Start, End: first.AddDays(n - 1).In(zone).End}
			out[i].AllDay = true
		}
	}
	return out
}

// wholeDays returns how many whole days a period of a server is, 0 if it is none, and
// the first: from midnight to midnight UTC, or, as SOGo writes the days of its own
// zone, to a second before midnight there.
func wholeDays(p availability.Interval) (first availability.Date, n int) {
	const day = 24 * time.Hour
	length := p.Length()
	if p.End.Second() == 59 && p.Start.Second() == 0 {
		length += time.Second
		if off := length - length.Round(day); off.Abs() <= time.Hour { // its clocks change on one of them
			return availability.DateOf(p.Start.UTC().Add(day / 2)), int(length.Round(day) / day)
		}
	}
	if p.Start.Truncate(day).Equal(p.Start) && length%day == 0 {
		return availability.DateOf(p.Start.UTC()), int(length / day)
	}
	return availability.Date{}, 0
}
