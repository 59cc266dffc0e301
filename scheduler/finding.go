package scheduler

import (
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/attendance"
)

// A Share is figures of attendance, and is called here what it is called there.
type Share = attendance.Share

// A Finding is something that needs a person: its kind, its subject and its
// figures. Its words are made where it is shown.
type Finding struct {
	Kind    FindingKind
	Group   string             // "" if it concerns no group
	Program string             // "" if it concerns no program
	Person  calendar.Address   // "" if it concerns nobody
	UID     calendar.UID       // "" if it concerns no series
	At      time.Time          // start of the session; zero if it concerns none
	Missing []calendar.Address // who cannot attend it
	Share   Share              // who can attend, of sessions
	Err     error              // what went wrong; nil if nothing did
}

// A FindingKind names what is the matter.
type FindingKind string

// The kinds of findings.
const (
	BrokenRecord   FindingKind = "broken-record"   // a booking in the store cannot be read: Err
	SpoiltRecord   FindingKind = "spoilt-record"   // another record in the store cannot be read, of Program, of Person or one that is written anew: Err says which
	BrokenSeries   FindingKind = "broken-series"   // the series on the calendar cannot be used: Err
	SeriesGone     FindingKind = "series-gone"     // it is not on the organizer's calendar
	SeriesOff      FindingKind = "series-off"      // somebody cancelled it there
	CalendarsAway  FindingKind = "calendars-away"  // where the organizer's calendar is kept is not there: Err
	Unfinished     FindingKind = "unfinished"      // what an earlier run intended could not be finished: Err
	Failed         FindingKind = "failed"          // a step of this run failed: Err
	NoSuchProgram  FindingKind = "no-program"      // the booking's program is not configured
	NoSuchGroup    FindingKind = "no-group"        // the booking's group is not configured
	UnreadLine     FindingKind = "unread-line"     // a line of the roster cannot be read: Err says where and why
	BrokenAgenda   FindingKind = "broken-agenda"   // the agenda of Program cannot be rendered: Err
	OtherRules     FindingKind = "other-rules"     // the series was booked with other rules: Err says which
	Stranger       FindingKind = "stranger"        // a rule, link or group names Person, who is not on the roster
	Unplaced       FindingKind = "unplaced"        // Person should be in a group of Program, and is in none
	Alone          FindingKind = "alone"           // Person is the only one left of a group of Program
	Deserted       FindingKind = "deserted"        // of the group's members only Person, or nobody, still comes to its series: Missing do not
	TooSmall       FindingKind = "too-small"       // the group fell under its size: of Share.All members Share.Yes are left
	UnderQuorum    FindingKind = "under-quorum"    // too few can attend the session At
	BetterSlot     FindingKind = "better-slot"     // what is left of the series would do better at another slot: Err says why
	DeclinedSeries FindingKind = "declined-series" // Person declined the whole series
	Shortened      FindingKind = "shortened"       // somebody gave the series another number of sessions by hand: Share.Yes are left
	SplitOff       FindingKind = "split-off"       // somebody made the sessions from At on an event of their own by hand, Share.Yes of them (0: not known)
	Uninvited      FindingKind = "uninvited"       // somebody took Person off the series by hand
	DeletedCopy    FindingKind = "deleted-copy"    // Person deleted their copy of the series, again after they got it back
	ReadNobody     FindingKind = "read-nobody"     // no calendar of Share.Unknown people could be read

	JobDead  FindingKind = "job-dead"  // work that nobody watches was tried often and given up at At: Err
	JobFails FindingKind = "job-fails" // work that nobody watches failed at At, and is tried again: Err

	Unreached FindingKind = "unreached" // the calendar's server could not tell Person of the series: Err are its words

	MailServer    FindingKind = "mail-server"    // a mail server is in trouble, and mail waits: Err
	RepliesUnread FindingKind = "replies-unread" // the mailbox of the replies cannot be read: Err
	MailRefused   FindingKind = "mail-refused"   // the address of Person takes no mail: Err
	MailGivenUp   FindingKind = "mail-given-up"  // a message to Person did not go out in two days: Err
	MailBounced   FindingKind = "mail-bounced"   // a message to Person came back: Err
	ReplyUnclear  FindingKind = "reply-unclear"  // a message of Person, or somebody, about the group wants to be read: Err says why
	NeedsDecision FindingKind = "needs-decision" // a person must say what follows the series, whose last session is At; Err says why it ends if nobody does
	NotFormed     FindingKind = "not-formed"     // the next round of Program, due from At on, is not formed: Err
	NotBooked     FindingKind = "not-booked"     // the group was formed, and has no series: Err
)
