package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/peerslot/peerslot/scheduler"
)

// Group is one group and its slot.
type Group struct {
	Name     string   `json:"name"`
	Program  string   `json:"program"`
	Members  []string `json:"members"`
	Required []string `json:"required"`
	Slot     string   `json:"slot"` // "" if nothing is booked
	Zone     string   `json:"zone"`
}

// Markdown writes a page for a wiki with one table, in which names and slots are
// nothing but text: no links, images, rows or formatting, whatever is in them.
func Markdown(w scheduler.Workspace, list []Group) string {
	var b strings.Builder
	b.WriteString("# Peer groups\n\n| Group | Program | Slot | Members |\n|---|---|---|---|\n")
	for _, g := range list {
		slot := g.Slot
		if slot != "" {
			slot += " (" + g.Zone + ")"
		}
		cells := []string{g.Name, cmp.Or(g.Program, "-"), cmp.Or(slot, "-"), strings.Join(Names(w, g.Members), ", ")}
		for i, c := range cells {
			cells[i] = markdownText(c)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	return b.String()
}

// markdownText writes s so that Markdown shows it as it is. CommonMark 2.4 lets a
// backslash stand before any ASCII punctuation; where wikis see an address without
// any (https://, www., mailto:, a@b), an entity stands for the sign that makes it one.
func markdownText(s string) string {
	s = Line(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@', r == ':' && !digitAfter(s, i), r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			fmt.Fprintf(&b, "&#%d;", r)
		case strings.ContainsRune("\\`*_[]#!|>~$", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// digitAfter reports whether a digit follows, as in 15:00.
func digitAfter(s string, i int) bool { return i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' }
