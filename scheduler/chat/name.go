package chat

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/peerslot/peerslot/scheduler"
)

// longestName is Slack's limit of 80, less what a number at the end may take.
const longestName = 76

// channelNames returns the channel's name for each group, by the group's name. No
// two are the same.
func channelNames(groups []scheduler.Group) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	for _, g := range groups {
		base := channelName(g.Name)
		name := base
		for n := 2; taken[name]; n++ {
			name = numbered(base, n)
		}
		names[g.Name], taken[name] = name, true
	}
	return names
}

// channelName brings a group's name into the shape that Slack asks for: lower case,
// no spaces and no dots.
func channelName(group string) string {
	var b strings.Builder
	for _, c := range group {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '_':
			b.WriteRune(unicode.ToLower(c))
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := []rune(strings.Trim(b.String(), "-_"))
	if len(name) == 0 {
		return "group"
	}
	return strings.TrimRight(string(name[:min(len(name), longestName)]), "-_")
}

// numbered returns the nth name to try, as names of channels that peerslot cannot
// see may be taken.
func numbered(name string, n int) string {
	if n <= 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n)
}

// isNumbered reports whether have is name, or that with a number.
func isNumbered(have, name string) bool {
	for n := 1; n <= mostNames; n++ {
		if have == numbered(name, n) {
			return true
		}
	}
	return false
}

// mostNames is how many names are tried for one channel.
const mostNames = 9
