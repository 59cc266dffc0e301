package report

import (
	"strings"
	"testing"
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
