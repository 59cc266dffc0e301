package reading

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
)

// strays returns a finding for each calendar that belongs to nobody, with a guess
// whose it is.
func strays(w *workspace.Workspace) []finding {
	home, ok := w.Home.(*folder.Backend)
	if !ok {
		return nil
	}
	roster := w.Workspace.Roster
	list, err := home.Strays(append(roster.Addresses(), w.Workspace.Organizer.Address))
	if err != nil {
		return []finding{{"calendars", false, err.Error(), "make the folder readable"}}
	}
	used := w.CalendarFiles()
	var out []finding
	var nobodys []string
	for _, s := range list {
		if used[filepath.Clean(s.Path)] {
			continue
		}
		if whose := whoseNotes(roster, s); whose != "" {
			out = append(out, finding{s.Path, true, "note: " + whose, ""})
			continue
		}
		nobodys = append(nobodys, s.Path)
		if s.Files != nil {
			nobodys[len(nobodys)-1] += fmt.Sprintf(" (a folder with %s)", firstNames(s.Files))
		}
	}
	switch len(nobodys) {
	case 0:
	case 1:
		out = append(out, finding{nobodys[0], true, "note: it belongs to nobody: rename it after its owner's address, or name it as calendar: of that person", ""})
	default:
		out = append(out, finding{"calendars", true, fmt.Sprintf("note: %d belong to nobody: %s: rename each after its owner's address, or name it as calendar: of that person", len(nobodys), firstNames(nobodys)), ""})
	}
	return out
}

// whoseNotes says whose a stray calendar may be, or who those in a folder are named
// after, and what to do; "" if nothing tells.
func whoseNotes(roster scheduler.Roster, s folder.Stray) string {
	if a := Whose(roster, s); a != "" {
		return fmt.Sprintf("it belongs to nobody, and may be %s's: rename it to %s if it is", a, s.PathOf(a))
	}
	var names []string
	for _, name := range s.Files {
		if namedBy(roster, stem(name)) != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("the folder belongs to nobody, and what lies in it (%s) seems to be several people's: move each calendar up into %s, under its owner's address", firstNames(names), filepath.Dir(s.Path))
}

// firstNames lists a few of the names, and says how many more there are.
func firstNames(names []string) string {
	const most = 5
	if len(names) > most {
		names = append(names[:most-1:most-1], fmt.Sprintf("and %d more", len(names)-most+1))
	}
	return strings.Join(names, ", ")
}

func stem(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }

// Whose returns who a stray calendar may be of, "" if nothing tells: whom its name
// names, or what it calls itself, or else who is named in most of its events.
func Whose(roster scheduler.Roster, s folder.Stray) calendar.Address {
	return cmp.Or(namedBy(roster, stem(filepath.Base(s.Path))), namedBy(roster, s.Signs.Name), mostNamed(roster, s.Signs.Named))
}

// namedBy returns the one person whom a text names: by address, alias, name in either
// order, the part before the @, or first name.
func namedBy(roster scheduler.Roster, text string) calendar.Address {
	words := wordsOf(text)
	if len(words) == 0 {
		return ""
	}
	ways := []func(scheduler.Person) []string{
		func(p scheduler.Person) []string { return []string{string(p.Address)} },
		func(p scheduler.Person) (list []string) {
			for _, a := range p.Aliases {
				list = append(list, string(a))
			}
			return list
		},
		func(p scheduler.Person) []string { return []string{p.Name} },
		func(p scheduler.Person) []string { return []string{p.Address.Local()} },
		func(p scheduler.Person) []string { return strings.Fields(p.Name)[:min(1, len(strings.Fields(p.Name)))] },
	}
	for _, way := range ways {
		var found []calendar.Address
		for a, p := range roster.All() {
			if slices.ContainsFunc(way(p), func(called string) bool { return slices.Equal(wordsOf(called), words) }) {
				found = append(found, a)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return ""
}

// wordsOf returns the words of a text, sorted, without case and what stands between.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	slices.Sort(words)
	return words
}

// mostNamed returns the person of the roster who is named most often, "" if none is,
// or several are alike.
func mostNamed(roster scheduler.Roster, named map[calendar.Address]int) (most calendar.Address) {
	times, tie := 0, false
	for a, n := range named {
		if !roster.Has(a) || n < times {
			continue
		}
		most, tie, times = a, n == times, n
	}
	if tie {
		return ""
	}
	return most
}
