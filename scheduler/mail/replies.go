package mail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
)

// Replies takes note of what arrives, one message after the other. Its fields must
// not change while it is in use.
type Replies struct {
	Store     scheduler.Store
	Backend   calendar.Backend
	Workspace scheduler.Workspace
	Authserv  string // whose Authentication-Results count, "" for nobody's
	Now       func() time.Time
	Log       *slog.Logger // nil for none

	titles map[calendar.Address][]titled // of the series that each person is invited to; nil before they are needed
}

// A titled series may be told by its title, in lower case.
type titled struct {
	title, group string
	uid          calendar.UID
}

// Taken is what was noted of some messages.
type Taken struct {
	Read     int // messages
	Replies  int // that changed something
	Findings []scheduler.Finding
}

// Take reads one message and notes what it says, if that may be believed. received
// is when it arrived. The error is for what is no fault of the message.
func (r *Replies) Take(ctx context.Context, message io.Reader, received time.Time) (Taken, error) {
	return r.takeRead(ctx, Read(message, r.Authserv), received)
}

func (r *Replies) takeRead(ctx context.Context, in Incoming, received time.Time) (Taken, error) {
	t := &taking{Replies: r, in: in, received: received.UTC().Truncate(time.Second)}
	t.done.Read = 1
	err := t.take(ctx)
	return t.done, err
}

// A taking is one message on its way.
type taking struct {
	*Replies
	in       Incoming
	received time.Time
	done     Taken
}

func (t *taking) take(ctx context.Context) error {
	switch in := t.in; {
	case in.Bounce != nil && in.Bounce.Final:
		return t.bounced(ctx)
	case in.Bounce != nil && in.Bounce.Status != "":
		return nil // it is still tried
	case in.Reply != nil && len(in.Reply.Events) > 0:
		return t.calendar(ctx)
	case in.Reply != nil || in.Robot || in.Null && t.Workspace.Roster.Has(t.person(in.From)):
		return nil // another calendar's, or a vacation
	}
	answered, err := t.answered(ctx)
	if err != nil || answered == nil {
		return err // no business of ours
	}
	switch {
	case t.in.Err != nil:
		t.unclear(*answered, t.in.Err)
	case t.in.TNEF:
		t.unclear(*answered, errors.New("it is a winmail.dat, which only Outlook reads"))
	case answered.Kind == scheduler.NoticeAsked:
		t.unclear(*answered, errors.New("it says what should follow; note that as their answer"))
	default:
		t.unclear(*answered, errors.New("it answers in words only"))
	}
	return nil
}

// answered returns the notice that the message answers, nil if it answers none. One
// that names no message of ours answers a series whose title is in its subject, if a
// member sent it.
func (t *taking) answered(ctx context.Context) (*scheduler.Notice, error) {
	if n, ok, err := t.noticeOf(ctx, t.in.Answers); err != nil || ok {
		return &n, err
	}
	from, subject := t.person(t.in.From), strings.ToLower(t.in.Subject)
	if subject == "" || !t.Workspace.Roster.Has(from) {
		return nil, nil // most of what arrives: it reads no bookings
	}
	titles, err := t.titlesOf(ctx, from)
	for _, s := range titles {
		if s.title != "" && strings.Contains(subject, s.title) {
			return &scheduler.Notice{Group: s.group, UID: s.uid}, nil
		}
	}
	return nil, err
}

// titlesOf returns the series that a person is invited to. Those of all people are found at
// once, for all messages that follow.
func (r *Replies) titlesOf(ctx context.Context, person calendar.Address) ([]titled, error) {
	if r.titles != nil {
		return r.titles[person], nil
	}
	titles := map[calendar.Address][]titled{}
	for page, err := range scheduler.Pages(ctx, r.Store) {
		if err != nil {
			return nil, err
		}
		for _, b := range page {
			s := titled{strings.ToLower(b.Series.Title), b.Group, b.Series.UID}
			for _, at := range b.Series.Attendees {
				a := r.person(at.Address)
				titles[a] = append(titles[a], s)
			}
		}
	}
	r.titles = titles
	return titles[person], nil
}

