package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/yamltext"
)

// lists are files that are read in pieces, of one item each.
var lists = []string{
	full,
	string(config.Starting()),
	"people:\n- {email: a@b.example}\n\n- email: c@d.example\n  name: |\n    - no\n\n    - one\n# item\n- {}\norganizer: x\n",
	"a:\n  # first\n  - b: {d: e}\n  - f:\n      c\n  - [g,\n     h]\nlast:\n  - i",
	"b:\n  - {}\n  - - c\n    - d\n  - >\n    e\n    - f\n---\n",
	"a:\n  - b\n  - c:\n    - d\n    - e\n\n...\n",
}

// notLists are files that look like such and are not, or that are wrong, or that name
// something to say it again, or whose text goes over lines.
var notLists = []string{
	"b:\n  - \"e\n    - f\"\n", "b:\n  - g\n    h\n",
	"a:\n  - b: &c {d: e}\n  - *c\n", "a: &a {x: 1}\nb:\n  - <<: *a\n    y: 2\n", "b: &b 1\na:\n  - *b\nc: &b 2\n",
	"a: \"b\nc:\n- d\n- e\"\n", "a: {b: 1,\nc:\n- d\n}\n", "{a: 1,\nb:\n- c\n}\n", "a: \"b\nc:\n- d\nf: e\"\n",
	"a:\n- \"b\n- c\"\n", "a:\n- [b,\n- c]\n", "a: [\nb:\n- c\n]\n", "a:\n  - b\n c: d\n", "a:\n  - b\n\t- c\n", "a:\n  - *b\n",
	"a:\n  - b\na:\n  - c\n", "a:\n  - !!str b\n", "a:\n  - b\n  c: d\n", "a:\n - b\n -c\n", "a:\n- b\n--- \nc:\n- d\n", "a:\r- b\r- c\r\n", "a:\n  b: |\nc:\n- d\n", "- x\na:\n- b\n", "a:\n- \n0:", "a:\n  - b: {c: d}\n  - e\n.x 0:\n", "a:\n- 0\n -0\n0:", "b:\n  - {}\n  - c\n    - d\n---\n", "b:\n  - c: {d: e\n      f}\n---\n", "b:\n  - - c\n    - d\n  - \"e\n    -\tf\"\n---",
	"a:\n- >+\n- c\n", "a:\n- |\n  \n-  - c\n", "a:\n- b: |\n\n- c: d\n", "a:\n- >+ # b\n- c\n", "a:\n- >+\n...\n", "a:\n- \u2028\n    - b\n\nb:",
	"a:\n- \n- ? \nb:\n- b: c\n", "a:\n- \n   ? \nc: \n  - d\n",
}

// Read in pieces a file is what it is as a whole; one that is not read in pieces is
// read as a whole.
func FuzzPieces(f *testing.F) {
	for _, text := range append(lists, notLists...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, wrong := yamltext.Decode([]byte(text), 1<<20); wrong != "" || yamltext.Marks([]byte(text)) > yamltext.MaxMarks {
			return
		}
		pieces, whole, problems := config.InPieces(text, 1)
		if pieces == nil {
			return
		}
		if len(problems) > 0 {
			t.Fatalf("%q is read in pieces, and wrong as a whole: %v", text, problems)
		}
		if !reflect.DeepEqual(pieces, whole) {
			t.Fatalf("%q is another file in pieces", text)
		}
	})
}

func TestListsAreReadInPieces(t *testing.T) {
	for i, text := range lists {
		if pieces, _, problems := config.InPieces(text, 1); pieces == nil && i > 1 {
			t.Errorf("%q is not: %v", text, problems)
		}
	}
	_, split := yamltext.Split(lists[2], 1)
	if len(split) != 1 || len(split[0].Pieces) != 3 || split[0].Pieces[1].Before != 2 || strings.Count(split[0].Pieces[1].Text, "\n") != 7 {
		t.Errorf("%q is split into %+v", lists[2], split)
	}
}
