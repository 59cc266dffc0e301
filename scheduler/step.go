package scheduler

import "github.com/peerslot/peerslot/calendar"

// A Step is what a person does next about something: its kind, and what it is done to.
// It has no words: who shows it names a command, or a page. The zero Step is none.
type Step struct {
	Do      StepKind
	Group   string           // "" if it is about none, or about the one that is spoken of
	Program string           // "" if it is about none
	Person  calendar.Address // "" if it is about nobody
}

// A StepKind is what is done.
type StepKind string

// The kinds of steps.
const (
	EndSeries   StepKind = "end"    // the series of Group, or the record of one that is gone
	BookSeries  StepKind = "book"   // one for Group
	RebookRest  StepKind = "rebook" // what is left of Group's series, on the best slot
	RunRepair   StepKind = "repair" // as every night; it finishes what an earlier run left, too
	FormRound   StepKind = "form"   // the next one of Program
	PlacePerson StepKind = "place"  // Person in a group of Program
	LookAtRead  StepKind = "read"   // see which calendars can be read, and why others cannot
	LookAtAll   StepKind = "all"    // see how all groups stand
)

// steps are what is done about findings, where that is one of our own steps.
var steps = map[FindingKind]StepKind{
	BrokenRecord: EndSeries, BrokenSeries: EndSeries, SeriesGone: EndSeries, SeriesOff: EndSeries, NoSuchGroup: EndSeries, Shortened: EndSeries, SplitOff: EndSeries, Deserted: EndSeries,
	Unplaced: PlacePerson, Alone: PlacePerson, NotFormed: FormRound,
	NeedsDecision: BookSeries, NotBooked: BookSeries, BetterSlot: RebookRest,
	ReadNobody: LookAtRead, JobDead: RunRepair,
}

// Next returns what a person does about f; the zero Step where that is not for us to say.
func (f Finding) Next() Step {
	switch do := steps[f.Kind]; do {
	case "":
		return Step{}
	case PlacePerson:
		return Step{Do: do, Program: f.Program, Person: f.Person}
	case FormRound:
		return Step{Do: do, Program: f.Program}
	case EndSeries, BookSeries, RebookRest:
		return Step{Do: do, Group: f.Group}
	default:
		return Step{Do: do}
	}
}

// A HalfwayError says that an earlier run began something for a group that must be
// finished first: its booking is in that state.
type HalfwayError struct{ State State }

func (e *HalfwayError) Error() string { return "an earlier run left it " + string(e.State) }

// Next returns what finishes it.
func (e *HalfwayError) Next() Step { return Step{Do: RunRepair} }
