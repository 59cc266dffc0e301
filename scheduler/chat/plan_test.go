package chat

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

var organizer = Owner{Organizer: "people-ops@acme.example"}

func group(name string, members ...calendar.Address) scheduler.Group {
	return scheduler.Group{Name: name, Members: members}
}

var (
	leads = group("leads", "ana@acme.example", "bo@acme.example")
	peers = group("Peers of v1.2", "bo@acme.example", "cem@acme.example")
)

// purpose returns what the channel of a group says once it is finished.
func purpose(g scheduler.Group, i intro) string {
	return Change{Group: g.Name, Members: g.Members}.mark(organizer, i).in("", g.Name)
}

func TestPlanChannels(t *testing.T) {
	done := Channel{ID: "C1", Name: "leads", Purpose: purpose(leads, posted), Touched: true}
	grown := group("leads", "ana@acme.example", "bo@acme.example", "cem@acme.example")
	renamed := group("tech-leads", "bo@acme.example", "ana@acme.example")
	partly := mark{organizer.hash(), groupHash("leads"), membersHash(leads.Members), posted, true}
	foreign := mark{Owner{Organizer: "else@acme.example"}.hash(), groupHash("old"), membersHash(leads.Members), posted, false}
	change := func(c Channel, g scheduler.Group, name, why string, steps ...Step) Change {
		return Change{Group: g.Name, Channel: c, Name: name, Members: g.Members, Steps: steps, Why: why}
	}
	rewritten := Channel{ID: "C1", Name: "leads", Purpose: "We meet.", Touched: true}
	begun := Channel{ID: "C1", Name: "leads-2"}
	halfWay := Channel{ID: "C1", Name: "leads", Purpose: purpose(leads, posting), Touched: true}
	moved := Channel{ID: "C1", Name: "tech-leads", Purpose: purpose(leads, posted), Touched: true}
	lacking := Channel{ID: "C1", Name: "leads", Purpose: partly.String(), Touched: true}
	for _, c := range []struct {
		name     string
		groups   []scheduler.Group
		channels []Channel
		want     []Change
	}{
		{"nothing there", []scheduler.Group{leads, peers}, nil, []Change{
			change(Channel{}, leads, "leads", "the group has no channel", Create, Invite, Introduce),
			change(Channel{}, peers, "peers-of-v1-2", "the group has no channel", Create, Invite, Introduce),
		}},
		{"all done", []scheduler.Group{leads}, []Channel{done}, nil},
		{"renamed on Slack by hand", []scheduler.Group{leads}, []Channel{{ID: "C1", Name: "the-leads", Purpose: done.Purpose, Touched: true}}, nil},
		{"a second one with the same mark", []scheduler.Group{leads}, []Channel{done, {ID: "C2", Name: "copy", Purpose: done.Purpose, Touched: true}}, nil},
		{"of another organizer", nil, []Channel{{ID: "C1", Name: "old", Purpose: foreign.String(), Touched: true}}, nil},
		{"without a mark and not ours by name", nil, []Channel{{ID: "C1", Name: "general"}}, nil},
		{"group gone", nil, []Channel{done}, []Change{{Channel: done, Name: "leads", Steps: []Step{Archive}, Why: "its group is gone"}}},
		{"made and no more", []scheduler.Group{leads}, []Channel{begun}, []Change{
			change(begun, leads, "leads-2", "an earlier run made it, and did not get further", Invite, Introduce)}},
		{"died while posting", []scheduler.Group{leads}, []Channel{halfWay}, []Change{change(halfWay, leads, "leads", "it is not finished", Introduce)}},
		{"purpose rewritten", []scheduler.Group{leads}, []Channel{rewritten}, []Change{change(rewritten, leads, "leads", "somebody rewrote its purpose", Invite)}},
		{"new member", []scheduler.Group{grown}, []Channel{done}, []Change{change(done, grown, "leads", "the members changed", Invite)}},
		{"somebody could not be invited", []scheduler.Group{leads}, []Channel{lacking}, []Change{change(lacking, leads, "leads", "not everybody could be invited", Invite)}},
		{"group renamed", []scheduler.Group{renamed}, []Channel{done}, []Change{change(done, renamed, "tech-leads", "the group has a new name", Rename, Note)}},
		{"died while renaming", []scheduler.Group{renamed}, []Channel{moved}, []Change{change(moved, renamed, "tech-leads", "the group has a new name", Note)}},
		{"group replaced", []scheduler.Group{peers}, []Channel{done}, []Change{
			change(Channel{}, peers, "peers-of-v1-2", "the group has no channel", Create, Invite, Introduce),
			{Channel: done, Name: "leads", Steps: []Step{Archive}, Why: "its group is gone"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, PlanChannels(organizer, c.groups, c.channels)); diff != "" {
				t.Errorf("PlanChannels (-want +got):\n%s", diff)
			}
		})
	}
}

