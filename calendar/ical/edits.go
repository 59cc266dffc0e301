package ical

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical/internal/busy"
	"github.com/peerslot/peerslot/calendar/ical/internal/line"
)

// propWrote is in each event that Encode writes: the fingerprints of the title,
// the link and the description of the series. A person who edits the series in a
// program that leaves its overrides alone has not edited those.
const propWrote = busy.Wrote

// wroteValue returns the value of propWrote.
func wroteValue(s calendar.Series) string {
	return fmt.Sprintf("%s/%s/%s", fingerprintOf(s.Title), fingerprintOf(s.Link), fingerprintOf(s.Description))
}

// noteOf returns the note of the override c: the one that Encode put before the
// description, and whatever else a person wrote into c alone, which the
// description, that of m, is to keep showing once Encode writes the texts of the series
// again.
func noteOf(c, m *line.Component, description string) string {
	text := textOf(c, ical.PropDescription)
	if note, ok := noteIn(text, description); ok && alike(c, m, ical.PropSummary, ical.PropLocation, ical.PropURL) {
		return note // as most are
	}
	known := wordingsIn(m, c)
	note, edited := known.note(text, description)
	lines := known.editedLines(c, note)
	if !edited && len(lines) == 0 {
		return note
	}
	if note != "" {
		lines = append(lines, note)
	}
	note = plainText(strings.Join(lines, "\n"))
	if len(note) > maxText {
		note = strings.ToValidUTF8(note[:maxText], "")
	}
	return note
}

// alike reports whether both components have the same values of some properties.
func alike(c, m *line.Component, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return c.Raw(name) != m.Raw(name) })
}

// wordings are the texts of an override that nobody edited.
type wordings struct {
	titles, links []fingerprint
	descriptions  []fingerprint // that Encode wrote
}

// wordingsIn returns what the override c of m says if only m was edited, or none
// of them: what m says now, and what Encode wrote.
func wordingsIn(m, c *line.Component) wordings {
	w := wordings{
		titles: fingerprintsOf("", textOf(m, ical.PropSummary)),
		links:  fingerprintsOf("", textOf(m, ical.PropLocation), m.Raw(ical.PropURL)),
	}
	for _, e := range []*line.Component{c, m} {
		if parts := strings.Split(e.Raw(propWrote), "/"); len(parts) == 3 {
			w.titles = append(w.titles, parseFingerprint(parts[0]))
			w.links = append(w.links, parseFingerprint(parts[1]))
			w.descriptions = append(w.descriptions, parseFingerprint(parts[2]))
		}
	}
	return w
}

// note returns what text, the description of an override, says beside that of the
// series, and whether a person wrote it rather than Encode.
func (w wordings) note(text, description string) (note string, edited bool) {
	if note, ok := noteIn(text, description); ok {
		return note, false
	}
	for _, f := range append(fingerprintsOf(description), w.descriptions...) {
		if note, ok := f.cutFrom(text); ok {
			return note, false
		}
	}
	return addedLines(text, description), true
}

// editedLines returns a line for each property that a person edited, but for
// those that the note has.
func (w wordings) editedLines(c *line.Component, note string) []string {
	var lines []string
	has := strings.Split(note, "\n")
	add := func(label, text string, known []fingerprint) {
		line := label + strings.Join(strings.Fields(text), " ")
		if !slices.Contains(known, fingerprintOf(text)) && !slices.Contains(has, line) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	add("Title: ", textOf(c, ical.PropSummary), w.titles)
	add("Location: ", textOf(c, ical.PropLocation), w.links)
	add("Location: ", c.Raw(ical.PropURL), w.links)
	return lines
}

// addedLines returns the lines of text that description does not have or, if a
// person only took lines out or put them in another order, all of them.
func addedLines(text, description string) string {
	var known []string
	for line := range strings.Lines(description) {
		known = append(known, squeeze(line))
	}
	slices.Sort(known)
	var added []string
	for line := range strings.Lines(plainText(text)) {
		line = strings.TrimSpace(line)
		blank := line == "" && (len(added) == 0 || added[len(added)-1] == "")
		if _, old := slices.BinarySearch(known, squeeze(line)); !blank && (!old || line == "") {
			added = append(added, line)
		}
	}
	if note := strings.TrimSpace(strings.Join(added, "\n")); note != "" {
		return note
	}
	return strings.TrimSpace(text)
}

// A fingerprint tells a text from others, however programs break its lines and
// space its words.
type fingerprint struct {
	length int // in runes, without blanks
	sum    string
}

func fingerprintOf(text string) fingerprint {
	text = squeeze(text)
	sum := sha256.Sum256([]byte(text))
	return fingerprint{utf8.RuneCountInString(text), hex.EncodeToString(sum[:6])}
}

func fingerprintsOf(texts ...string) []fingerprint {
	var all []fingerprint
	for _, t := range texts {
		all = append(all, fingerprintOf(t))
	}
	return all
}

// parseFingerprint is the inverse of String. What is none is that of no text.
func parseFingerprint(s string) fingerprint {
	length, sum, _ := strings.Cut(s, "-")
	n, err := strconv.Atoi(length)
	if err != nil {
		n = -1
	}
	return fingerprint{n, sum}
}

func (f fingerprint) String() string { return fmt.Sprintf("%d-%s", f.length, f.sum) }

// cutFrom returns what comes before the text of f at the end of another text,
// and whether it ends with it.
func (f fingerprint) cutFrom(text string) (before string, ok bool) {
	i := len(text)
	for n := 0; n < f.length && i > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		if !isBlank(r) {
			n++
		}
	}
	before = strings.TrimRightFunc(text[:i], isBlank)
	return before, len(before) < max(i, 1) && fingerprintOf(text[i:]) == f
}

// squeeze returns text without blanks.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if isBlank(r) {
			return -1
		}
		return r
	}, text)
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
