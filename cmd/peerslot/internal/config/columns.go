package config

import (
	"slices"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
)

// everybody reads the rows to see who is in them, if some manager is told by anything but
// an address. It reports nothing.
func (c *csvFile) everybody() (all column.People) {
	quiet := *c
	quiet.reader = newReader("", 0)
	quiet.reader.rows = true
	asked := false
	for n := range quiet.rows() {
		if asked = !isAddress(n.value(quiet.reader).at("manager").node.text); asked {
			break
		}
	}
	if !asked {
		return all
	}
	for n := range quiet.rows() {
		v := n.value(quiet.reader)
		all.Add(v.at("email").node.text, v.at("name").node.text, v.at("number").node.text)
	}
	return all
}

// isAddress reports whether what stands for a manager can be taken as it is.
func isAddress(s string) bool {
	return s == "" || strings.Contains(s, "@") && !strings.Contains(s, "<")
}

// joinName makes the name of its parts.
func joinName(n *node) {
	v := n.value(nil)
	first, last := v.at("first"), v.at("last")
	whole := strings.TrimSpace(first.node.text + " " + last.node.text)
	if v.has("name") || whole == "" {
		return
	}
	if !first.given() {
		first = last
	}
	n.entries = append(n.entries, entry{first.beside("name"), first.beside(whole)})
}

// finish takes off what is no key of a person, and puts an address in the place of a manager
// who is named, or given by number, as HR systems export them. One who cannot be told is
// named, and left out.
func (c *csvFile) finish(n *node, everybody column.People) {
	n.entries = slices.DeleteFunc(n.entries, func(e entry) bool {
		if e.key.text != "manager" || isAddress(e.value.text) {
			return e.key.text == "first" || e.key.text == "last" || e.key.text == "number"
		}
		found := everybody.Find(e.value.text)
		if len(found) == 1 {
			e.value.text = found[0]
			return false
		}
		why := "is nobody in this file"
		if len(found) > 1 {
			why = "is the name of several people"
		}
		e.value.value(c.reader).warn("the manager %s %s: give the mail address", quote(e.value.text), why)
		return true
	})
}

// beside returns a node of that text where n is.
func (n *node) beside(text string) *node {
	return &node{file: n.file, line: n.line, col: n.col, kind: cell, text: text}
}

// unfold makes of the cell of a column what it stands for, if that is more than text.
func (n *node) unfold(key string) {
	var items []column.Item
	switch key {
	case "travel":
		items, n.kind = column.Trips(n.text), list
	case "calendar":
		if items = column.Sources(n.text); len(items) > 1 {
			n.kind = list
		}
	}
	for _, one := range items {
		item := n
		if n.kind == list {
			item = n.beside(one.Text)
			n.items = append(n.items, item)
		}
		for _, k := range one.Keys {
			item.kind = mapping
			item.entries = append(item.entries, entry{n.beside(k.Name), n.beside(k.Text)})
		}
	}
}
