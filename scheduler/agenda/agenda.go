// Package agenda renders the text of invites and the introductions of groups, from
// templates that come with the program or are the user's own.
package agenda

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/DataDog/datadog-agent/pkg/template/text"
)

//go:embed templates/*.tmpl
var files embed.FS

// An Agenda renders the text of an invite, and the introduction of a group. Make
// one with BuiltIn or Parse.
type Agenda struct {
	template *template.Template
	parts    string // the built-in one whose parts it has
	own      bool   // it is the user's
	fault    error  // why there is none
}

// Data is what the template of an agenda may use.
type Data struct {
	Group   string
	Program string
	Focus   string // "" if the program has none
	Members []string
	Minutes int
	Notes   string // address of the group's own notes, "" for none
	Parts   []Part // scaled to Minutes

	Sessions []Session // with who leads each
}

// A Session is one date of the series.
type Session struct {
	Date        string // such as Tue 3 Mar
	Facilitator string
}

// A Part is one item of an agenda.
type Part struct {
	Name    string
	Minutes int
	Hint    string
}

// BuiltIn returns the agenda called peer-circle, coaching or one-on-one;
// ok is false for other names.
func BuiltIn(name string) (a Agenda, ok bool) {
	if partsOf(name) == nil {
		return Agenda{}, false
	}
	t := template.Must(template.ParseFS(files, "templates/"+name+".tmpl", "templates/intro.tmpl"))
	bound(t)
	return Agenda{template: t, parts: name}, true
}

// Parse reads a template of the user's own (text/template over Data)
// and tries it, so that a broken one is an error before anything is booked. A
// template in it that is called intro (over Intro) replaces the introduction.
func Parse(name, text string) (Agenda, error) {
	t, err := template.ParseFS(files, "templates/intro.tmpl")
	if err != nil {
		return Agenda{}, err
	}
	if t, err = t.New(name).Option("missingkey=error").Parse(text); err != nil {
		return Agenda{}, fmt.Errorf("agenda %s: %w", name, err)
	}
	bound(t)
	a := Agenda{template: t, parts: "peer-circle", own: true}
	if _, err := a.Text(Data{Group: "example", Members: []string{"Ana", "Bo"}}, time.Hour); err != nil {
		return Agenda{}, err
	}
	if _, err := a.Introduction(exampleIntro); err != nil {
		return Agenda{}, err
	}
	return a, nil
}

// Missing returns the agenda that cannot be had because of err, which says so when it
// is rendered.
func Missing(err error) Agenda { return Agenda{fault: err} }

// Fault says why there is none; nil if there is one.
func (a Agenda) Fault() error { return a.fault }

// fewWords is how many bytes of names and other words of the user's are far from too much
// text, though each session of a quarter repeats them.
const fewWords = 1000

// Sure reports whether Text surely renders it with that many bytes of names and other words
// of the user's, as it does a built-in one with few.
func (a Agenda) Sure(words int) bool {
	return a.fault == nil && a.template != nil && !a.own && words <= fewWords
}

// Text renders the agenda for sessions of that length. It sets Minutes and Parts.
func (a Agenda) Text(d Data, length time.Duration) (string, error) {
	d.Minutes = int(length / time.Minute)
	if a.fault != nil || a.template == nil {
		return "", cmp.Or(a.fault, errNone)
	}
	d.Parts = partsOf(a.parts)(d.Minutes)
	text, err := render(a.template, a.template.Name(), d)
	if err != nil {
		return "", fmt.Errorf("agenda %s: %w", a.template.Name(), err)
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), nil
}

// errNone says that nobody loaded one.
var errNone = errors.New("there is no such agenda")

// partsOf returns how a built-in agenda is scaled, nil if there is none of that
// name.
func partsOf(name string) func(minutes int) []Part {
	switch name {
	case "peer-circle":
		return circleParts
	case "coaching":
		return coachingParts
	case "one-on-one":
		return oneOnOneParts
	}
	return nil
}

// circleParts scales check-in 5-10, topic 30-45, challenges and successes 15-20
// and wrap-up 5 to the session; shorter sessions shrink all but the wrap-up.
func circleParts(minutes int) []Part {
	checkIn, challenges, wrapUp := clamp(minutes/12, 5, 10), clamp(minutes/4, 15, 20), 5
	if minutes < 55 {
		checkIn, challenges = minutes/10, minutes/4
		wrapUp = min(5, minutes/6)
	}
	return []Part{
		{"Check-in", checkIn, "one sentence each: how am I here?"},
		{"Topic", minutes - checkIn - challenges - wrapUp, "one member's question, explored by all"},
		{"Challenges and successes", challenges, "what went well, what is stuck"},
		{"Actions and wrap-up", wrapUp, "one step each until next time"},
	}
}

func coachingParts(minutes int) []Part {
	opening := max(1, minutes/12)
	half := (minutes - 2*opening) / 2
	return []Part{
		{"Opening", opening, "what became of the last steps?"},
		{"First coachee", half, "one question, the other one coaches"},
		{"Second coachee", half, "roles swapped"},
		{"Next steps", minutes - opening - 2*half, "one each, in a sentence"},
	}
}

func oneOnOneParts(minutes int) []Part {
	opening := max(1, minutes/12)
	each := (minutes - 2*opening) / 2
	return []Part{
		{"Check-in", opening, "how are you, really?"},
		{"Where our teams meet", each, "what is coming that the other one should know"},
		{"Ask and offer", each, "one thing I need, one I can give"},
		{"Next steps", minutes - opening - 2*each, "who does what"},
	}
}

func clamp(n, least, most int) int { return max(least, min(n, most)) }

// Intro is what the template called intro may use: the introduction that a
// group finds in its closed channel.
type Intro struct {
	Group       string
	Program     string
	Focus       string // "" if the program has none
	Members     []Member
	Why         string // these people are together, in a sentence
	Slot        string // such as Tuesday 15:00 (Europe/Berlin), weekly; "" if nothing is booked
	First       string // date of the first session to come, "" if there is none
	Begun       bool   // sessions were held before it
	Facilitator string // who leads that one, "" if nobody is named
	Notes       string // address of the group's own notes, "" for none
}

// Member is one member in an introduction.
type Member struct {
	Name  string
	About string // role, team, location; "" if nothing is known
}

// Introduction renders the introduction of a group.
func (a Agenda) Introduction(d Intro) (string, error) {
	text, err := render(a.template, "intro", d)
	if err != nil {
		return "", fmt.Errorf("introduction in agenda %s: %w", a.template.Name(), err)
	}
	return strings.TrimSpace(text), nil
}

// exampleIntro is what templates are tried with.
var exampleIntro = Intro{
	Group: "example", Program: "example", Why: "you are peers.", Slot: "Tuesday 15:00 (Europe/Berlin), weekly", First: "Tuesday 3 March, 15:00",
	Members: []Member{{Name: "Ana", About: "engineering-manager"}, {Name: "Bo"}}, Facilitator: "Ana",
}
