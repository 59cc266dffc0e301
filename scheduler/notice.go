package scheduler

import (
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// A Notice is what one person must hear of one change. It waits in the outbox until
// a mail server took it.
type Notice struct {
	ID       string // names it for ever; the Message-ID's left part
	Kind     NoticeKind
	To       calendar.Address // "" if the record cannot be read: then only ID, UID, Made and State are known, and Fault says why
	Group    string
	UID      calendar.UID
	Original time.Time             // the session that it is about, by its original start; zero for the series
	Was      availability.Interval // where that session was; empty if it was not moved by this change
	Sequence int                   // of the series, as it is told
	Made     time.Time
	Message  []byte // what is sent, whole (RFC 5322); nil once it is not to be sent any more

	State NoticeState
	First time.Time // of the tries; zero before the first
	Due   time.Time // not to be tried before
	Tries int
	Sent  time.Time
	Fault string // what the server said last, "" if nothing is wrong
}

// A NoticeKind says what a notice tells.
type NoticeKind string

// The kinds of notice. One about the series comes before those about its sessions.
const (
	NoticeInvited   NoticeKind = "invited"   // who takes part from now on
	NoticeChanged   NoticeKind = "changed"   // the series as it now is
	NoticeSession   NoticeKind = "session"   // where one session now is
	NoticeOff       NoticeKind = "off"       // one session is cancelled
	NoticeCancelled NoticeKind = "cancelled" // the series is cancelled
	NoticeLeft      NoticeKind = "left"      // who takes part no longer
	NoticeAsked     NoticeKind = "asked"     // what should follow the series
)

// A NoticeState is how far a notice came.
type NoticeState string

// The states of a notice.
const (
	NoticeWaits   NoticeState = "waits"
	NoticeSent    NoticeState = "sent"
	NoticeRefused NoticeState = "refused" // the address is dead
	NoticeGivenUp NoticeState = "given up"
)

// A Reply is what a member answered by mail, about a series or one of its sessions.
type Reply struct {
	UID      calendar.UID
	Person   calendar.Address
	Original time.Time // of the session, by its original start; zero for the series
	RSVP     calendar.RSVP
	Made     time.Time // by the member's clock, but not after it was received; orders their answers
	Received time.Time
}

// A Mailbox is how far the mailbox of the replies was read. UIDs are the server's,
// and mean nothing under another Validity (RFC 9051, section 2.3.1.1).
type Mailbox struct {
	Name     string
	Validity uint32
	Last     uint32    // the highest UID that was read
	Again    []uint32  `json:",omitempty"` // those up to Last that could not be noted, and are to be taken again
	Read     time.Time // when that was
	Fault    error     `json:"-"` // why nothing of it is known; nil if something is, or nothing was read yet
}
