package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
)

// Steps says a next step as its reader takes it, such as the line of a command; the words
// stand where those of a thing would ("end it with …", "… says why"). Nil has only the
// kinds' names.
type Steps func(scheduler.Step) string

// Words says one step.
func (s Steps) Words(step scheduler.Step) string {
	if s == nil {
		return string(step.Do)
	}
	return s(step)
}

// NewAttention describes a finding; times are told in the workspace's zone.
func NewAttention(w scheduler.Workspace, f scheduler.Finding, steps Steps) Attention {
	return Attention{cmp.Or(f.Group, f.Program, about[f.Kind]), Words(w, f, steps)}
}

// attentionTo describes findings, never nil.
func attentionTo(w scheduler.Workspace, findings []scheduler.Finding, steps Steps) []Attention {
	out := []Attention{}
	for _, f := range findings {
		out = append(out, NewAttention(w, f, steps))
	}
	return out
}

// about names what a finding that concerns no group is about.
var about = map[scheduler.FindingKind]string{
	scheduler.ReplyUnclear: "mail", scheduler.RepliesUnread: "mail", scheduler.MailServer: "mail", scheduler.MailRefused: "mail", scheduler.MailGivenUp: "mail", scheduler.MailBounced: "mail",
	scheduler.ReadNobody: "calendars", scheduler.CalendarsAway: "calendars", scheduler.Failed: "calendars",
	scheduler.UnreadLine: "roster", scheduler.SpoiltRecord: "store",
}

// Words says what is the matter and what to do, without the name of the group. It is
// the one place where findings get their words.
func Words(w scheduler.Workspace, f scheduler.Finding, steps Steps) string {
	who, program := w.Name(f.Person), f.Program
	step := f.Next()
	if step.Do != scheduler.RebookRest { // a flag, which wants its group
		step.Group = "" // whose line it is
	}
	next := steps.Words(step)
	switch f.Kind {
	case scheduler.BrokenRecord:
		return fmt.Sprintf("its booking in the store cannot be used: %v; %s ends it", f.Err, next)
	case scheduler.SpoiltRecord:
		if f.Person != "" {
			return fmt.Sprintf("what %s (%s) set about themselves cannot be read: %v; nothing is known of their time until they set it anew, or a backup of the store is put back", who, f.Person, f.Err)
		}
		if f.Program == "" {
			return fmt.Sprintf("%v; the next run that keeps it writes it anew", f.Err)
		}
		return fmt.Sprintf("%v; its groups are not known, and no other round is formed, until a backup of the store is put back", f.Err)
	case scheduler.BrokenSeries:
		return fmt.Sprintf("the series on the organizer's calendar cannot be used: %v; mend it there, or end it with %s", f.Err, next)
	case scheduler.SeriesGone:
		return fmt.Sprintf("the series is gone from the organizer's calendar; record that with %s, then book again", next)
	case scheduler.SeriesOff:
		return "the series was cancelled on the organizer's calendar; record that with " + next
	case scheduler.CalendarsAway:
		return fmt.Sprintf("%v; look whether it is mounted, and where the configuration says that it is; no series changes until it is there", f.Err)
	case scheduler.Unfinished:
		return fmt.Sprintf("what an earlier run began cannot be finished: %v", f.Err)
	case scheduler.Failed:
		return f.Err.Error()
	case scheduler.NoSuchProgram:
		if f.UID == "" {
			return fmt.Sprintf("there is no program %q, so nothing is booked for it; name another one, or none (if the program has another name now, say 'was: [%s]' there)", program, program)
		}
		return fmt.Sprintf("its program %q is not configured any more; the series keeps the rules that it was booked with (if the program has another name now, say 'was: [%s]' there)", program, program)
	case scheduler.UnreadLine:
		return fmt.Sprintf("%v; nothing is known of whose line that is, and nobody is taken for gone until it is mended", f.Err)
	case scheduler.BrokenAgenda:
		return fmt.Sprintf("its agenda cannot be used: %v; mend the template, or use one of peer-circle, coaching and one-on-one", f.Err)
	case scheduler.NoSuchGroup:
		return fmt.Sprintf("the group is not configured any more; its series goes on as it is until %s ends it (if the group has another name now, say 'was:' there)", next)
	case scheduler.OtherRules:
		return fmt.Sprintf("the rules have changed since it was booked: %v", f.Err)
	case scheduler.Stranger:
		return fmt.Sprintf("%s is named, and is not among the people; take the name out, or add the person", f.Person)
	case scheduler.Unplaced:
		return fmt.Sprintf("%s (%s) should take part in %s, and is in no group; %s finds the best one", who, f.Person, program, next)
	case scheduler.Alone:
		return fmt.Sprintf("%s (%s) is alone in the group; %s finds another one", who, f.Person, next)
	case scheduler.Deserted:
		return fmt.Sprintf("without %s, %s: its sessions are called off as they come near, until %s ends the series or somebody joins",
			planning.Listed(f.Missing, w.Name), only(w, f.Person), next)
	case scheduler.TooSmall:
		what := "invite somebody, or form " + program + " anew"
		if program == "" {
			what = "name somebody else in it, or end its series with " + steps.Words(scheduler.Step{Do: scheduler.EndSeries})
		}
		return fmt.Sprintf("%s left of a group of at least %d; %s", Count(f.Share.Yes, "member is", "members are"), f.Share.All(), what)
	case scheduler.UnderQuorum:
		return fmt.Sprintf("%s: %s can attend, fewer than the quorum%s; hold it all the same, or move or cancel it on the calendar", when(w, f.At), of(f.Share), without(w, f.Missing))
	case scheduler.BetterSlot:
		return fmt.Sprintf("%v; %s books that slot", f.Err, next)
	case scheduler.DeclinedSeries:
		return fmt.Sprintf("%s declined the whole series, so nothing is moved for them; ask them, and take them out of the group if they do not come", who)
	case scheduler.Shortened:
		return fmt.Sprintf("somebody ended the series after %d of its %s by hand; make it as long as it was on the calendar, or end it with %s and book again", f.Share.Yes, Count(f.Share.All(), "session", "sessions"), next)
	case scheduler.SplitOff:
		return fmt.Sprintf("somebody changed %s and all that follow by hand: that part is a series of its own now, which nobody looks after; move it back on the calendar, or delete it there, end this one with %s and book again", sessionsFrom(w, f), next)
	case scheduler.ReadNobody:
		return fmt.Sprintf("none of %s could be read, so nothing was repaired; %s says why", Count(f.Share.Unknown, "calendar", "calendars"), next)
	case scheduler.Uninvited:
		return fmt.Sprintf("somebody took %s off the series by hand; take them out of the group, or invite them again", who)
	case scheduler.DeletedCopy:
		return fmt.Sprintf("%s deleted the series from their calendar again, and did not decline it; ask them, and take them out of the group if they do not come", who)
	case scheduler.NeedsDecision:
		if f.Err != nil {
			return fmt.Sprintf("%v, and ends with the last one on %s, unless somebody books more for the same people with %s", f.Err, day(w, f.At), next)
		}
		return fmt.Sprintf("somebody must say what follows its last session on %s: book the next series with %s after it, or end it with %s once it is over", day(w, f.At), next, steps.Words(scheduler.Step{Do: scheduler.EndSeries}))
	case scheduler.NotFormed:
		return fmt.Sprintf("the next round is due and not formed: %v; try %s", f.Err, next)
	case scheduler.NotBooked:
		if f.Err != nil {
			return fmt.Sprintf("the group was formed, and has no series: %v", f.Err)
		}
		return "the group was formed, and has no series; book it with " + next
	case scheduler.JobDead:
		return fmt.Sprintf("work was given up on %s: %v; it begins anew when its cause is gone, or run %s yourself", day(w, f.At), f.Err, next)
	case scheduler.JobFails:
		return fmt.Sprintf("work failed on %s, and is tried again: %v", when(w, f.At), f.Err)
	case scheduler.Unreached:
		return fmt.Sprintf("the calendar's server could not reach %s (%s): %v; tell them yourself, or let mail: in the configuration do it", who, f.Person, f.Err)
	case scheduler.MailServer:
		return fmt.Sprintf("the mail server is in trouble, and mail waits: %v", f.Err)
	case scheduler.RepliesUnread:
		return fmt.Sprintf("what members answer by mail cannot be read: %v; their replies wait in the mailbox", f.Err)
	case scheduler.MailRefused:
		return fmt.Sprintf("the address of %s (%s) takes no mail: %v; tell them yourself, and mend the address", who, f.Person, f.Err)
	case scheduler.MailGivenUp:
		if f.Person == "" {
			return fmt.Sprintf("a message about the series was not sent, for whom is not known: %v; tell its members where its sessions are", f.Err)
		}
		return fmt.Sprintf("a message to %s (%s) did not go out in two days: %v", who, f.Person, f.Err)
	case scheduler.MailBounced:
		return fmt.Sprintf("a message to %s (%s) came back: %v; tell them yourself, and mend the address", who, f.Person, f.Err)
	case scheduler.ReplyUnclear:
		if f.Person == "" {
			return fmt.Sprintf("a message that nobody signed wants to be read: %v", f.Err)
		}
		return fmt.Sprintf("a message from %s wants to be read: %v", f.Person, f.Err)
	}
	return fmt.Sprint(f.Kind, ": ", f.Err)
}

