package reading

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/holiday"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// NewCheckCmd returns the command.
func NewCheckCmd(a *console.App) *cobra.Command {
	var sampleTo string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, every calendar, the clock and the zone data",
		Long: `Reads the configuration and every calendar for the next three months, and says how
to mend each fault. Nothing is changed. With mail: in the configuration it signs in to
the mail servers; --sample sends one sample invitation and its cancellation.

Exit status 2 if the configuration is wrong, 3 if something else needs a person.`,
		Example: `  peerslot check
  peerslot check --sample ana@acme.example
  peerslot check --json | jq '.checks[] | select(.ok | not)'`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runCheck(cmd.Context(), a, sampleTo) },
	}
	cmd.Flags().StringVar(&sampleTo, "sample", "", "send a sample invitation and its cancellation to `ADDRESS`")
	return cmd
}

// A finding is one line of the check.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Mend   string `json:"mend"` // what to do about it; "" if it is in order
}

func runCheck(ctx context.Context, a *console.App, sampleTo string) error {
	to, err := calendar.ParseAddress(sampleTo)
	if sampleTo != "" && err != nil {
		return console.Usagef("", "--sample: %w", err)
	}
	w, err := workspace.OpenToReadOr(ctx, a, func(err error) (calendar.Backend, error) { return unusable{err: err}, nil })
	if err != nil {
		return err
	}
	defer w.Close()
	ws := w.Workspace
	findings := []finding{
		{"configuration", true, fmt.Sprintf("%s, %s, %s", report.Count(ws.Roster.Len(), "person", "people"), report.Count(len(ws.Programs), "program", "programs"), report.Count(len(ws.Groups), "group", "groups")), ""},
	}
	for _, warning := range w.Warnings {
		findings = append(findings, finding{"configuration", true, "note: " + warning.String(), ""})
	}
	findings = append(append(findings, holidayFindings(ws.Roster, a.Now())...), ZoneDataFinding())
	clock, err := clockFinding(ctx, a, w)
	if err != nil {
		return err
	}
	findings = append(findings, clock)
	ill, err := brokenFindings(ctx, w)
	if err != nil {
		return err
	}
	findings = append(append(findings, ill...), historyFindings(w)...)
	keys := account.CheckKeys(a, w.Config)
	for _, what := range slices.Sorted(maps.Keys(keys)) {
		findings = append(findings, finding{what, false, keys[what].Error(), console.HintFor(keys[what])})
	}
	findings = append(findings, backendFindings(ctx, w)...)
	findings = append(findings, mailFindings(ctx, a, w)...)
	if sampleTo != "" {
		findings = append(findings, sendSample(ctx, a, w, to))
	}
	own, err := settingsFindings(ctx, w)
	if err != nil {
		return err
	}
	findings = append(findings, own...)
	calendars, err := calendarFindings(ctx, a, w)
	if err != nil {
		return err
	}
	findings = append(findings, calendars...)
	findings = append(findings, strays(w)...)
	return printFindings(a, findings)
}

// settingsFindings names who set something about themselves that wins over the roster.
func settingsFindings(ctx context.Context, w *workspace.Workspace) ([]finding, error) {
	all, err := w.Service.Store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the members' settings: %w", err)
	}
	var out []finding
	for _, s := range all {
		if w.Workspace.Roster.Has(s.Person) && report.Settings(s) != "" {
			out = append(out, finding{"settings of " + string(s.Person), true, fmt.Sprintf("%s, since %s", report.Settings(s), s.Set.Format(time.DateOnly)), ""})
		}
	}
	return out, nil
}

// backendFindings says whether booking works where the workspace's series live.
func backendFindings(ctx context.Context, w *workspace.Workspace) []finding {
	checker, ok := w.Home.(calendar.Checker)
	if !ok {
		return nil
	}
	var out []finding
	for _, f := range checker.Check(ctx) {
		what := fmt.Sprintf("%s: %s", w.Calendar.Backend, f.What)
		if f.Err != nil {
			out = append(out, finding{what, false, f.Err.Error(), console.HintFor(f.Err)})
			continue
		}
		out = append(out, finding{what, true, "in order", ""})
	}
	return out
}

// unusable is a backend that cannot be opened: all that it says is why.
type unusable struct {
	calendar.Backend
	err error
}

// Check implements calendar.Checker.
func (u unusable) Check(context.Context) []calendar.Finding {
	return []calendar.Finding{{What: "set-up", Err: u.err}}
}

// Busy implements calendar.BusyReader.
func (u unusable) Busy(context.Context, []calendar.Address, availability.Interval, ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	return nil, u.err
}

// elsewhere reads those who are read elsewhere than on the workspace's calendar, which cannot be
// asked. Who has one there besides is unknown, and hinders no other.
type elsewhere struct{ calendar.BusyReader }

