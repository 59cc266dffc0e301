package forming_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/forming"
)

func TestParsePast(t *testing.T) {
	want := []scheduler.Round{
		{Program: "2025-1", Number: 1, Groups: []scheduler.Group{
			{Name: "one", Members: []calendar.Address{"ana@acme.example", "bo@acme.example"}},
			{Name: "two", Members: []calendar.Address{"cem@acme.example"}},
		}},
		{Program: "2025-2", Number: 2, Groups: []scheduler.Group{{Name: "one", Members: []calendar.Address{"ana@acme.example", "cem@acme.example"}}}},
	}
	for name, text := range map[string]string{
		"commas":     "round,group,email\n2025-1,one,ana@acme.example\n2025-1,one,bo@acme.example\n2025-1,two,cem@acme.example\n2025-2,one,ana@acme.example\n2025-2,one,cem@acme.example\n",
		"semicolons": "\uFEFFEmail;Note;GROUP;Round\r\nAna@Acme.example;\"a;b\";one;2025-1\r\nbo@acme.example;;one;2025-1\r\n;;;\r\ncem@acme.example;;two;2025-1\r\nana@acme.example;;one;2025-2\r\ncem@acme.example;;one;2025-2\r\nCEM@acme.example;;one;2025-2\r\n",
		"tabs":       "round\tgroup\temail\n2025-1\tone\tana@acme.example\n2025-1\tone\tbo@acme.example\n\n2025-1\ttwo\tcem@acme.example\n2025-2\tone\tana@acme.example\n2025-2\tone\tcem@acme.example",
	} {
		got, err := forming.ParsePast("past.csv", []byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestParsePastFaults(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "past.csv:1: want a first row with the columns round, group and email"},
		{"round,email\n", "past.csv:1: column group is missing; want round, group and email"},
		{"round,group,email\n1,a\n1,,ana@acme.example\n", "past.csv:2: no email\npast.csv:3: no group"},
		{"round,group,email\n1,a,ana@acme.example\n1,\"a,bo@acme.example\n", "past.csv:3: this is not CSV: want cells that hold quotes to be in quotes, and the quotes doubled"},
	}
	for _, test := range tests {
		if _, err := forming.ParsePast("past.csv", []byte(test.text)); err == nil || err.Error() != test.want {
			t.Errorf("ParsePast(%q): %v; want %s", test.text, err, test.want)
		}
	}
}

func FuzzParsePast(f *testing.F) {
	f.Add([]byte("round,group,email\n1,a,ana@acme.example\n"))
	f.Add([]byte("\uFEFFround;group;email\r\n1;\"a\"\"b\";ana@acme.example"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rounds, err := forming.ParsePast("past.csv", data)
		if err != nil {
			return
		}
		for i, r := range rounds {
			if r.Number != i+1 || len(r.Groups) == 0 {
				t.Errorf("round %d of %q is %+v", i+1, data, r)
			}
		}
	})
}
