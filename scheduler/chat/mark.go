package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/peerslot/peerslot/calendar"
)

// A mark is what the purpose of a channel ends with: whose it is, of which group,
// and how far it got. It holds hashes because Slack turns addresses, and names with
// a dot in them, into links. Whoever was invited and left stays away: the mark, not
// the channel, says who was invited.
type mark struct {
	owner   string // of the Owner
	group   string
	members string // whom the group had when they were invited
	intro   intro
	partly  bool // some of them could not be invited
}

// An intro is how far the introduction of a channel got.
type intro string

const (
	notPosted intro = "new"
	posting   intro = "posting" // intended; a run that died leaves it so
	posted    intro = "posted"
)

var markPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`peerslot:([0-9a-f]{8})/([0-9a-f]{12})/([0-9a-f]{12})/(new|posting|posted)(/partly)?`)
})

// parseMark finds the mark in a purpose.
func parseMark(purpose string) (m mark, ok bool) {
	f := markPattern().FindStringSubmatch(purpose)
	if f == nil {
		return mark{}, false
	}
	return mark{owner: f[1], group: f[2], members: f[3], intro: intro(f[4]), partly: f[5] != ""}, true
}

func (m mark) String() string {
	s := "peerslot:" + m.owner + "/" + m.group + "/" + m.members + "/" + string(m.intro)
	if m.partly {
		s += "/partly"
	}
	return s
}

// longestPurpose is Slack's limit.
const longestPurpose = 250

// ownWords is how a purpose begins that nobody has rewritten.
const ownWords = "Closed channel of "

// in returns the purpose with m in place of the mark that it has, if any. What
// people wrote into it stays.
func (m mark) in(purpose, group string) string {
	text := []rune(strings.TrimSpace(markPattern().ReplaceAllLiteralString(purpose, "")))
	if len(text) == 0 || strings.HasPrefix(string(text), ownWords) {
		text = []rune(ownWords + group + ".")
	}
	if most := longestPurpose - len(m.String()) - 1; len(text) > most {
		text = text[:most]
	}
	return string(text) + " " + m.String()
}

// An Owner is whose channels they are: several workspaces may have one organizer, and one app.
type Owner struct {
	Organizer calendar.Address
	Workspace string // scheduler.Workspace.ID
}

func (o Owner) hash() string {
	if o.Workspace == "" {
		return hash(string(o.Organizer))[:8]
	}
	return hash(string(o.Organizer) + "\n" + o.Workspace)[:8]
}

// older returns whose the channels were by the marks that did not yet tell workspaces apart.
func (o Owner) older() Owner { return Owner{Organizer: o.Organizer} }

func groupHash(name string) string { return hash(strings.ToLower(name)) }

func membersHash(members []calendar.Address) string {
	var b strings.Builder
	for _, a := range slices.Sorted(slices.Values(members)) {
		b.WriteString(string(a))
		b.WriteByte('\n')
	}
	return hash(b.String())
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}
