package mail

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
	"github.com/peerslot/peerslot/scheduler"
)

// A Letter is what a template of messages may use. All times are on the reader's
// clocks.
type Letter struct {
	Subject  string
	Name     string          // of the reader
	Title    string          // of the series
	Lead     []string        // what happened, in sentences
	Why      string          // "" if nothing is to be said
	Zone     string          // the reader's, such as Europe/Lisbon
	Sessions []LetterSession // of the series from now on; empty if the message is about one session
	With     []string        // who else takes part
	Link     string          // of the video meeting, "" for none
	Agenda   string          // the text of the invite
	Ends     string          // "" if nothing follows
	Answer   string          // how to answer this message
	Leave    string          // how to leave the series
	Page     string          // address of the group's page, "" for none
	SignIn   string          // that signs the reader in; "" but in a message for that alone
}

// A LetterSession is one line of the table of sessions.
type LetterSession struct {
	When string // such as Tue 3 Mar 2026, 15:00-16:00
	Note string // such as "moved from Mon 2 Mar, 15:00"; "" if it is as the series has it
}

const (
	dateForm = "Mon 2 Jan 2006"
	dayForm  = "Mon 2 Jan"
)

func (c *Composer) letter(n scheduler.Notice, series calendar.Series) (Letter, error) {
	w, err := c.writer(n, series)
	if err != nil {
		return Letter{}, err
	}
	l := Letter{
		Name: c.Workspace.Name(n.To), Title: series.Title, Zone: w.zone.String(), Link: series.Link, With: w.others(),
	}
	w.tell(&l)
	if n.Kind == scheduler.NoticeAsked {
		l.Page = c.page(series.Group)
		return l, nil
	}
	if method(n.Kind) == ical.Cancel || w.over() {
		l.Link, l.With = "", nil
		if n.Kind != scheduler.NoticeOff {
			l.Zone = "" // it names no time
		}
		return l, nil
	}
	l.Agenda = series.Description
	l.Page = c.page(series.Group)
	w.close(&l)
	return l, nil
}

func (c *Composer) page(group string) string {
	if c.URL == "" || group == "" { // a sample is no group's
		return ""
	}
	return strings.TrimSuffix(c.URL, "/") + "/groups/" + url.PathEscape(group)
}

// A letterWriter has what the sentences of one letter need.
type letterWriter struct {
	*Composer
	scheduler.Notice
	series   calendar.Series
	sessions []calendar.Occurrence
	session  calendar.Occurrence // the one that it is about
	zone     *time.Location
}

func (c *Composer) writer(n scheduler.Notice, series calendar.Series) (*letterWriter, error) {
	zone, err := availability.LoadZone(cmp.Or(c.Workspace.Roster.Of(n.To).Zone, series.Slot.Zone))
	if err != nil {
		return nil, err
	}
	w := &letterWriter{Composer: c, Notice: n, series: series, zone: zone}
	if w.sessions, err = series.Occurrences(); err != nil {
		return nil, err
	}
	w.session, _ = sessionOf(w.sessions, n.Original)
	return w, nil
}

func (w *letterWriter) others() []string {
	var names []string
	for _, a := range w.series.Attendees {
		if a.Address != w.To && a.Address != w.From.Address {
			names = append(names, w.Workspace.Name(a.Address))
		}
	}
	return names
}

