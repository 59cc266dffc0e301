package config

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
	"github.com/peerslot/peerslot/scheduler"
)

// The sizes of groups that are named by hand, by the kind of their program.
var groupSizes = map[scheduler.Kind][2]int{
	scheduler.Circle:   {2, 8},
	scheduler.Pair:     {2, 3},
	scheduler.OneOnOne: {2, 2},
}

// groups reads the groups that are named by hand. Programs were read before.
func (r *reader) groups(w *scheduler.Workspace, v value) {
	if !v.given() || !v.is(list, "groups") {
		return
	}
	lines := map[string]int{}
	for item := range v.children() {
		if item.kind != mapping {
			item.fields(nil)
			continue
		}
		g := r.group(w, item)
		item.unique("group", g.Name, lines)
		w.Groups = append(w.Groups, g)
	}
	w.Groups = slices.Clone(w.Groups) // without room for more
}

func (r *reader) group(w *scheduler.Workspace, v value) (g scheduler.Group) {
	v.fields(fields{
		"name":     func(v value) { g.Name = v.name() },
		"was":      func(v value) { g.Was = v.words("a list of earlier names") },
		"program":  func(v value) { g.Program = column.Composed(v.text()) },
		"members":  func(v value) { g.Members = v.members() },
		"required": func(v value) { g.Required = v.r.aliases.People(v.addresses()) },
		"notes":    func(v value) { g.Notes = v.url() },
	})
	v.require("name", "a name such as berlin-leads")
	v.require("members", "a list of mail addresses")
	program, ok := w.Program(g.Program)
	if !ok {
		v.at("program").warn("there is no program %s%s", quote(g.Program), r.suggest(g.Program, w.ProgramNames()))
		program = scheduler.DefaultProgram()
	}
	members := v.at("members")
	size := groupSizes[program.Kind]
	if members.given() && members.kind == list && size[1] > 0 && (len(members.items) < size[0] || len(members.items) > size[1]) {
		members.fail("want %s members, not %d", sizeRange(size), len(members.items))
	}
	for item, a := range v.at("required").eachAddress() {
		if !slices.Contains(g.Members, a) {
			item.fail("%s is not a member", a)
		}
	}
	return g
}

func sizeRange(size [2]int) string {
	if size[0] == size[1] {
		return strconv.Itoa(size[0])
	}
	return fmt.Sprintf("%d to %d", size[0], size[1])
}
