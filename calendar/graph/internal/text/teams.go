package text

import (
	"html"
	"regexp"
	"strings"
	"sync"
)

var tags = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)<!--.*?-->|<(style|script|head)\b.*?</(style|script|head)>|<[^>]*>`)
})

// ReplaceOwn returns the HTML of an event in which our own text, which has the given
// digest, is another. All that others put there stays, above all how to join the
// meeting: if our text cannot be found, the new one goes before everything.
func ReplaceOwn(page string, own Digest, description string) string {
	ours := "<div>" + strings.ReplaceAll(html.EscapeString(description), "\n", "<br>\n") + "</div>\n"
	start := bodyStart(page)
	cut := start
	if own != "" {
		for _, end := range textEnds(page[start:]) {
			if DigestOf(textOf(page[start:start+end])) == own {
				cut = start + end
				break
			}
		}
	}
	return page[:start] + ours + page[cut:]
}

// bodyStart returns where the content of the body begins.
func bodyStart(page string) int {
	i := strings.Index(strings.ToLower(page), "<body")
	if i < 0 {
		return 0
	}
	end := strings.IndexByte(page[i:], '>')
	if end < 0 {
		return 0
	}
	return i + end + 1
}

// textEnds returns where a piece of text ends: before each tag, and at the end.
func textEnds(page string) []int {
	var out []int
	last := 0
	for _, span := range tags().FindAllStringIndex(page, -1) {
		if strings.TrimSpace(page[last:span[0]]) != "" {
			out = append(out, span[0])
		}
		last = span[1]
	}
	return append(out, len(page))
}

// textOf returns the text of a piece of HTML, whose blanks do not count.
func textOf(page string) string { return html.UnescapeString(tags().ReplaceAllString(page, " ")) }

// teamsLine is what the text of a Teams meeting begins and ends with.
const teamsLine = "________________________________________"

// OnlyTeams reports whether a text is nothing but what Teams puts there.
func OnlyTeams(text string) bool { return strings.TrimSpace(WithoutTeams(text)) == "" }

// WithoutTeams returns a text without what Teams adds to it.
func WithoutTeams(text string) string {
	before, _, _ := strings.Cut(text, teamsLine)
	return before
}