// tell says what happened.
func (w *letterWriter) tell(l *Letter) {
	title, at := w.series.Title, w.at
	if o := w.series.Organizer.Address; (w.Kind == scheduler.NoticeCancelled || w.over()) && o != w.From.Address {
		l.Subject = fmt.Sprintf("New organizer: %s", title)
		l.Lead = []string{fmt.Sprintf("%s is organized by %s from now on, no longer by %s. Its sessions go on: a new invitation takes the place of the old one, which ends with this message.", title, w.From.Address, o)}
		return
	}
	switch w.Kind {
	case scheduler.NoticeInvited:
		l.Subject = fmt.Sprintf("Invitation: %s, %s", title, w.rhythm())
		l.Lead = w.withShift(fmt.Sprintf("You are invited to %s. It meets on %s: %s.", title, w.rhythm(), w.extent()))
		if only, once := w.once(); once {
			l.Lead = []string{fmt.Sprintf("You are invited to %s. It meets once, on %s.", title, only)}
		}
		l.Sessions = w.table()
	case scheduler.NoticeChanged:
		if w.over() {
			l.Subject = fmt.Sprintf("Ended: %s", title)
			l.Lead = []string{fmt.Sprintf("%s has ended: there are no more sessions. Those that were held stay in your calendar.", title)}
			return
		}
		l.Subject = fmt.Sprintf("Changed: %s, %s", title, w.rhythm())
		l.Lead = w.withShift(fmt.Sprintf("%s has changed. It is now %s, %s.", title, w.rhythm(), w.extent()))
		if only, once := w.once(); once {
			l.Lead = []string{fmt.Sprintf("%s has changed. One session is left, on %s.", title, only)}
		}
		l.Sessions = w.table()
	case scheduler.NoticeSession:
		w.tellSession(l)
	case scheduler.NoticeOff:
		l.Subject = fmt.Sprintf("Cancelled: %s on %s", title, at(w.Was).short())
		l.Lead = []string{fmt.Sprintf("The session of %s on %s does not take place. The other sessions stay as they are.", title, at(w.Was).long())}
		l.Why = w.why()
	case scheduler.NoticeCancelled:
		l.Subject = fmt.Sprintf("Cancelled: %s", title)
		l.Lead = []string{fmt.Sprintf("%s has been cancelled: there are no more sessions.", title)}
	case scheduler.NoticeAsked:
		w.ask(l)
	case scheduler.NoticeLeft:
		l.Subject = fmt.Sprintf("You no longer take part: %s", title)
		l.Lead = []string{fmt.Sprintf("You no longer take part in %s. It goes on for the others; you need not do anything.", title)}
	}
}

// ask asks what should follow. Until is in Was, as the time at which it is decided.
func (w *letterWriter) ask(l *Letter) {
	title, last := w.series.Title, w.at(w.sessions[len(w.sessions)-1].Interval)
	l.Subject = fmt.Sprintf("What should follow: %s?", title)
	l.Lead = []string{fmt.Sprintf("The last session of %s is on %s. What should follow: keep it as it is, meet rarer, meet oftener, or stop?", title, last.day())}
	page, knows := w.page(w.series.Group), "who runs the machine could find out whose they are"
	if page != "" {
		l.Answer = fmt.Sprintf("Please answer before %s: %s/answer", w.at(w.Was).day(), page)
	} else {
		l.Answer = fmt.Sprintf("Please answer with one word, keep, rarer, oftener or stop, to %s before %s.", w.From.Address, w.at(w.Was).day())
		knows = "who reads the mail to that address sees yours, and notes it"
	}
	l.Ends = fmt.Sprintf("Answers count from three on. They are shown with the decision only, and never by name; %s. Nobody needs to answer: then the attendance decides.", knows)
	l.Link, l.Zone = "", ""
}

func (w *letterWriter) tellSession(l *Letter) {
	title, now := w.series.Title, w.at(w.session.Interval)
	old := w.at(availability.Interval{Start: w.Original, End: w.Original.Add(w.series.Slot.Length)})
	switch {
	case !w.Was.Empty():
		old = w.at(w.Was)
		l.Subject = fmt.Sprintf("Moved: %s, now %s (was %s)", title, now.short(), old.short())
		l.Lead = []string{fmt.Sprintf("One session of %s has moved from %s to %s. The other sessions stay as they are.", title, old.long(), now.long())}
	case w.session.Moved:
		l.Subject = fmt.Sprintf("As before: %s, %s instead of %s", title, now.short(), old.short())
		l.Lead = []string{fmt.Sprintf("Nothing new: one session of %s is on %s instead of %s. Some calendar programs forget this when the series changes, so here it is again.", title, now.long(), old.long())}
	default:
		l.Subject = fmt.Sprintf("Takes place: %s, %s", title, now.short())
		l.Lead = []string{fmt.Sprintf("The session of %s on %s takes place.", title, now.long())}
	}
	l.Why = w.why()
}

// why returns the reason in the note of the session, without what happened and the times
// that stand before it: the letter has them on the reader's clocks.
func (w *letterWriter) why() string {
	note := w.series.Override(w.Original).Note
	reason, off := strings.CutPrefix(note, "Cancelled: ")
	if !off && strings.HasPrefix(note, "Moved from ") {
		_, reason, off = strings.Cut(note, "): ")
	}
	if !off || reason == "" {
		return note
	}
	first, size := utf8.DecodeRuneInString(reason)
	return string(unicode.ToUpper(first)) + reason[size:]
}

