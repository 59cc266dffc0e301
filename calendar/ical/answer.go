package ical

import (
	"time"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// Answer returns text, one calendar that holds a series of ours, with what an attendee
// replied: to the session with that original start, or to the series for the zero time.
// NoReply takes a reply back. All else in it stays, as by [Merge]; SEQUENCE, too, since
// nothing changes for others. An answer to the series is one to each session that was not
// moved and has none of its own; a session gets a component of its own if it has none.
//
// It returns ErrNotFound if the series has no such session or attendee. Text that says so
// already is returned as it is, as is that of a session that is cancelled.
func Answer(text []byte, o WriteOptions, uid calendar.UID, who calendar.Address, original time.Time, r calendar.RSVP) ([]byte, error) {
	m, err := newMerger(text, uid)
	if err != nil {
		return nil, err
	}
	next, err := m.have.WithReply(who, original, r)
	if err != nil {
		return nil, err
	}
	had := m.have.RSVP(who, time.Time{})
	if !original.IsZero() {
		had = m.have.Override(original).RSVPs[who]
	}
	if had == r || !original.IsZero() && m.have.Override(original).Cancelled {
		return text, nil
	}
	if err := m.become(o, next); err != nil {
		return nil, err
	}
	if original.IsZero() {
		err = m.answerAll(who, r)
	} else {
		err = m.answerOne(who, original, r)
	}
	if err != nil {
		return nil, err
	}
	return m.text()
}

// answerAll notes an answer to the series.
func (m *merger) answerAll(who calendar.Address, r calendar.RSVP) error {
	setReply(m.of[m.old.masters[0]], who, r)
	for _, c := range m.old.overrides {
		i, err := m.sessionOf(c)
		if err != nil || i < 0 {
			return err
		}
		session := m.w.sessions[i]
		if _, alone := m.have.Override(session.Original).RSVPs[who]; alone {
			continue
		}
		if session.Moved {
			setReply(m.of[c], who, calendar.NoReply) // else the copy of an earlier answer would pass for one to it
		} else {
			setReply(m.of[c], who, r)
		}
	}
	return nil
}

// answerOne notes an answer to one session.
func (m *merger) answerOne(who calendar.Address, original time.Time, r calendar.RSVP) error {
	for _, c := range m.old.overrides {
		i, err := m.sessionOf(c)
		if err != nil {
			return err
		}
		if i >= 0 && m.w.sessions[i].Original.Equal(original) {
			for _, p := range setReply(m.of[c], who, r) {
				setAsked(p, r)
			}
			return nil
		}
	}
	for _, c := range m.w.components()[1:] {
		if i, err := m.sessionAt(readable(c.Props.Get(ical.PropRecurrenceID))); err == nil && i >= 0 && m.w.sessions[i].Original.Equal(original) {
			m.cal.Children = append(m.cal.Children, c)
		}
	}
	return nil
}

// sessionOf returns which session a component stands for, or -1 if none.
func (m *merger) sessionOf(c *line.Component) (int, error) {
	return m.sessionAt(c.Get(ical.PropRecurrenceID))
}

// sessionAt returns which session a RECURRENCE-ID names, or -1 if none.
func (m *merger) sessionAt(id *line.Prop) (int, error) {
	x, _ := line.StampOf(id)
	return m.old.session(x, m.w.sessions)
}

// setReply sets what an attendee replied in one component, and returns their lines.
func setReply(e *ical.Component, who calendar.Address, r calendar.RSVP) (lines []*ical.Prop) {
	for i := range e.Props[ical.PropAttendee] {
		p := &e.Props[ical.PropAttendee][i]
		if a, ok := personIn(readable(p)); ok && a.Address == who {
			p.Params.Set(ical.ParamParticipationStatus, replies[r])
			p.Params.Del(ownReply)
			lines = append(lines, p)
		}
	}
	return lines
}
