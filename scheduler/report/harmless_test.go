package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestHarmless(t *testing.T) {
	for text, want := range map[string]string{
		"plain, Łódź 日本\n\tok":   "plain, Łódź 日本\n\tok",
		"\x1b[2J\x07":            `\x1b[2J\x07`,
		"\u009b31m":              `\x9b31m`,
		"a\u202eb\u2066c\u200ed": `a\u202eb\u2066c\u200ed`,
		"line\u2028par\u2029":    `line\u2028par\u2029`,
		"\xff\xfe":               `\xff\xfe`,
		"tag \U000e0041":         `tag \U000e0041`,
		"👩\u200d💻 नमस्ते क्\u200dष": "👩\u200d💻 नमस्ते क्\u200dष",
		"\r over":                  `\x0d over`,
		string(good) + "yes" + end: string(good) + "yes" + end,
	} {
		if got := string(Harmless([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := Line("a\r\nb\tc\nd"); got != "a b c d" {
		t.Errorf("got %q, want one line", got)
	}
}

// Nothing that steers a terminal gets through, and a second time changes nothing.
func TestHarmlessAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		got := string(Harmless([]byte(text)))
		for _, how := range styles {
			got = strings.ReplaceAll(got, string(how), "")
		}
		for _, r := range got {
			if r == unicode.ReplacementChar && !strings.ContainsRune(text, r) || r != '\n' && r != '\t' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Fatalf("%q: %q is left in %q", text, r, got)
			}
		}
		if again := string(Harmless([]byte(got))); again != got {
			t.Fatalf("%q: a second time gives %q", got, again)
		}
		shown, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		var back, direct string
		if err := json.Unmarshal(HarmlessJSON(shown), &back); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(shown, &direct); err != nil || back != direct {
			t.Fatalf("%q: JSON says %q", direct, back)
		}
	})
}

// Tables fit the terminal, however long a cell is, and lose nothing.
func TestTablesFit(t *testing.T) {
	header := []string{"GROUP", "SLOT", "WHY"}
	rows := [][]string{
		{"a-very-long-name-of-a-group-indeed", "tue 15:00 weekly", "3 instead of 1 can attend; ana and dee could not at the old time"},
		{"日本語の名前のグループ", "wed", ""},
	}
	for _, width := range []int{40, 60, 80, 200} {
		var b strings.Builder
		Printer{W: &b, Terminal: true, Width: width}.Table(header, rows)
		for line := range strings.SplitSeq(b.String(), "\n") {
			if got := ansi.StringWidth(line); got > width {
				t.Errorf("%d columns: a line has %d: %s", width, got, line)
			}
		}
		for _, word := range []string{"GROUP", "weekly", "instead", "could", "日本"} {
			if !strings.Contains(b.String(), word) {
				t.Errorf("%d columns: %q is lost:\n%s", width, word, b.String())
			}
		}
	}
	var b strings.Builder
	Printer{W: &b}.Table(header, [][]string{{"a\tb", "c\nd", ""}})
	if want := "GROUP\tSLOT\tWHY\na b\tc d\t\n"; b.String() != want {
		t.Errorf("in a pipe: got %q, want %q", b.String(), want)
	}
}

func TestManyPeopleAreOneLine(t *testing.T) {
	var list []Said
	for i := range 40 {
		list = append(list, Said{fmt.Sprintf("p%02d", i), "not readable"})
	}
	if got := Lines(list, "not everything is known", false); len(got) != 1 || got[0] != "40 people: not everything is known: p00, p01, p02 and 37 more (-v says why of each)" {
		t.Errorf("got %q", got)
	}
	if got := Lines(list, "", true); len(got) != 40 || got[39] != "p39: not readable" {
		t.Errorf("with all: got %q", got)
	}
	if got := Lines(list[:5], "", false); len(got) != 5 {
		t.Errorf("of five: got %q, want a line for each", got)
	}
}
