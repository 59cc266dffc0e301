package report

import (
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
)

// Whatever a name holds, it is one cell of text: no other sign that Markdown sees a
// meaning in is left without a backslash or an entity.
func TestMarkdownIsText(t *testing.T) {
	for name, want := range map[string]string{
		"Ana Lima":                  "Ana Lima",
		"a | b\nc":                  `a \| b c`,
		`\| x`:                      `\\\| x`,
		"[Ana](https://evil)":       `\[Ana\](https&#58;//evil)`,
		"![x](y)":                   `\!\[x\](y)`,
		"<b>&amp;</b>":              `&lt;b\>&amp;amp;&lt;/b\>`,
		"**bold** _it_ `c` ~~s~~":   "\\*\\*bold\\*\\* \\_it\\_ \\`c\\` \\~\\~s\\~\\~",
		"www.evil.example":          "www&#46;evil.example",
		"ana@evil.example":          "ana&#64;evil.example",
		"mailto:x":                  "mailto&#58;x",
		"tue 15:00 (Europe/Berlin)": "tue 15:00 (Europe/Berlin)",
		"\x1b[31mred\u202e":         `\\x1b\[31mred\\u202e`,
	} {
		if got := markdownText(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
	w := scheduler.Workspace{Roster: scheduler.NewRoster(scheduler.Person{Address: "ana@acme.example", Name: "A|na\n| x | y |"})}
	page := Markdown(w, []Group{{Name: "g|1", Members: []string{"ana@acme.example"}, Slot: "tue 15:00", Zone: "Europe/Berlin"}})
	rows := strings.Split(strings.TrimSpace(page), "\n")
	if last := rows[len(rows)-1]; len(rows) != 5 || strings.Count(strings.ReplaceAll(last, `\|`, ""), "|") != 5 {
		t.Errorf("the page has %d lines, want 5, the last with four cells:\n%s", len(rows), page)
	}
}