// noticeOf returns the notice of the first of the IDs that is one of ours.
func (t *taking) noticeOf(ctx context.Context, ids []string) (scheduler.Notice, bool, error) {
	for _, id := range ids {
		n, ok, err := t.Store.NoticeOf(ctx, id)
		if err != nil || ok {
			return n, ok, err
		}
	}
	return scheduler.Notice{}, false, nil
}

// unclear says that a person must read the message.
func (t *taking) unclear(about scheduler.Notice, why error) {
	t.done.Findings = append(t.done.Findings, scheduler.Finding{Kind: scheduler.ReplyUnclear, Group: about.Group, UID: about.UID, Person: t.in.From, At: about.Original, Err: why})
}

func (t *taking) bounced(ctx context.Context) error {
	n, ok, err := t.noticeOf(ctx, append(t.in.Bounce.IDs, t.in.Answers...))
	if err != nil || !ok {
		return err // of mail that is not ours
	}
	why := errors.New("it says no more")
	if status := strings.ToValidUTF8(t.in.Bounce.Status, ""); status != "" {
		why = fmt.Errorf("status %s", status)
	}
	t.done.Findings = append(t.done.Findings, scheduler.Finding{Kind: scheduler.MailBounced, Group: n.Group, UID: n.UID, Person: n.To, Err: why})
	n.State, n.Fault = scheduler.NoticeRefused, why.Error()
	_, err = t.Store.Commit(ctx, scheduler.Batch{Tried: []scheduler.Notice{n}})
	return err
}

// mostAnswers is more than the answers to a series and each of its sessions.
const mostAnswers = 40

// calendar judges the events of an iTIP message, those about a series first.
func (t *taking) calendar(ctx context.Context) error {
	switch t.in.Reply.Method {
	case "REPLY", "COUNTER", "DECLINECOUNTER":
	default:
		return nil // REFRESH, our own REQUEST in copy, PUBLISH
	}
	if len(t.in.Reply.Events) > mostAnswers {
		t.unclear(scheduler.Notice{}, fmt.Errorf("it holds more than %d answers", mostAnswers))
		return nil
	}
	for _, e := range t.in.Reply.Events {
		told, err := t.Store.Told(ctx, e.UID)
		if err != nil {
			return fmt.Errorf("read what was told: %w", err)
		}
		b, known, err := t.booking(ctx, e.UID)
		if err != nil {
			return fmt.Errorf("read the bookings: %w", err)
		}
		switch {
		case known && b.State != scheduler.Ended:
			if err := t.event(ctx, b, e, told); err != nil {
				return err
			}
		case !known && len(told) == 0: // else it is over
			t.unknown(e.UID)
		}
	}
	return nil
}

// unknown names an answer to a series that is not known, such as one of a store that was
// lost. Who is not in the roster answers a series of another workspace, which may have the same
// organizer and mailbox.
func (t *taking) unknown(uid calendar.UID) {
	if t.in.From == "" || t.Workspace.Roster.Has(t.person(t.in.From)) {
		t.unclear(scheduler.Notice{UID: uid}, errors.New("it answers a series that this store does not know"))
	}
}

// booking returns the booking of a series, which may have ended; known is false if there is
// none.
func (t *taking) booking(ctx context.Context, uid calendar.UID) (b scheduler.Booking, known bool, err error) {
	group, err := t.Store.GroupOf(ctx, uid)
	if err != nil || group == "" {
		return b, false, err
	}
	of, err := t.Store.BookingsOf(ctx, group)
	if i := slices.IndexFunc(of, func(b scheduler.Booking) bool { return b.Series.UID == uid }); i >= 0 {
		return of[i], true, nil
	}
	return b, false, err
}

