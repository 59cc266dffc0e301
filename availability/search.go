package availability

import "time"

// A Search says which weekly slots to judge, and over which series.
type Search struct {
	Zone    string        // IANA name: the wall clock of the series
	Start   Date          // the first session is on or after it
	Cadence Cadence       // weeks between sessions
	Count   int           // sessions in the series; 0 means Cadence.MaxCount
	Length  time.Duration // of a session, exact time
	Step    time.Duration // starts are multiples of it on the wall clock; 0 means 15 minutes

	OnlyDays  Days // hard; empty means all
	Preferred Days // a wish; empty means none is preferred
	Top       int  // how many candidates to return at most; 0 means 5
}

// A Candidate is a slot with its attendance over the whole series. Candidates are
// comparable. All counts but Count are of member-sessions unless said otherwise.
type Candidate struct {
	Slot  Slot
	First Date // date of the first session, in the slot's zone
	Count int  // sessions

	RequiredMet     int // sessions that all required members can attend
	Attendance      int // attended sessions, summed over members
	Possible        int // members x sessions
	Unknown         int // not known to be attended or missed, within hours
	WorstOccurrence int // members at the poorest session
	WorstMember     int // sessions of the worst-off member; members unknown throughout left out
	Stretch         int // attended in stretch hours only
	Preferred       int // sessions on preferred days
}
