package workspace

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
	"github.com/peerslot/peerslot/scheduler/report"
)

// FormBudget leaves a whole run for sixty people below eight seconds.
const FormBudget = 6 * time.Second

// mostRounds is how far form looks ahead: more than two years of pairs that change every
// six weeks.
const mostRounds = 20

// FormOptions are the arguments and flags of form.
type FormOptions struct {
	console.ChangeFlags
	Program string
	Start   string
	Seed    uint64
	Budget  time.Duration
	Keep    []string
	Swaps   []string
	Place   []string
	Rounds  int
}

// Request returns what forming is asked for, with the rounds that other tools formed.
func (o FormOptions) Request(w *Workspace) (forming.Request, error) {
	f := forming.Request{Seed: o.Seed, Budget: o.Budget, Cores: runtime.GOMAXPROCS(0), Keep: o.Keep, Count: o.Rounds}
	var ok bool
	if f.Program, ok = w.Workspace.Program(norm.NFC.String(o.Program)); !ok || o.Program == "" {
		return f, console.Usagef(KnownPrograms(w.Workspace), "there is no program %q", o.Program)
	}
	if o.Rounds < 1 || o.Rounds > mostRounds {
		return f, console.Usagef("", "--rounds %d: want 1 to %d", o.Rounds, mostRounds)
	}
	if o.Budget <= 0 || o.Budget > time.Hour {
		return f, console.Usagef("", "--budget %s: want up to 1h, such as 10s", o.Budget)
	}
	var err error
	if f.Start, err = (&SearchFlags{Start: o.Start}).startDate(w, w.Service.Now()); err != nil {
		return f, err
	}
	for _, text := range o.Swaps {
		s, err := w.swap(text)
		if err != nil {
			return f, err
		}
		f.Swaps = append(f.Swaps, s)
	}
	for _, text := range o.Place {
		a, err := w.Person(text)
		if err != nil {
			return f, err
		}
		f.Place = append(f.Place, a)
	}
	f.Past, err = w.Past(f.Program)
	return f, err
}

// KnownPrograms says which programs there are, for who named none of them.
func KnownPrograms(w scheduler.Workspace) string {
	if len(w.Programs) == 0 {
		return "describe one under programs: in the configuration"
	}
	return fmt.Sprintf("the programs are: %s; for example 'peerslot form %s'", strings.Join(w.ProgramNames(), ", "), console.Word(w.Programs[0].Name))
}

// swap reads two people, such as ana,bo.
func (w *Workspace) swap(text string) (forming.Swap, error) {
	wrong := console.Usagef("", "--swap %q: want two people such as ana@acme.example,bo@acme.example", text)
	words := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
	if len(words) != 2 {
		return forming.Swap{}, wrong
	}
	a, err := w.Person(words[0])
	if err != nil {
		return forming.Swap{}, err
	}
	b, err := w.Person(words[1])
	if err == nil && a == b {
		err = wrong
	}
	return forming.Swap{A: a, B: b}, err
}

// largestHistory is what a file of earlier rounds may have: a hundred thousand lines.
const largestHistory = 8 << 20

// Past reads the rounds that other tools formed.
func (w *Workspace) Past(p scheduler.Program) ([]scheduler.Round, error) {
	if p.History == "" {
		return nil, nil
	}
	hint := fmt.Sprintf("history: of program %s names a CSV file with the columns round, group and email", p.Name)
	data, err := file.Read(w.Path(p.History), largestHistory)
	if err != nil {
		return nil, console.Usagef(hint, "read the history: %w", err)
	}
	rounds, err := forming.ParsePast(filepath.Base(p.History), data)
	if err != nil {
		return nil, console.Usagef(hint, "%w", err)
	}
	people := w.Workspace.Roster.Aliases()
	for _, r := range rounds {
		for i, g := range r.Groups {
			r.Groups[i].Members = people.People(g.Members)
		}
	}
	return rounds, nil
}

const takenForFree = "nothing is known of their time, which was taken for free to find groups, and only for that"

// Warn names the people of whose time not everything is known.
func (o FormOptions) Warn(a *console.App, plan forming.Plan) {
	var partly []scheduler.Unknown
	var assumed []report.Said
	for _, u := range plan.Unknown {
		if slices.Contains(plan.Assumed, u.Person) {
			assumed = append(assumed, report.Said{Who: string(u.Person), What: takenForFree + ": " + u.Reason})
		} else {
			partly = append(partly, u)
		}
	}
	a.WarnUnknown(partly)
	a.WarnEach(takenForFree, assumed)
	if plan.Hurried {
		a.Warn("the clock ended the search long after its budget of %s; another run can give other groups", o.Budget)
	}
}