// event judges one answer.
func (t *taking) event(ctx context.Context, b scheduler.Booking, e ical.ReceivedEvent, told []scheduler.Notice) error {
	about := scheduler.Notice{Group: b.Group, UID: e.UID, Original: e.Original}
	if t.in.Reply.Method != "REPLY" {
		t.unclear(about, errors.New("it proposes another time"))
		return nil
	}
	who, answer, err := t.sender(b, e)
	if err != nil {
		t.unclear(about, err)
		return nil
	}
	rsvp, known := map[string]calendar.RSVP{"ACCEPTED": calendar.Accepted, "TENTATIVE": calendar.Tentative, "DECLINED": calendar.Declined}[answer]
	switch {
	case answer == "":
		t.unclear(about, errors.New("it does not say whether they come"))
		return nil
	case answer == "DELEGATED":
		t.unclear(about, errors.New("it sends somebody else"))
		return nil
	case !known:
		return nil // NEEDS-ACTION changes nothing
	}
	had, err := t.Store.Replies(ctx, e.UID)
	if err != nil {
		return fmt.Errorf("read the replies: %w", err)
	}
	reply := scheduler.Reply{UID: e.UID, Person: who, Original: e.Original, RSVP: rsvp, Made: t.made(e), Received: t.received}
	if stale(reply, e.Sequence, told, had) {
		return nil
	}
	return t.note(ctx, b, reply, told, had)
}

// made returns when the member answered: by their clock, which may be ahead of
// ours.
func (t *taking) made(e ical.ReceivedEvent) time.Time {
	if e.Made.IsZero() || e.Made.After(t.received) {
		return t.received
	}
	return e.Made
}

// sender returns which member of the series, as it invites them, answered what, or why that
// cannot be told or believed.
func (t *taking) sender(b scheduler.Booking, e ical.ReceivedEvent) (calendar.Address, string, error) {
	switch {
	case t.in.Failed:
		return "", "", errors.New("it does not come from whom it names (dmarc=fail)")
	case t.in.From == "":
		return "", "", errors.New("it names nobody, or several, as its sender")
	case e.Err != nil:
		return "", "", e.Err
	}
	from := t.person(t.in.From)
	who, invited := t.invited(b.Series, from)
	if !invited {
		return "", "", errors.New("its sender is not a member of the group; if it is another address of one, name it under aliases")
	}
	if sessions, err := b.Series.Occurrences(); err != nil || !e.Original.IsZero() && !slices.ContainsFunc(sessions, func(o calendar.Occurrence) bool { return o.Original.Equal(e.Original) }) {
		return "", "", errors.New("it answers a session that the series does not have")
	}
	var own []ical.Answered
	for _, a := range e.Attendees {
		if t.person(a.Address) == from {
			own = append(own, a)
		}
	}
	if len(own) != 1 {
		return "", "", errors.New("it does not answer for its sender alone")
	}
	return who, own[0].PartStat, nil
}

// invited returns the address under which a series invites a person.
func (r *Replies) invited(s calendar.Series, person calendar.Address) (a calendar.Address, ok bool) {
	i := slices.IndexFunc(s.Attendees, func(at calendar.Attendee) bool { return r.person(at.Address) == person })
	if i < 0 {
		return "", false
	}
	return s.Attendees[i].Address, true
}

// person returns the address that names who has the address a.
func (r *Replies) person(a calendar.Address) calendar.Address {
	return r.Workspace.Roster.Aliases().Person(string(a))
}