// close says what a reader can do.
func (w *letterWriter) close(l *Letter) {
	last := w.at(w.sessions[len(w.sessions)-1].Interval)
	if w.Original.IsZero() {
		l.Ends = fmt.Sprintf("The series ends by itself after %s. Before that you are asked by mail what should follow: keep, rarer, oftener or stop.", last.day())
		if l.Page != "" {
			l.Ends += " You can answer at " + l.Page + "/answer."
		}
	}
	l.Answer = fmt.Sprintf("Please accept or decline in your calendar program; if it shows no buttons, open invite.ics. Your answer goes to %s and counts: a session that too few can attend is moved.", w.From.Address)
	l.Leave = fmt.Sprintf("To leave, decline the whole series, or write to %s.", w.From.Address)
}

// rhythm says when the sessions are, such as "Tuesdays at 15:00, weekly". The day
// and time are those of most sessions, for the reader. The only one is named by its date.
func (w *letterWriter) rhythm() string {
	if only, once := w.once(); once {
		return only
	}
	usual, _ := w.usual()
	return fmt.Sprintf("%s, %s", usual, w.series.Cadence)
}

// once returns when the only session to come is, if there is one alone.
func (w *letterWriter) once() (at string, ok bool) {
	to := w.upcoming()
	return w.zoned(to[0]).Format(dateForm + ", 15:04"), len(to) == 1
}

// usual returns on which day and at what time most sessions to come are, for the reader, and
// whether all are: clocks do not change everywhere on the same date.
func (w *letterWriter) usual() (most string, always bool) {
	count := map[string]int{}
	for _, start := range w.upcoming() {
		at := w.zoned(start)
		on := fmt.Sprintf("%ss at %s", at.Weekday(), at.Format("15:04"))
		if count[on]++; count[on] > count[most] {
			most = on
		}
	}
	return most, len(count) == 1
}

// withShift is what is said of the series, and that it is not always at its usual time.
func (w *letterWriter) withShift(said string) []string {
	usual, always := w.usual()
	if always {
		return []string{said}
	}
	return []string{said, fmt.Sprintf("It is not on %s each time, since clocks do not change everywhere on the same date: see below.", usual)}
}

// upcoming returns the starts that the slot gives the sessions to come.
func (w *letterWriter) upcoming() []time.Time {
	var out []time.Time
	for _, o := range w.sessions {
		if !o.Cancelled && o.End.After(w.Made) {
			out = append(out, o.Original)
		}
	}
	return out
}

// over reports whether the change of the series left no session of it to come: there is
// nothing to accept, to lead or to leave any more.
func (w *letterWriter) over() bool {
	return w.Kind == scheduler.NoticeChanged && len(w.upcoming()) == 0
}

func (w *letterWriter) extent() string {
	to := w.upcoming()
	return fmt.Sprintf("%d sessions from %s to %s", len(to), w.zoned(to[0]).Format(dateForm), w.zoned(to[len(to)-1]).Format(dateForm))
}

// table returns the sessions from now on.
func (w *letterWriter) table() []LetterSession {
	var rows []LetterSession
	for _, o := range w.sessions {
		original := availability.Interval{Start: o.Original, End: o.Original.Add(w.series.Slot.Length)}
		switch {
		case o.End.Before(w.Made) && original.End.Before(w.Made):
		case o.Cancelled:
			rows = append(rows, LetterSession{w.at(original).day(), "no session"})
		case o.Moved:
			rows = append(rows, LetterSession{w.at(o.Interval).long(), "instead of " + w.at(original).short()})
		default:
			rows = append(rows, LetterSession{When: w.at(o.Interval).long()})
		}
	}
	return rows
}

func (w *letterWriter) zoned(t time.Time) time.Time { return t.In(w.zone) }

// A span is an interval on the reader's clocks.
type span struct{ start, end time.Time }

func (w *letterWriter) at(iv availability.Interval) span {
	return span{w.zoned(iv.Start), w.zoned(iv.End)}
}

func (s span) short() string { return s.start.Format(dayForm + ", 15:04") }
func (s span) day() string   { return s.start.Format(dateForm) }
func (s span) long() string {
	return s.start.Format(dateForm+", 15:04") + "–" + s.end.Format("15:04")
}
