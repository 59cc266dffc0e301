package config

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
)

// A rosterRow is one row of a roster, with what tells it to others.
type rosterRow struct{ email, name, number string }

// finishRow makes the name of its parts, and takes what is no key off.
func finishRow(n *node) (r rosterRow) {
	parts := map[string]*node{}
	n.entries = slices.DeleteFunc(n.entries, func(e entry) bool {
		parts[e.key.text] = e.value
		return e.key.text == "first" || e.key.text == "last" || e.key.text == "number"
	})
	text := func(key string) string {
		if p := parts[key]; p != nil {
			return p.text
		}
		return ""
	}
	r = rosterRow{text("email"), text("name"), text("number")}
	if part := parts["first"]; part == nil {
		part = parts["last"]
		parts["first"] = part
	}
	if whole := strings.TrimSpace(text("first") + " " + text("last")); r.name == "" && whole != "" {
		at := *parts["first"]
		if parts["first"] == parts["last"] {
			whole = text("last")
		}
		at.text, r.name = whole, whole
		n.entries = append(n.entries, entry{&node{file: at.file, line: at.line, col: at.col, text: "name"}, &at})
	}
	return r
}

// findManagers puts addresses in the place of managers who are named, or given by
// number, as HR systems export them. Who cannot be told is named, and left out.
func (r *reader) findManagers(list []*node, rows []rosterRow) {
	byName, byNumber := map[string][]string{}, map[string][]string{}
	for _, row := range rows {
		if _, err := calendar.ParseAddress(row.email); err != nil {
			continue
		}
		byName[column.Fold(row.name)] = append(byName[column.Fold(row.name)], row.email)
		byNumber[row.number] = append(byNumber[row.number], row.email)
	}
	for _, n := range list {
		n.entries = slices.DeleteFunc(n.entries, func(e entry) bool {
			if e.key.text != "manager" || strings.Contains(e.value.text, "@") && !strings.Contains(e.value.text, "<") {
				return false
			}
			found := managers(e.value.text, byName, byNumber)
			if len(found) == 1 {
				e.value.text = found[0]
				return false
			}
			why := "is nobody in this file"
			if len(found) > 1 {
				why = "is the name of several people"
			}
			e.value.value(r).warn("the manager %s %s: give the mail address", quote(e.value.text), why)
			return true
		})
	}
}

func managers(text string, byName, byNumber map[string][]string) []string {
	if a, err := mail.ParseAddress(text); err == nil {
		return []string{a.Address}
	}
	if found := byNumber[text]; len(found) > 0 {
		return found
	}
	if found := byName[column.Fold(text)]; len(found) > 0 {
		return found
	}
	last, first, _ := strings.Cut(text, ",") // Lima, Ana
	return byName[column.Fold(first+last)]
}
