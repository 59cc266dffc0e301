package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/graph/internal/text"
)

// The extended properties of our events, in a namespace of our own. They may reach
// attendees' copies, so they hold nothing that an attendee may not know.
const (
	propPrefix  = "String {8b1c2e64-0f6e-4c0b-9d55-3a4f2d9c7e10} Name "
	propUID     = propPrefix + "peerslotUID"     // of the series: how it is found
	propKind    = propPrefix + "peerslotKind"    // the same for all: how all are found
	propState   = propPrefix + "peerslotState"   // a state
	propSession = propPrefix + "peerslotSession" // of an occurrence that we changed: a session

	kindSeries = "series"
)

// namespace makes transaction ids.
var namespace = uuid.MustParse("8b1c2e64-0f6e-4c0b-9d55-3a4f2d9c7e10")

// maxProperty is what Exchange returns of a property in a list: it cuts the rest.
const maxProperty = 255

// A state is what the fields of a series' event have no place for.
type state struct {
	Key       string        `json:"u"` // of the UID
	Zone      string        `json:"z"` // IANA
	Sequence  int           `json:"s,omitempty"`
	Updated   int64         `json:"t,omitempty"` // Unix seconds
	Mark      string        `json:"m"`           // of the Put that wrote it
	Body      text.Digest   `json:"b"`           // of the description as sent
	Attends   bool          `json:"a,omitempty"` // the organizer is among the attendees
	Group     string        `json:"p,omitempty"` // that meets; the text of the series names it, too
	Organizer string        `json:"o,omitempty"` // name
	Earlier   []text.Digest `json:"e,omitempty"` // of title and description before the last change
	Before    text.Digest   `json:"g,omitempty"` // of the guests before they were changed
}

// A session is the same for an occurrence.
type session struct {
	Sequence int         `json:"s,omitempty"`
	Updated  int64       `json:"t,omitempty"`
	Mark     string      `json:"m"`
	Start    int64       `json:"d"`           // where we put it, Unix seconds
	Note     text.Digest `json:"n,omitempty"` // of the note, which the body begins with
	Body     text.Digest `json:"b"`           // of the whole body as sent
}

// encode returns the property, short enough to come back whole.
func (s state) encode() property {
	if runes := []rune(s.Organizer); len(runes) > 40 {
		s.Organizer = string(runes[:40])
	}
	p := property{ID: propState, Value: asJSON(s)}
	for _, shorten := range []func(){func() { s.Earlier = nil }, func() { s.Organizer = "" }, func() { s.Group = "" }} {
		if len(p.Value) > maxProperty {
			shorten()
			p.Value = asJSON(s)
		}
	}
	return p
}

func (s session) encode() property { return property{ID: propSession, Value: asJSON(s)} }

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // of strings and numbers
	}
	return string(data)
}

// stateOf returns the state of an event, and whether it has one.
func stateOf(e event) (s state, ok bool) {
	return s, json.Unmarshal([]byte(propOf(e, propState)), &s) == nil
}

// sessionOf returns what we wrote of an occurrence, and whether we did.
func sessionOf(e event) (s session, ok bool) {
	return s, json.Unmarshal([]byte(propOf(e, propSession)), &s) == nil
}

// propOf returns the value of a property, "" if the event has none. Exchange may
// write the id in another case.
func propOf(e event, id string) string {
	for _, p := range e.Properties {
		if strings.EqualFold(p.ID, id) {
			return p.Value
		}
	}
	return ""
}

// keyOf returns what stands for a UID in a state: the UID, if it is short.
func keyOf(uid calendar.UID) string {
	if len(uid) <= 48 {
		return string(uid)
	}
	return "#" + text.Fingerprint(string(uid))
}

// markOf returns the mark of s, short enough for a state.
func markOf(s calendar.Series) string { return text.Fingerprint(s.Mark()) }

// transactionOf names the creation of s: the same intent, made again after a crash,
// has the same, and no other.
func transactionOf(s calendar.Series) string {
	text := strings.Join([]string{string(s.UID), s.Fingerprint(), s.Updated.UTC().Format(time.RFC3339)}, " ")
	return uuid.NewSHA1(namespace, []byte(text)).String()
}

// newState returns the state of s, which the Put with that mark writes over have.
func newState(s calendar.Series, mark string, have state) state {
	return state{
		Key: keyOf(s.UID), Zone: s.Slot.Zone, Sequence: s.Sequence, Updated: s.Updated.Unix(), Mark: mark,
		Body: text.DigestOf(s.Description), Attends: s.Invites(s.Organizer.Address), Organizer: s.Organizer.Name, Group: s.Group, Earlier: have.Earlier,
	}
}

// wrote reports whether a text is the description of the series, or was its title or
// description before the last change, which need not reach all occurrences.
func (s state) wrote(words string) bool {
	d := text.DigestOf(words)
	return d == s.Body || slices.Contains(s.Earlier, d)
}