// only says who is left of a group.
func only(w scheduler.Workspace, a calendar.Address) string {
	if a == "" {
		return "nobody is left"
	}
	return w.Name(a) + " would meet alone"
}

// of says who can attend, such as "2 of 5", or "2 of 5, and 1 more perhaps,".
func of(s scheduler.Share) string {
	if s.Unknown > 0 {
		return fmt.Sprintf("%d of %d, and %d more perhaps,", s.Yes, s.All(), s.Unknown)
	}
	return fmt.Sprintf("%d of %d", s.Yes, s.All())
}

// without names who is missing.
func without(w scheduler.Workspace, missing []calendar.Address) string {
	if len(missing) == 0 {
		return ""
	}
	return "; " + planning.Listed(missing, w.Name) + " cannot"
}

// when, day and in tell a time on the workspace's clocks; on those of UTC, if its zone cannot
// be used.
func when(w scheduler.Workspace, t time.Time) string { return in(w, t).Format("Mon 2 Jan 15:04") }

func day(w scheduler.Workspace, t time.Time) string { return in(w, t).Format("Mon 2 Jan") }

func in(w scheduler.Workspace, t time.Time) time.Time {
	zone, err := availability.LoadZone(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	return t.In(zone)
}

// sessionsFrom says which sessions somebody split off.
func sessionsFrom(w scheduler.Workspace, f scheduler.Finding) string {
	if f.Share.Yes == 0 {
		return "the session of " + when(w, f.At)
	}
	return fmt.Sprintf("the session of %s (%s)", when(w, f.At), Count(f.Share.Yes, "session", "sessions"))
}
