package workspace

import (
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/booking"
)

// AllWeeks is the --weeks of who does not say: as many as a series may have.
const AllWeeks = math.MinInt

// SearchFlags are the flags of commands that look for a slot.
type SearchFlags struct {
	Start    string
	Weeks    int
	Cadence  string
	duration string
	Step     time.Duration
}

// Add adds them to a command.
func (f *SearchFlags) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Start, "start", "", "first `DATE` on which a session may be (default next Monday)")
	flags.IntVar(&f.Weeks, "weeks", AllWeeks, "plan for `N` weeks instead of three months")
	flags.Lookup("weeks").DefValue = "0" // the help shows no default
	flags.StringVar(&f.Cadence, "cadence", "", "weekly, biweekly or monthly (default the program's)")
	flags.StringVar(&f.duration, "duration", "", "`LENGTH` of a session, such as 50m (default the program's)")
	flags.DurationVar(&f.Step, "step", 15*time.Minute, "starts are multiples of this on the wall clock")
}

// Asked returns what of the search the flags ask for.
func (f *SearchFlags) Asked() scheduler.Asked {
	return scheduler.Asked{Cadence: f.Cadence != "", Start: f.Start != "", Length: f.duration != "", Count: f.Weeks != AllWeeks}
}

// Search returns the search that the flags and the group's program ask for.
func (f *SearchFlags) Search(w *Workspace, g scheduler.Group, now time.Time) (availability.Search, error) {
	var none availability.Search
	program, ok := w.Workspace.Program(g.Program)
	if !ok {
		return none, console.Usagef("", "group %q: there is no program %q", g.Name, g.Program)
	}
	start, err := f.startDate(w, now)
	if err != nil {
		return none, err
	}
	if f.Start == "" && start.Compare(g.From) < 0 && !g.From.IsZero() {
		start = g.From
	}
	program = program.For(g)
	s := booking.NewSearch(w.Workspace, program, start)
	if f.Cadence != "" {
		if s.Cadence, err = availability.ParseCadence(f.Cadence); err != nil {
			return none, console.Usagef("", "--%w", err)
		}
	}
	if f.duration != "" {
		s.Length, err = time.ParseDuration(f.duration)
		if err != nil || s.Length < time.Minute || s.Length > 8*time.Hour || s.Length%time.Minute != 0 {
			return none, console.Usagef("", "--duration %s: want whole minutes such as 50m or 1h30m, up to 8h", f.duration)
		}
	}
	s.Step = f.Step
	if s.Step < time.Minute || s.Step > 24*time.Hour || s.Step%time.Minute != 0 {
		return none, console.Usagef("", "--step %s: want whole minutes, from 1m to 24h", s.Step)
	}
	if s.Cadence != program.Cadence {
		s.Count = 0
	}
	if f.Weeks != AllWeeks {
		s.Count, err = f.count(s.Cadence)
	}
	return s, err
}

// count returns the sessions that fit in --weeks. Three months are the most,
// whatever the flag says.
func (f *SearchFlags) count(c availability.Cadence) (int, error) {
	if f.Weeks < 1 {
		return 0, console.Usagef("", "--weeks %d: want 1 or more", f.Weeks)
	}
	n := (f.Weeks + int(c) - 1) / int(c)
	if n > c.MaxCount() {
		return 0, console.Usagef("a series ends within three months and is then reviewed", "--weeks %d: a %s series has at most %d sessions", f.Weeks, c, c.MaxCount())
	}
	return n, nil
}

// startDate returns --start, or the Monday after now in the workspace's zone.
func (f *SearchFlags) startDate(w *Workspace, now time.Time) (availability.Date, error) {
	loc, err := availability.LoadZone(w.Workspace.Zone)
	if err != nil {
		return availability.Date{}, err
	}
	today := availability.DateOf(now.In(loc))
	if f.Start == "" {
		return today.Monday().AddDays(7), nil
	}
	d, err := console.ParseDate(f.Start, today)
	if err != nil {
		return d, console.Usagef("", "--start %w", err)
	}
	if d.Year < 1970 || d.Year > 2200 {
		return d, console.Usagef("", "--start %s: want a date from 1970 to 2200", d)
	}
	return d, nil
}
