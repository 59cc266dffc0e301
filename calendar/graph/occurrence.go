package graph

import (
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/api"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// originalOf returns the start that the series gives an occurrence. One that was
// not changed need not say so.
func originalOf(o event) (time.Time, bool) {
	if t, ok := api.ParseInstant(o.OriginalStart); ok {
		return t, true
	}
	if o.Type == "exception" {
		return time.Time{}, false
	}
	return o.Start.Instant()
}

// overrides returns how the occurrences differ from the series. Those that are not
// there were cancelled.
func (r *reading) overrides() ([]calendar.Override, error) {
	sessions, err := r.series.WithoutOverrides().Occurrences()
	if err != nil {
		return nil, err
	}
	var out []calendar.Override
	for _, p := range sessions {
		o := calendar.Override{Original: p.Original.UTC(), Cancelled: true}
		if e, ok := r.occurrences[p.Original.Unix()]; ok {
			o = r.override(p, e)
		}
		if o.Cancelled || o.Note != "" || o.Edited != "" || !o.Moved.Empty() || o.RSVPs != nil {
			out = append(out, o)
		}
	}
	return out, nil
}

// override returns how the event e differs from the occurrence p of the series. A
// reply alone makes an exception, though nothing moved.
func (r *reading) override(p calendar.Occurrence, e event) calendar.Override {
	o := calendar.Override{Original: p.Original.UTC()}
	if iv, ok := e.Interval(); ok && (!iv.Start.Equal(p.Start) || !iv.End.Equal(p.End)) {
		o.Moved = iv
	}
	if e.Type != "exception" {
		return o
	}
	o.Note, o.Edited = r.read(e)
	if len(e.Guests()) == 0 { // a known fault of Exchange: those of the series hold
		return o
	}
	_, guests := r.who.people(e, r.state)
	for _, a := range guests {
		if a.RSVP != r.series.RSVP(a.Address, time.Time{}) && r.series.Invites(a.Address) {
			if o.RSVPs == nil {
				o.RSVPs = map[calendar.Address]calendar.RSVP{}
			}
			o.RSVPs[a.Address] = a.RSVP
		}
	}
	return o
}

// read returns the note that we put before the text of an exception, and a
// fingerprint of what people made of title, place, text, guests and the rest, "" if
// nothing. An exception looks as its series does, or did before the last change,
// which need not have reached it.
func (r *reading) read(e event) (note, edited string) {
	note, known := r.note(e)
	var seen []string
	add := func(differs bool, what string) {
		if differs {
			seen = append(seen, what)
		}
	}
	add(!known, text.WithoutTeams(bodyOf(e)))
	add(e.Subject != nil && *e.Subject != r.series.Title && !r.state.wrote(*e.Subject), value(e.Subject))
	add(e.Location != nil && placeOf(e) != placeOf(r.event), placeOf(e))
	add(e.ShowAs != "" && r.event.ShowAs != "" && e.ShowAs != r.event.ShowAs, e.ShowAs)
	add(e.IsReminderOn != nil && reminder(e) != reminder(r.event), reminder(e).String())
	add(len(e.Categories) != len(r.event.Categories), strings.Join(e.Categories, ","))
	if guests := e.Guests(); len(guests) > 0 {
		who := guestsDigest(guests)
		add(who != guestsDigest(r.event.Guests()) && who != r.state.Before, string(who))
	}
	if len(seen) == 0 {
		return note, ""
	}
	return note, text.Fingerprint(strings.Join(seen, "\n"))
}

// note returns the note in the text of an exception, and whether the text is one that
// we wrote, or that of the series.
func (r *reading) note(e event) (note string, known bool) {
	if e.Body == nil {
		return "", true
	}
	body, whole := bodyOf(e), bodyOf(r.event)
	bare, all := text.WithoutBlanks(body), text.WithoutBlanks(whole)
	s, ours := sessionOf(e)
	if ours {
		if own, _, ok := s.Body.Cut(body); ok && s.Body != "" {
			if note, _, ok := s.Note.Cut(own); ok {
				return text.Short(calendar.PlainText(note)), true
			}
		}
		if strings.HasSuffix(bare, all) && all != "" { // rewritten as that of the series was
			return text.Short(calendar.PlainText(text.Beginning(body, len(bare)-len(all)))), true
		}
	}
	return "", bare == all || r.state.wrote(text.WithoutTeams(body))
}

// byHand reports whether people have changed the occurrence since we last wrote it,
// or without our ever having done so. One that is not there is so by hand: ours is
// what is asked for, and needs no write.
func (r *reading) byHand(original time.Time) bool {
	e, ok := r.occurrences[original.Unix()]
	if !ok {
		return true
	}
	want := original
	s, ours := sessionOf(e)
	if ours {
		want = time.Unix(s.Start, 0)
	}
	iv, ok := e.Interval()
	return !ok || !iv.Start.Equal(want)
}

// asRead reports whether the event e of an occurrence is still as it was read.
func (r *reading) asRead(e event, original time.Time) bool {
	p := calendar.Occurrence{Original: original, Interval: availability.Interval{Start: original, End: original.Add(r.series.Slot.Length)}}
	is, was := r.override(p, e), r.series.Override(original)
	return is.SameChange(was) && is.Edited == was.Edited
}
