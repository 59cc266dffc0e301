package busy

import (
	"cmp"
	"fmt"
	"slices"
)

// A warning tells of a part of a calendar that could not be used. It never
// holds a title, a name or a note.
type warning struct {
	at   place
	text string
}

// A place is a line of one of the files that a calendar lies in.
type place struct {
	file string // "" if it is in no file that has a name
	line int    // from 1
}

func (p place) String() string {
	if p.file == "" {
		return fmt.Sprintf("line %d", p.line)
	}
	return fmt.Sprintf("%s: line %d", p.file, p.line)
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.file, q.file), cmp.Compare(p.line, q.line))
}

func (w warning) String() string { return fmt.Sprintf("%s: %s", w.at, w.text) }

const (
	maxWarnings = 20   // that are shown
	keptWarning = 1000 // that are kept to choose the first from
)

// warnings collects what a reader has to say, in bounded space.
type warnings struct {
	list []warning
	more int
}

func (w *warnings) add(at place, format string, args ...any) {
	if len(w.list) == keptWarning {
		w.more++
		return
	}
	w.list = append(w.list, warning{at, fmt.Sprintf(format, args...)})
}

// texts returns the first warnings by place, each text once for a line, and how
// many more there are.
func (w *warnings) texts() []string {
	slices.SortFunc(w.list, func(a, b warning) int { return cmp.Or(a.at.compare(b.at), cmp.Compare(a.text, b.text)) })
	list := slices.Compact(w.list)
	var out []string
	for _, x := range list[:min(len(list), maxWarnings)] {
		out = append(out, x.String())
	}
	if more := len(list) - len(out) + w.more; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return out
}
