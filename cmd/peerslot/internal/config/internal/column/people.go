package column

import (
	"net/mail"
	"strings"

	"github.com/peerslot/peerslot/calendar"
)

// People are those of a file, whom a manager's name or number may mean.
type People struct{ byName, byNumber map[string][]string } // their addresses

// Add adds who has that address, unless it is none.
func (p *People) Add(address, name, number string) {
	if _, err := calendar.ParseAddress(address); err != nil {
		return
	}
	if p.byName == nil {
		p.byName, p.byNumber = map[string][]string{}, map[string][]string{}
	}
	p.byName[Fold(name)] = append(p.byName[Fold(name)], address)
	p.byNumber[number] = append(p.byNumber[number], address)
}

// Find returns the addresses of who may be meant: by "Ana Lima", "Lima, Ana", a number, or
// an address behind a name.
func (p *People) Find(text string) []string {
	if a, err := mail.ParseAddress(text); err == nil {
		return []string{a.Address}
	}
	if found := p.byNumber[text]; len(found) > 0 {
		return found
	}
	if found := p.byName[Fold(text)]; len(found) > 0 {
		return found
	}
	last, first, _ := strings.Cut(text, ",")
	return p.byName[Fold(first+last)]
}