// Busy implements calendar.BusyReader.
func (e elsewhere) Busy(ctx context.Context, people []calendar.Address, iv availability.Interval, _ ...calendar.UID) (map[calendar.Address]availability.Busy, error) {
	busy, err := e.BusyReader.Busy(ctx, people, iv)
	switch {
	case err == nil || console.Stopped(ctx, err):
		return busy, err
	case len(people) == 1:
		return map[calendar.Address]availability.Busy{people[0]: availability.Unreadable("the workspace's calendar cannot be used")}, nil
	}
	all := map[calendar.Address]availability.Busy{}
	for half := range slices.Chunk(people, (len(people)+1)/2) {
		if busy, err = e.Busy(ctx, half, iv); err != nil {
			return nil, err
		}
		maps.Copy(all, busy)
	}
	return all, nil
}

// calendarFindings reads everybody's calendar over the next three months.
func calendarFindings(ctx context.Context, a *console.App, w *workspace.Workspace) ([]finding, error) {
	now := a.Now()
	window := availability.Interval{Start: now, End: now.AddDate(0, 0, 91)}
	since, err := w.Service.Store.Unreadable(ctx)
	if err != nil {
		return nil, err
	}
	needed := takesPart(w.Workspace)
	var reader calendar.BusyReader = w.Service.Backend
	var out []finding
	var idle []finding // of those who need no calendar, and have none that can be read
	read := func(some []calendar.Address) (map[calendar.Address]availability.Busy, error) {
		busy, err := reader.Busy(ctx, some, window)
		if err == nil || console.Stopped(ctx, err) {
			return busy, err
		}
		if !errors.Is(err, calendar.ErrSignIn) { // which the backend's own findings say
			out = append(out, finding{"calendars", false, err.Error(), console.HintFor(err)})
		}
		reader = elsewhere{w.Service.Backend.(calendar.Split).Elsewhere()} // those can be read who are
		return reader.Busy(ctx, some, window)
	}
	for some := range slices.Chunk(w.Workspace.Roster.Addresses(), planning.PeopleAtOnce) {
		busy, err := read(some)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if _, asked := busy[p]; !asked {
				continue
			}
			f, idles := personFinding(w.Workspace.Roster.Of(p), busy[p], window, needed(p))
			if t, known := since[p]; known && !f.OK {
				f.Detail += ", since " + t.Format(time.DateOnly)
			}
			if idles {
				idle = append(idle, f)
			} else {
				out = append(out, f)
			}
		}
	}
	if a.Json || a.Verbose {
		return append(out, idle...), nil
	}
	return append(out, inShort(idle)...), nil
}

// inShort returns the findings of those who need no calendar: as one, if they are many.
func inShort(idle []finding) []finding {
	const few = 3
	if len(idle) <= few {
		return idle
	}
	names := make([]string, len(idle))
	for i, f := range idle {
		names[i] = strings.TrimPrefix(f.What, calendarOf)
	}
	return []finding{{"calendars", true, fmt.Sprintf("%d people take part in nothing, so that no calendar of theirs is needed, and none can be read: %s (-v says why of each)", len(idle), firstNames(names)), ""}}
}

// calendarOf begins what a finding is about, before somebody's address.
const calendarOf = "calendar of "

// takesPart returns who is in a program or a group: everybody as long as there is
// neither.
func takesPart(w scheduler.Workspace) func(calendar.Address) bool {
	in := map[calendar.Address]bool{}
	for _, p := range w.Programs {
		for _, a := range w.Participants(p) {
			in[a] = true
		}
	}
	for _, g := range w.Groups {
		for _, a := range g.Members {
			in[a] = true
		}
	}
	all := len(w.Programs)+len(w.Groups) == 0
	return func(a calendar.Address) bool { return all || in[a] }
}

// personFinding says what is known of one person's time; idle that they take part in
// nothing, and nothing of it can be read.
func personFinding(p scheduler.Person, b availability.Busy, window availability.Interval, takesPart bool) (f finding, idle bool) {
	if p.Calendar == "none" {
		return finding{calendarOf + string(p.Address), true, "none, as configured: nothing is known of their times", ""}, false
	}
	f = calendarFinding(p.Address, b, window)
	if f.OK || takesPart {
		return f, false
	}
	f.OK, f.Detail, f.Mend = true, "takes part in nothing, so that none is needed: "+f.Detail, ""
	return f, true
}

func calendarFinding(p calendar.Address, b availability.Busy, window availability.Interval) finding {
	f := finding{What: calendarOf + string(p), OK: true}
	var taken time.Duration
	for _, s := range b.Spans {
		taken += s.Length()
	}
	f.Detail = fmt.Sprintf("readable, %.0f h busy in 13 weeks", taken.Hours())
	switch unknown := b.UnknownParts(window); {
	case !b.Readable():
		f.OK, f.Detail = false, b.Reason
		f.Mend = "until it is readable, nothing is known of this person and no session counts on them"
	case len(unknown) > 0:
		var dark time.Duration
		for _, iv := range unknown {
			dark += iv.Length()
		}
		f.OK, f.Detail = false, fmt.Sprintf("%.0f h of 13 weeks not known: %s", dark.Hours(), b.Reason)
		f.Mend = "mend what the warnings name, or export the calendar again"
	case b.Lost:
		f.OK, f.Mend = false, "an event that takes time is left out, since nothing tells when it is: give it a start, delete it, or export the calendar again"
	}
	if len(b.Warnings) > 0 {
		f.Detail += "; " + strings.Join(b.Warnings, "; ")
	}
	return f
}

