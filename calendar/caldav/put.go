package caldav

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav/internal/dav"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// conflictTries is how often a write is tried that somebody else's write crosses.
const conflictTries = 3

// Put implements calendar.Backend. A series is created by one write; a change is
// one, too, but on a server that tells only one change of each.
func (b *Backend) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if err := s.Check(); err != nil {
		return calendar.Series{}, fmt.Errorf("put: %w", err)
	}
	s, err := storable(s)
	if err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, err)
	}
	return b.write(ctx, s.UID, "put", func(have held, there bool) (calendar.Series, error) {
		switch {
		case !there && s.Version != "":
			return s, fmt.Errorf("it is gone: %w", calendar.ErrChanged)
		case !there:
			return s, nil
		case have.err != nil:
			return s, have.err
		case have.series.Cancelled && s.Version != "" && !s.Cancelled:
			return s, fmt.Errorf("it was cancelled: %w", calendar.ErrChanged)
		case b.begun(have.series, s):
			return s.WithReplies(have.series, s.People()...), nil
		}
		return calendar.Settle(have.series, adopt(s, have.series))
	})
}

// Cancel implements calendar.Backend. A series of which nothing is left stays,
// cancelled and without attendees: the server tells them, and a run that died
// before the cancellation does not invite them again.
func (b *Backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	_, err := b.write(ctx, uid, "cancel", func(have held, there bool) (calendar.Series, error) {
		if !there {
			return calendar.Series{}, errNothing
		}
		if have.err != nil {
			return calendar.Series{}, have.err
		}
		return have.series.Until(from)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// errNothing is for a change that has nothing to change.
var errNothing = errors.New("nothing to do")

// storable returns s as it can be read back from an object.
func storable(s calendar.Series) (calendar.Series, error) {
	text, err := encode(s, false)
	if err != nil {
		return s, err
	}
	all, err := ical.Decode(bytes.NewReader(text))
	if err != nil {
		return s, err
	}
	all[0].Version = s.Version
	return all[0].WithoutReplies(), nil
}

// encode returns the text of an object. Nothing in it is only for us: servers pass
// all of it on to the attendees.
func encode(s calendar.Series, quiet bool) ([]byte, error) {
	var text bytes.Buffer
	err := ical.Encode(&text, options(quiet), s)
	return text.Bytes(), err
}

func options(quiet bool) ical.WriteOptions {
	return ical.WriteOptions{Method: ical.Stored, Bare: true, Quiet: quiet}
}

// adopt returns s with what the server decides by itself as have has it: the names
// of people whom it knows.
func adopt(s, have calendar.Series) calendar.Series {
	s.Organizer.Name, s.Attendees = have.Organizer.Name, s.CalledAs(have)
	return s
}

// Reply implements calendar.Replier: it writes the reply into the organizer's object, as a
// server does that schedules.
func (b *Backend) Reply(ctx context.Context, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) error {
	_, err := b.inTurn(ctx, uid, "note a reply to", func() (s calendar.Series, err error) {
		u, have, err := b.fetch(ctx, uid)
		if err = cmp.Or(err, have.err); err != nil {
			return s, err
		}
		text, err := ical.Answer(have.text, options(false), uid, who, original, r)
		if err != nil || bytes.Equal(text, have.text) {
			return s, err
		}
		return s, b.replace(ctx, u, have, text)
	})
	return err
}

// write brings the object of a series to what decide wants, given what is there.
func (b *Backend) write(ctx context.Context, uid calendar.UID, what string, decide func(held, bool) (calendar.Series, error)) (calendar.Series, error) {
	return b.inTurn(ctx, uid, what, func() (calendar.Series, error) { return b.bring(ctx, uid, decide) })
}

// inTurn does something to a series that nobody else does anything to meanwhile, again
// where somebody's write crossed it.
func (b *Backend) inTurn(ctx context.Context, uid calendar.UID, what string, do func() (calendar.Series, error)) (calendar.Series, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Series{}, err
	}
	leave, err := b.turns.take(ctx, uid)
	if err != nil {
		return calendar.Series{}, err
	}
	defer leave()
	conflicts := 0
	out, err := calendar.Retry(ctx, calls.Tries, func() (calendar.Series, error) {
		for {
			s, err := do()
			if conflicts++; conflicts < conflictTries && dav.Is(err, http.StatusPreconditionFailed) {
				continue
			}
			return s, err
		}
	})
	if err = calls.Final(err); err != nil {
		return calendar.Series{}, fmt.Errorf("%s series %s: %w", what, uid, explain(err))
	}
	return out, nil
}

// explain turns the refusals of a write into what they mean.
func explain(err error) error {
	e, ok := errors.AsType[*dav.Error](err)
	if !ok {
		return err
	}
	switch {
	case e.Status == http.StatusPreconditionFailed:
		return fmt.Errorf("%w: %w", calendar.ErrChanged, err)
	case e.Cond == "no-uid-conflict":
		return fmt.Errorf("%w (%w)", calendar.ErrGone, err)
	}
	return err
}

// bring is one attempt at write: what is there is read, what differs is written
// under its ETag, and what the server made of it is read again. If it is not
// certain what became of a request, the next attempt goes by what it finds.
func (b *Backend) bring(ctx context.Context, uid calendar.UID, decide func(held, bool) (calendar.Series, error)) (calendar.Series, error) {
	u, have, err := b.fetch(ctx, uid)
	there := !errors.Is(err, calendar.ErrNotFound)
	if err != nil && there {
		return calendar.Series{}, err
	}
	target, err := decide(have, there)
	if err != nil {
		return calendar.Series{}, err
	}
	a, err := b.find(ctx)
	if err != nil {
		return calendar.Series{}, err
	}
	if !there {
		return b.create(ctx, a, u, target)
	}
	if a.oneChange() && target.Cancelled && len(have.series.Overrides) > 0 {
		return b.clear(ctx, a, u, have, target)
	}
	steps := []calendar.Series{target}
	if a.oneChange() && !target.Cancelled {
		steps = oneByOne(have.series, target)
	}
	for i, step := range steps {
		if step.Same(have.series) && step.Sequence <= have.series.Sequence {
			continue
		}
		if len(steps) > 1 {
			if err := b.begin(have.series, target, i); err != nil {
				return calendar.Series{}, err
			}
		}
		if have, err = b.change(ctx, a, u, have, step); err != nil {
			return calendar.Series{}, err
		}
	}
	b.end(uid)
	b.note(uid, have.text)
	return have.series, nil
}

// clear cancels a whole series on a server that tells only one change of each
// write, and would tell only of its moved sessions: the object is deleted, which is
// told, and then the mark is put that it was there.
func (b *Backend) clear(ctx context.Context, a *account, u *url.URL, have held, s calendar.Series) (calendar.Series, error) {
	if have.series.Cancelled {
		return have.series, nil
	}
	mark, err := ical.Merge(have.text, options(!a.invites(b.cfg)), s)
	if err != nil {
		return s, err
	}
	h := http.Header{}
	if have.etag != "" {
		h.Set("If-Match", have.etag)
	}
	_, err = b.client.Write(ctx, dav.Request{Method: http.MethodDelete, URL: u, Header: h})
	if err != nil && !dav.Is(err, http.StatusNotFound) {
		return s, err
	}
	return s, b.put(ctx, u, mark, "If-None-Match", "*")
}

// create puts a new object. Some servers take no notice of If-None-Match, so what
// is there then is compared.
func (b *Backend) create(ctx context.Context, a *account, u *url.URL, s calendar.Series) (calendar.Series, error) {
	if s.Cancelled {
		return s, nil
	}
	text, err := encode(s, !a.invites(b.cfg))
	if err != nil {
		return s, err
	}
	if err := b.put(ctx, u, text, "If-None-Match", "*"); err != nil {
		return s, err
	}
	_, have, err := b.fetch(ctx, s.UID)
	switch {
	case errors.Is(err, calendar.ErrNotFound):
		return s, fmt.Errorf("%w: it was deleted as soon as it was made", calendar.ErrChanged)
	case err != nil:
		return s, err
	case have.err != nil:
		return s, have.err
	}
	b.note(s.UID, have.text)
	return have.series, nil
}

// change writes one change into an object, and returns it as it then is.
func (b *Backend) change(ctx context.Context, a *account, u *url.URL, have held, s calendar.Series) (held, error) {
	if !s.Same(have.series) {
		s.Sequence = max(s.Sequence, have.series.Sequence+1)
	}
	text, err := ical.Merge(have.text, options(!a.invites(b.cfg)), s)
	if err != nil {
		return have, err
	}
	if bytes.Equal(text, have.text) {
		return have, nil
	}
	if err := b.replace(ctx, u, have, text); err != nil {
		return have, err
	}
	_, now, err := b.fetch(ctx, s.UID)
	if err == nil {
		err = now.err
	}
	return now, err
}

// replace writes text in the place of what is there.
func (b *Backend) replace(ctx context.Context, u *url.URL, have held, text []byte) error {
	name, etag := "If-Match", have.etag
	if !strong(etag) {
		name, etag = "", ""
	}
	return b.put(ctx, u, text, name, etag)
}

// put writes an object under a condition. 200, 201 and 204 are success; a server
// that answers 207 tells of a failure in it.
func (b *Backend) put(ctx context.Context, u *url.URL, text []byte, condition, value string) error {
	h := http.Header{"Content-Type": {"text/calendar; charset=utf-8"}}
	if condition != "" {
		h.Set(condition, value)
	}
	resp, err := b.client.Write(ctx, dav.Request{Method: http.MethodPut, URL: u, Header: h, Body: text})
	if err == nil && resp.Status == http.StatusMultiStatus {
		return &dav.Error{Method: http.MethodPut, Status: http.StatusPreconditionFailed}
	}
	return err
}

// strong reports whether an ETag can be the condition of a write. A weak one no
// server may take for a match (RFC 9110, section 13.1.1).
func strong(etag string) bool { return etag != "" && !strings.HasPrefix(etag, "W/") }
