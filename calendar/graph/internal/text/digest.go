// Package text compares texts that Exchange has rewritten, and keeps what Teams puts
// into them.
package text

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// A Digest tells a text again, though Exchange rewrites its blanks and line ends:
// its length without them, and a hash. The zero Digest is that of no text.
type Digest string

// DigestOf returns the digest of a text.
func DigestOf(text string) Digest {
	bare := WithoutBlanks(text)
	if bare == "" {
		return ""
	}
	return Digest(Fingerprint(bare))
}

// WithoutBlanks returns a text without blanks and what cannot be seen.
func WithoutBlanks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, text)
}

// Cut returns the beginning of text that has the digest, and what follows it.
func (d Digest) Cut(text string) (own, rest string, ok bool) {
	if d == "" {
		return "", text, true
	}
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	for n := len(lines); n > 0; n-- {
		if own = strings.Join(lines[:n], ""); DigestOf(own) == d {
			return own, strings.Join(lines[n:], ""), true
		}
	}
	return "", text, false
}

// Fingerprint names a text.
func Fingerprint(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// Beginning returns the beginning of text that has n bytes without blanks.
func Beginning(text string, n int) string {
	for i, r := range text {
		if n <= 0 {
			return text[:i]
		}
		n -= len(WithoutBlanks(string(r)))
	}
	return text
}

// maxNote bounds a note in runes.
const maxNote = 1000

// Short cuts a note that is too long.
func Short(note string) string {
	if r := []rune(note); len(r) > maxNote {
		return string(r[:maxNote])
	}
	return note
}