// brokenFindings says what is broken of groups, programs and series.
func brokenFindings(ctx context.Context, w *workspace.Workspace) ([]finding, error) {
	found, err := planning.Faults(ctx, w.Service)
	if console.Stopped(ctx, err) {
		return nil, err
	}
	agendas, out := finding{"agendas", true, "they render", ""}, []finding{} // that no calendar answers is a finding of its own
	for _, f := range found {
		at := w.Attention(f)
		detail, mend, _ := strings.Cut(at.What, "; ")
		if f.Kind == scheduler.UnreadLine { // which may have such in itself
			detail, mend = f.Err.Error(), strings.TrimPrefix(at.What, f.Err.Error()+"; ")
		}
		if out = append(out, finding{at.Group, false, detail, mend}); f.Kind == scheduler.BrokenAgenda {
			agendas = finding{}
		}
	}
	if agendas.OK {
		out = append([]finding{agendas}, out...)
	}
	return out, nil
}

// historyFindings says what is read of the rounds that other tools formed.
func historyFindings(w *workspace.Workspace) (out []finding) {
	for _, p := range w.Workspace.Programs {
		if p.History == "" {
			continue
		}
		what := "history of " + p.Name
		rounds, err := w.Past(p)
		if err != nil {
			out = append(out, finding{what, false, oneLine(err), console.HintFor(err)})
			continue
		}
		met := map[calendar.Address]bool{}
		for _, r := range rounds {
			for _, g := range r.Groups {
				for _, a := range g.Members {
					met[a] = true
				}
			}
		}
		there := w.Workspace.Roster.Present(slices.Collect(maps.Keys(met)))
		out = append(out, finding{what, true, fmt.Sprintf("%s, %d of %s on the roster", report.Count(len(rounds), "round", "rounds"), len(there), report.Count(len(met), "person", "people")), ""})
	}
	return out
}

// oneLine returns what err says in a line: it may be several errors, joined.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", ", ") }

// clockFinding compares the clock with the newest entry of the history: it cannot
// be earlier.
func clockFinding(ctx context.Context, a *console.App, w *workspace.Workspace) (finding, error) {
	f := finding{"clock", true, a.Now().UTC().Format(time.RFC3339), ""}
	var behind *scheduler.ClockError
	if err := w.Service.CheckClock(ctx); errors.As(err, &behind) {
		f.OK, f.Detail = false, behind.Error()
		f.Mend = "set the clock; a run with a wrong one would judge the wrong weeks"
	} else if err != nil {
		return f, err
	}
	return f, nil
}

// holidayFindings says what is not known of the public holidays of people. A series
// may be booked for a year that is near: a year before the last one that is known is
// over, and ever after, it needs a person.
func holidayFindings(roster scheduler.Roster, now time.Time) (out []finding) {
	regions := map[string]bool{}
	for _, p := range roster.All() {
		regions[p.Holidays] = true
		for _, trip := range p.Travel {
			regions[trip.Holidays] = true
		}
	}
	const instead = "an .ics file of holidays in place of the country says all"
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		if note := holiday.Note(region); note != "" {
			out = append(out, finding{"holidays of " + region, true, "note: " + note + "; " + instead, ""})
		}
		if last := holiday.KnownTo(region); last > 0 && now.AddDate(1, 0, 0).Year() > last {
			out = append(out, finding{"holidays of " + region, false, fmt.Sprintf("known to the end of %d: sessions after it may be on a public holiday", last), "use a newer peerslot; or " + instead})
		}
	}
	return out
}

// ZoneDataFinding says which time zone data is in use.
func ZoneDataFinding() finding {
	for _, dir := range []string{"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"} {
		if _, err := os.Stat(filepath.Join(dir, "Europe", "Berlin")); err != nil {
			continue
		}
		return finding{"zone data", true, "the system's, " + zoneDataVersion(dir), ""}
	}
	return finding{"zone data", true, "built in; install your system's tzdata package to have it updated", ""}
}

func zoneDataVersion(dir string) string {
	f, err := os.Open(filepath.Join(dir, "tzdata.zi"))
	if err != nil {
		return "version not given"
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	if scanner.Scan() {
		if v, ok := strings.CutPrefix(scanner.Text(), "# version "); ok {
			return v
		}
	}
	return "version not given"
}

func printFindings(a *console.App, findings []finding) error {
	bad := 0
	for _, f := range findings {
		if !f.OK {
			bad++
		}
	}
	if a.Json {
		if err := a.Answer(struct {
			OK     bool      `json:"ok"`
			Checks []finding `json:"checks"`
		}{bad == 0, findings}); err != nil {
			return err
		}
	} else {
		p := a.Printer()
		for _, f := range findings {
			p.Check(f.OK, f.What, f.Detail, f.Mend)
		}
	}
	if bad > 0 && !a.Json {
		fmt.Fprintf(a.Stderr, "%s to mend.\n", report.Count(bad, "thing", "things"))
	}
	return console.PersonIf(bad > 0)
}
