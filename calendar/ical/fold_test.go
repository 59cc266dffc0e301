package ical

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func folded(parts ...string) string {
	var b bytes.Buffer
	f := &folder{w: &b}
	for _, p := range parts {
		_, _ = f.Write([]byte(p)) // a buffer takes all
	}
	return b.String()
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a full line stays", strings.Repeat("a", 75) + "\r\nb\r\n", strings.Repeat("a", 75) + "\r\nb\r\n"},
		{"one more folds", strings.Repeat("a", 76) + "\r\n", strings.Repeat("a", 75) + "\r\n a\r\n"},
		{"the space counts", strings.Repeat("a", 75+74+1), strings.Repeat("a", 75) + "\r\n " + strings.Repeat("a", 74) + "\r\n a"},
		{"two octets at the border", strings.Repeat("a", 74) + "é", strings.Repeat("a", 74) + "\r\n é"},
		{"four octets at the border", strings.Repeat("a", 72) + "😀", strings.Repeat("a", 72) + "\r\n 😀"},
		{"four octets fit", strings.Repeat("a", 71) + "😀b", strings.Repeat("a", 71) + "😀\r\n b"},
	} {
		if got := folded(c.in); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
		var bytewise []string
		for i := range len(c.in) {
			bytewise = append(bytewise, c.in[i:i+1])
		}
		if got := folded(bytewise...); got != c.want {
			t.Errorf("%s, one octet a time:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add(strings.Repeat("ä😀b", 40)+"\r\n", 3)
	f.Add(strings.Repeat("\x80", 200), 80)
	f.Add("\xf0\x9f\r\n\x98", 1)
	f.Fuzz(func(t *testing.T, s string, cut int) {
		s = strings.NewReplacer("\r", "", "\n", "").Replace(s)
		cut = min(max(cut, 0), len(s))
		got := folded(s[:cut], s[cut:]+"\r\n", "X\r\n")
		if unfolded := strings.ReplaceAll(got, "\r\n ", ""); !strings.Contains(s, "\r\n") && unfolded != s+"\r\nX\r\n" {
			t.Errorf("unfolds to %q, want %q", unfolded, s)
		}
		for line := range strings.SplitSeq(got, "\r\n") {
			if len(line) > 75 || utf8.ValidString(s) && !utf8.ValidString(line) {
				t.Errorf("line of %d octets: %q", len(line), line)
			}
		}
	})
}
