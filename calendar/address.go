package calendar

import (
	"fmt"
	"hash/maphash"
	"net/mail"
	"slices"
	"strings"
	"unicode"
)

// An Address is a lower-case mail address. It names a person everywhere, and it
// is safe as the name of a file.
type Address string

// ParseAddress reads a bare mail address, such as ana@acme.example, in any case.
func ParseAddress(s string) (Address, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if isPlain(s) && len(s) <= 254 {
		return Address(s), nil
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.HasPrefix(s, ".") || strings.ContainsFunc(s, unsafeInAddress) {
		return "", fmt.Errorf("address %q: want a mail address such as ana@acme.example", s)
	}
	return Address(s), nil
}

// isPlain reports whether s is an address of nothing but letters, digits, dots and the
// like, as nearly all are. Others take longer to tell.
func isPlain(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && isPlainAtom(local) && isPlainAtom(domain)
}

// isPlainAtom reports whether s is a dot-atom (RFC 5322, section 3.2.3) that is plain.
func isPlainAtom(s string) bool {
	last := byte('.')
	for _, c := range []byte(s) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '+', c == '.' && last != '.':
			last = c
		default:
			return false
		}
	}
	return last != '.'
}

// HasAddress reports whether one of the words of a text is a mail address.
func HasAddress(text string) bool {
	between := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>()[],;:"`, r) }
	return strings.Contains(text, "@") && slices.ContainsFunc(strings.FieldsFunc(text, between), func(word string) bool {
		_, err := ParseAddress(word)
		return err == nil
	})
}

// unsafeInAddress reports characters that mail allows but that would mean
// something else in a file name, a header or an iCalendar value.
func unsafeInAddress(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`/\:;,"<>|*?%`, r)
}

var seed = maphash.MakeSeed()

// Hash returns a number for a name, such as an address or a UID, for who keeps so many that
// their text would take more room than all else. Another process has others, and two names
// may share one.
func Hash[Name ~string](name Name) uint64 { return maphash.String(seed, string(name)) }

// Aliases are other addresses of people, by which a service may call those who are
// invited: each with the address that we know. The zero value has none.
type Aliases map[Address]Address

// Person returns the address by which we know who has that one, in any case.
func (who Aliases) Person(email string) Address {
	a := Address(strings.ToLower(email))
	if known, ok := who[a]; ok {
		return known
	}
	return a
}

// People returns the addresses by which we know who has those; list itself if they are these.
func (who Aliases) People(list []Address) []Address {
	if !slices.ContainsFunc(list, func(a Address) bool { return who[a] != "" }) {
		return list
	}
	var people []Address
	for _, a := range list {
		if a = who.Person(string(a)); !slices.Contains(people, a) {
			people = append(people, a)
		}
	}
	return people
}

// Local returns what stands before the @.
func (a Address) Local() string {
	local, _, _ := strings.Cut(string(a), "@")
	return local
}

// Domain returns what stands behind the @.
func (a Address) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}