// Two workspaces may share an organizer and an app. Neither archives what the other made.
func TestWorkspacesOfOneOrganizer(t *testing.T) {
	emea, apac := Owner{organizer.Organizer, "emea"}, Owner{organizer.Organizer, "apac"}
	made := func(owner Owner) []Channel {
		return []Channel{{ID: "C1", Name: "leads", Purpose: Change{Group: "leads", Members: leads.Members}.mark(owner, posted).in("", "leads"), Touched: true}}
	}
	if got := PlanChannels(apac, []scheduler.Group{peers}, made(emea)); len(got) != 1 || got[0].Channel.ID != "" {
		t.Errorf("the channel of another workspace: %+v, want that it is left alone", got)
	}
	if got := PlanChannels(emea, nil, made(emea)); len(got) != 1 || !got[0].Has(Archive) {
		t.Errorf("its own, whose group is gone: %+v, want that it is archived", got)
	}
	older := made(organizer)
	if got := PlanChannels(apac, []scheduler.Group{peers}, older); len(got) != 1 || got[0].Channel.ID != "" {
		t.Errorf("one that does not say of which workspace it is: %+v, want that it is left alone", got)
	}
	got := PlanChannels(emea, []scheduler.Group{leads}, older)
	if want := []Change{{Group: "leads", Channel: older[0], Name: "leads", Members: leads.Members, Steps: []Step{Note}, Why: "it does not say yet whose it is now"}}; cmp.Diff(want, got) != "" {
		t.Errorf("such a one of its own group (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// Who takes over from another organizer finds the channels of the groups.
func TestChannelsOfTheOrganizerBefore(t *testing.T) {
	there := Channel{ID: "C1", Name: "leads", Purpose: purpose(leads, posted), Touched: true}
	next := Owner{Organizer: "next@acme.example"}
	for _, c := range []struct {
		group scheduler.Group
		id    string
		step  Step
	}{{leads, "C1", Note}, {group("leads", "dee@acme.example", "eve@acme.example"), "", Create}} {
		got := PlanChannels(next, []scheduler.Group{c.group}, []Channel{there})
		if len(got) != 1 || got[0].Channel.ID != c.id || !got[0].Has(c.step) {
			t.Errorf("group of %v: got %+v, want step %q of channel %q alone", c.group.Members, got, c.step, c.id)
		}
	}
}

func TestChannelNames(t *testing.T) {
	long := strings.Repeat("ab", 50)
	var groups []scheduler.Group
	want := map[string]string{
		"Berlin Leads": "berlin-leads", "berlin.leads": "berlin-leads-2", "berlin-leads": "berlin-leads-3",
		"em_circles-1-amber": "em_circles-1-amber", "Größe 7": "größe-7", "_-.": "group", "a - b.": "a-b", long: long[:76],
	}
	for _, name := range []string{"Berlin Leads", "berlin.leads", "berlin-leads", "em_circles-1-amber", "Größe 7", "_-.", "a - b.", long} {
		groups = append(groups, group(name))
	}
	if diff := cmp.Diff(want, channelNames(groups)); diff != "" {
		t.Errorf("channelNames (-want +got):\n%s", diff)
	}
}

func TestMark(t *testing.T) {
	m := mark{organizer.hash(), groupHash("Leads"), membersHash(leads.Members), posting, true}
	if back, ok := parseMark("so: " + m.String() + ", yes"); !ok || back != m {
		t.Errorf("parseMark(%q) = %+v, %v", m, back, ok)
	}
	if groupHash("leads") != m.group {
		t.Error("the case of a group's name changes its mark")
	}
	if swapped := membersHash([]calendar.Address{leads.Members[1], leads.Members[0]}); swapped != m.members {
		t.Error("the order of the members changes the mark")
	}
	for _, text := range []string{"", "peerslot:", strings.Replace(m.String(), "posting", "postal", 1), strings.ToUpper(m.String())} {
		if got, ok := parseMark(text); ok {
			t.Errorf("parseMark(%q) = %+v, want none", text, got)
		}
	}
	for _, c := range []struct{ name, purpose, want string }{
		{"none", "", "Closed channel of leads. " + m.String()},
		{"that of a group with another name", "Closed channel of old. " + mark{m.owner, m.members, m.group, posted, false}.String(), "Closed channel of leads. " + m.String()},
		{"words of somebody", "Be kind &amp; brief", "Be kind &amp; brief " + m.String()},
		{"too many words", strings.Repeat("ü", 400), strings.Repeat("ü", 249-len(m.String())) + " " + m.String()},
	} {
		if got := m.in(c.purpose, "leads"); got != c.want {
			t.Errorf("%s: purpose %q, want %q", c.name, got, c.want)
		}
	}
}
