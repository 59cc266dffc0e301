package console

import (
	"strings"

	"github.com/peerslot/peerslot/scheduler"
)

// Command says a step as the command line that takes it, in quotes. It is the one place
// where what is found elsewhere gets the name of a command.
func Command(s scheduler.Step) string {
	words := []string{"peerslot"}
	switch s.Do {
	case scheduler.EndSeries:
		words = append(words, "cancel", Word(s.Group))
	case scheduler.BookSeries:
		words = append(words, "book", Word(s.Group))
	case scheduler.RebookRest:
		words = append(words, "repair", "--rebook", Word(s.Group))
	case scheduler.RunRepair:
		words = append(words, "repair")
	case scheduler.FormRound:
		words = append(words, "form", Word(s.Program))
	case scheduler.PlacePerson:
		words = append(words, "form", Word(s.Program), "--place", string(s.Person))
	case scheduler.LookAtRead:
		words = append(words, "check")
	case scheduler.LookAtAll:
		words = append(words, "status")
	}
	return "'" + strings.TrimSpace(strings.Join(words, " ")) + "'"
}

// Word returns the name of a group or a program as it is typed: blanks are allowed in it.
func Word(name string) string {
	if strings.Contains(name, " ") {
		return `"` + name + `"`
	}
	return name
}
