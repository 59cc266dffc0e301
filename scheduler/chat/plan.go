package chat

import (
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// A Channel is a private channel that peerslot made, as it is on Slack.
type Channel struct {
	ID, Name string
	Purpose  string // as Slack escapes it
	Touched  bool   // somebody set the purpose, whatever it says
}

// A Step is something done to one channel.
type Step string

// The steps, in the order in which they are done.
const (
	Create    Step = "create"
	Rename    Step = "rename"
	Invite    Step = "invite"
	Introduce Step = "introduce"
	Note      Step = "note" // keep in its purpose what has been done
	Archive   Step = "archive"
)

// A Change is what is to be done for one group, or to a channel whose group is
// gone.
type Change struct {
	Group   string  // "" if there is none any more
	Channel Channel // the zero Channel if there is none yet
	Name    string  // of the channel from now on; if it is taken, a number follows
	Members []calendar.Address
	Steps   []Step // may be empty, if all there is to say is who is missing
	Why     string

	Invitees []Invitee
	Missing  []Missing
	Doubt    bool // whether an earlier run posted the introduction cannot be found out
}

// An Invitee is a member who is not in the channel and can be invited.
type Invitee struct {
	Person calendar.Address
	ID     string // on Slack
}

// Missing is a member who cannot be invited.
type Missing struct {
	Person calendar.Address
	Why    string
}

// Has reports whether s is one of the steps.
func (c Change) Has(s Step) bool { return slices.Contains(c.Steps, s) }

// PlanChannels compares the groups that owner has with the channels there are.
// What is as it should be is in no change; that of other owners is left alone, but for
// a channel of a group with just these members, which the organizer before had.
// A new group with exactly the members of one that is gone takes over its channel.
// Who is to be invited is not known yet: see [Slack.Plan].
func PlanChannels(owner Owner, groups []scheduler.Group, channels []Channel) []Change {
	p := planning{owner: owner.hash(), older: owner.older().hash(), names: channelNames(groups), marked: map[string]Channel{}, used: map[string]bool{}}
	p.sort(groups, channels)
	var changes []Change
	for _, g := range groups {
		if c := p.change(g); len(c.Steps) > 0 {
			changes = append(changes, c)
		}
	}
	for _, c := range p.gone {
		if !p.used[c.ID] {
			changes = append(changes, Change{Channel: c, Name: c.Name, Steps: []Step{Archive}, Why: "its group is gone"})
		}
	}
	return changes
}

type planning struct {
	owner    string
	older    string             // of marks that do not name the workspace
	names    map[string]string  // of channels, by group
	marked   map[string]Channel // by the hash of the group
	gone     []Channel          // marked with a group that there is not
	unmarked []Channel
	used     map[string]bool // by ID
}

// sort tells the channels of the groups from others.
func (p *planning) sort(groups []scheduler.Group, channels []Channel) {
	wanted := map[string]string{} // the hash of whom a group has, by its own
	for _, g := range groups {
		wanted[groupHash(g.Name)] = membersHash(g.Members)
	}
	for _, c := range channels {
		m, ok := parseMark(c.Purpose)
		_, twice := p.marked[m.group]
		switch {
		case !ok:
			p.unmarked = append(p.unmarked, c)
		case m.owner != p.owner && m.owner != p.older && m.members != wanted[m.group] || twice:
		case wanted[m.group] != "":
			p.marked[m.group] = c
		case m.owner == p.owner:
			p.gone = append(p.gone, c)
		}
	}
}

// change returns what is to be done for one group.
func (p *planning) change(g scheduler.Group) Change {
	c := Change{Group: g.Name, Name: p.names[g.Name], Members: g.Members}
	if there, ok := p.marked[groupHash(g.Name)]; ok {
		c.Channel, c.Name = there, there.Name
		c.complete("it is not finished")
		if m, _ := parseMark(there.Purpose); len(c.Steps) == 0 && m.owner != p.owner {
			c.Steps, c.Why = []Step{Note}, "it does not say yet whose it is now"
		}
		return c
	}
	if there, ok := p.take(p.unmarked, func(o Channel) bool { return o.Name == c.Name }); ok {
		c.Channel = there
	} else if there, ok := p.take(p.unmarked, func(o Channel) bool { return p.free(o) && isNumbered(o.Name, c.Name) }); ok {
		c.Channel = there
	}
	if c.Channel.ID != "" {
		c.Name = c.Channel.Name
		c.complete("an earlier run made it, and did not get further")
		return c
	}
	members := membersHash(g.Members)
	if there, ok := p.take(p.gone, func(o Channel) bool { m, _ := parseMark(o.Purpose); return m.members == members }); ok {
		c.Channel = there
		c.takeOver()
		return c
	}
	c.Steps, c.Why = []Step{Create, Invite, Introduce}, "the group has no channel"
	return c
}

// take returns the first channel that fits and was not taken before.
func (p *planning) take(channels []Channel, fits func(Channel) bool) (Channel, bool) {
	for _, c := range channels {
		if !p.used[c.ID] && fits(c) {
			p.used[c.ID] = true
			return c, true
		}
	}
	return Channel{}, false
}

// free reports whether no group has just the channel's name.
func (p *planning) free(c Channel) bool {
	for _, name := range p.names {
		if name == c.Name {
			return false
		}
	}
	return true
}

// complete adds the steps that a channel of the group still needs.
func (c *Change) complete(why string) {
	m, ok := parseMark(c.Channel.Purpose)
	switch {
	case !ok && c.Channel.Touched:
		why = "somebody rewrote its purpose"
	case ok && m.members != membersHash(c.Members):
		why = "the members changed"
	case ok && m.partly && m.intro == posted:
		why = "not everybody could be invited"
	}
	if !ok || m.partly || m.members != membersHash(c.Members) {
		c.Steps = append(c.Steps, Invite)
	}
	if c.Channel.intro() != posted {
		c.Steps = append(c.Steps, Introduce)
	}
	c.Why = why
}

// takeOver adds the steps by which the channel of a group that is gone becomes
// that of its successor.
func (c *Change) takeOver() {
	c.Why = "the group has a new name"
	if isNumbered(c.Channel.Name, c.Name) {
		c.Name = c.Channel.Name
	} else {
		c.Steps = append(c.Steps, Rename)
	}
	m, _ := parseMark(c.Channel.Purpose)
	if m.partly {
		c.Steps = append(c.Steps, Invite)
	}
	if m.intro != posted {
		c.Steps = append(c.Steps, Introduce)
	}
	c.Steps = append(c.Steps, Note)
}

// intro returns how far the introduction got. Who rewrites a purpose takes the mark
// away, but not the introduction.
func (c Channel) intro() intro {
	m, ok := parseMark(c.Purpose)
	switch {
	case ok:
		return m.intro
	case c.Touched:
		return posted
	}
	return notPosted
}

// mark returns what the purpose is to say once the steps are done, but for the
// introduction.
func (c Change) mark(owner Owner, i intro) mark {
	return mark{owner: owner.hash(), group: groupHash(c.Group), members: membersHash(c.Members), intro: i, partly: len(c.Missing) > 0}
}

// settle fills in whom to invite, and leaves Invite out if that is nobody. ids holds
// those who are on Slack, present those who are in the channel.
func (c Change) settle(owner Owner, ids map[calendar.Address]string, present []string) Change {
	if !c.Has(Invite) {
		return c
	}
	for _, a := range c.Members {
		id, ok := ids[a]
		switch {
		case !ok:
			c.Missing = append(c.Missing, Missing{a, "nobody on Slack has that address"})
		case !slices.Contains(present, id):
			c.Invitees = append(c.Invitees, Invitee{a, id})
		}
	}
	if len(c.Invitees) > 0 {
		return c
	}
	c.Steps = slices.DeleteFunc(slices.Clone(c.Steps), func(s Step) bool { return s == Invite })
	was, _ := parseMark(c.Channel.Purpose)
	if len(c.Steps) == 0 && was != c.mark(owner, c.Channel.intro()) {
		c.Steps = []Step{Note}
	}
	return c
}
