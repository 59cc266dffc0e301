package report

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestCheckFitsTheTerminal(t *testing.T) {
	const what, detail, mend = "calendar of ana@acme.example", "no calendar: expected calendars/ana@acme.example/", "export the calendar again, and put it there"
	for width, want := range map[int]string{
		40: "mend calendar of ana@acme.example: no\n" +
			"       calendar: expected\n" +
			"       calendars/ana@acme.example/\n" +
			"     export the calendar again, and put\n" +
			"       it there\n",
		0: "mend " + what + ": " + detail + "\n     " + mend + "\n",
	} {
		var b strings.Builder
		Printer{W: &b, Terminal: true, Width: width}.Check(false, what, detail, mend)
		if b.String() != want {
			t.Errorf("%d columns: got\n%swant\n%s", width, b.String(), want)
		}
	}
}

// What a narrow terminal breaks over lines is what was said: no word is broken that a line
// has room for, and none gets a blank.
func TestLinesAreBrokenBetweenWords(t *testing.T) {
	const said = "! pairs-1-amber: Ana (ana@acme.example) is alone in the group since 2026-12-07; 'peerslot form pairs --place ana@acme.example' finds another 👩‍👩‍👧 one"
	for width := 1; width <= ansi.StringWidth(said); width++ {
		var b strings.Builder
		Printer{W: &b, Terminal: true, Width: width}.Printf("%s\n", said)
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		for i, line := range lines {
			if width > 8 && ansi.StringWidth(line) > width {
				t.Errorf("%d columns: %q is too wide", width, line)
			}
			lines[i] = strings.TrimPrefix(line, "  ")
		}
		if got := strings.Join(lines, " "); width >= 30 && got != said {
			t.Errorf("%d columns: got\n%s\nwant\n%s", width, got, said)
		}
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(said, " ", "") {
			t.Errorf("%d columns: got other text: %q", width, got)
		}
	}
}