// stale reports whether a reply is to what the member was told before the last
// change of it, or older than their last answer to it. What did not go out, did not reach
// them or has no event in it they cannot have answered; but when they hear yet that a
// session is elsewhere, an answer to it is to a time that is no more. sequence is -1 if it
// names none.
func stale(r scheduler.Reply, sequence int, told []scheduler.Notice, had []scheduler.Reply) bool {
	last, alone := -1, false
	for _, n := range told {
		if n.To != r.Person || n.Kind == scheduler.NoticeAsked {
			continue
		}
		own := n.Original.Equal(r.Original)
		switch {
		case n.State == scheduler.NoticeWaits && own && !n.Was.Empty():
			return true
		case n.State != scheduler.NoticeSent:
		case own:
			last, alone = n.Sequence, !r.Original.IsZero()
		case n.Original.IsZero() && !alone:
			last = n.Sequence
		}
	}
	if sequence >= 0 && sequence < last {
		return true
	}
	return slices.ContainsFunc(had, func(h scheduler.Reply) bool {
		return h.Person == r.Person && h.Original.Equal(r.Original) && !r.Made.After(h.Made)
	})
}

// note writes a reply to the calendar, then to the store: a run that dies between
// the two does it again. An answer to the series counts for the moves that were sent
// before it and have no answer of their own.
func (t *taking) note(ctx context.Context, b scheduler.Booking, r scheduler.Reply, told []scheduler.Notice, had []scheduler.Reply) error {
	list := []scheduler.Reply{r}
	if r.Original.IsZero() {
		list = append(list, covered(r, told, had)...)
	}
	if written, err := t.write(ctx, b, list); err != nil || !written {
		return err
	}
	what := "the series"
	if !r.Original.IsZero() {
		what = "the session of " + r.Original.UTC().Format(time.RFC3339)
	}
	event := scheduler.Event{At: t.Now().UTC(), Group: b.Group, UID: r.UID, What: string(r.RSVP), Why: fmt.Sprintf("%s, by mail: %s", r.Person, what)}
	t.done.Replies++
	if t.Log != nil {
		t.Log.Info("reply", "group", b.Group, "person", string(r.Person), "rsvp", string(r.RSVP))
	}
	_, err := t.Store.Commit(ctx, scheduler.Batch{Replies: []scheduler.Reply{r}, Events: []scheduler.Event{event}})
	return err
}

// write writes replies onto the calendar, where it takes any: the member's own, and then what
// that says of sessions. It is not written if a person must read the message, who is told.
func (t *taking) write(ctx context.Context, b scheduler.Booking, replies []scheduler.Reply) (written bool, err error) {
	calendars, ok := calendar.AsReplier(t.Backend)
	if !ok {
		return true, nil
	}
	for i, r := range replies {
		about := scheduler.Notice{Group: b.Group, UID: r.UID, Original: r.Original}
		switch err := calendars.Reply(ctx, r.UID, r.Person, r.Original, r.RSVP); {
		case err == nil:
		case errors.Is(err, calendar.ErrNotFound) && i > 0: // the series has that session no more
		case errors.Is(err, calendar.ErrNotFound):
			t.unclear(about, errors.New("what it answers is not on the organizer's calendar"))
			return false, nil
		case errors.Is(err, calendar.ErrChanged), errors.Is(err, calendar.ErrGone): // it cannot be read any more, which the night names, too
			t.unclear(about, err)
			return false, nil
		default:
			return false, fmt.Errorf("note the reply of %s in group %q: %w", r.Person, b.Group, err)
		}
	}
	return true, nil
}

// covered returns what an answer to the series says of moved sessions.
func covered(r scheduler.Reply, told []scheduler.Notice, had []scheduler.Reply) []scheduler.Reply {
	moved := map[int64]scheduler.Notice{}
	for _, n := range told {
		if n.To == r.Person && n.Kind == scheduler.NoticeSession {
			moved[n.Original.Unix()] = n
		}
	}
	var out []scheduler.Reply
	for _, n := range moved {
		own := slices.ContainsFunc(had, func(h scheduler.Reply) bool {
			return h.Person == r.Person && h.Original.Equal(n.Original) && !h.Received.Before(n.Made)
		})
		if n.State == scheduler.NoticeSent && !n.Sent.After(r.Received) && !own {
			session := r
			session.Original = n.Original
			out = append(out, session)
		}
	}
	slices.SortFunc(out, func(a, b scheduler.Reply) int { return a.Original.Compare(b.Original) })
	return out
}
