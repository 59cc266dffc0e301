package report

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// kindsOfFindings returns all that scheduler declares.
func kindsOfFindings(t *testing.T) (out []scheduler.FindingKind) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../finding.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "FindingKind" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, scheduler.FindingKind(text))
		}
		return true
	})
	if len(out) < 30 {
		t.Fatalf("only %d kinds are found: %v", len(out), out)
	}
	return out
}

// Every kind of finding has words of its own, with the step that is next if there is one,
// and without the name of the group, which stands before them.
func TestEveryFindingHasWords(t *testing.T) {
	w := scheduler.Workspace{Zone: "Europe/Berlin", Roster: scheduler.NewRoster(scheduler.Person{Address: "ana@acme.example", Name: "Ana Lima"}, scheduler.Person{Address: "bo@acme.example", Name: "Bo Ek"})}
	steps := Steps(func(s scheduler.Step) string { return "STEP-" + string(s.Do) })
	for _, kind := range kindsOfFindings(t) {
		full := scheduler.Finding{
			Kind: kind, Group: "GROUP", Program: "circles", Person: "ana@acme.example", At: time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC),
			Missing: []calendar.Address{"bo@acme.example"}, Share: scheduler.Share{Yes: 2, No: 1, Unknown: 1}, Err: errors.New("FAULT"),
		}
		bare := scheduler.Finding{Kind: kind, Group: "GROUP", Err: full.Err}
		for _, f := range []scheduler.Finding{full, bare} {
			got := Words(w, f, steps)
			if strings.HasPrefix(got, string(kind)+": ") || strings.Contains(got, "GROUP") || strings.Contains(got, "%!") || strings.Contains(got, "<nil>") {
				t.Errorf("%s: %q; want words of its own, without the group", kind, got)
			}
			if do := f.Next().Do; do != "" && !strings.Contains(got, "STEP-"+string(do)) && kind != scheduler.NotBooked {
				t.Errorf("%s: %q; want that %s is next", kind, got, do)
			}
		}
		if got := Words(w, full, nil); full.Next().Do == "" && strings.Contains(got, "STEP") {
			t.Errorf("%s: %q names a step that is none", kind, got)
		}
	}
}

// The words say what is known of a finding, and nothing of what is not.
func TestWordsOfFindings(t *testing.T) {
	w := scheduler.Workspace{Zone: "Europe/Berlin", Roster: scheduler.NewRoster(scheduler.Person{Address: "ana@acme.example", Name: "Ana Lima"}, scheduler.Person{Address: "bo@acme.example", Name: "Bo Ek"})}
	at := time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC)
	fault := errors.New("it is spoilt")
	for _, c := range []struct {
		f    scheduler.Finding
		want string
	}{
		{scheduler.Finding{Kind: scheduler.SpoiltRecord, Err: fault}, "it is spoilt; the next run that keeps it writes it anew"},
		{scheduler.Finding{Kind: scheduler.SpoiltRecord, Program: "circles", Err: fault}, "it is spoilt; its groups are not known, and no other round is formed, until a backup of the store is put back"},
		{scheduler.Finding{Kind: scheduler.UnderQuorum, At: at, Share: scheduler.Share{Yes: 2, No: 2, Unknown: 1}, Missing: []calendar.Address{"ana@acme.example", "bo@acme.example"}},
			"Tue 3 Mar 15:00: 2 of 5, and 1 more perhaps, can attend, fewer than the quorum; Ana Lima and Bo Ek cannot; hold it all the same, or move or cancel it on the calendar"},
		{scheduler.Finding{Kind: scheduler.UnderQuorum, At: at, Share: scheduler.Share{Yes: 1, No: 2}}, "Tue 3 Mar 15:00: 1 of 3 can attend, fewer than the quorum; hold it all the same, or move or cancel it on the calendar"},
		{scheduler.Finding{Kind: scheduler.Deserted, Missing: []calendar.Address{"bo@acme.example"}}, "without Bo Ek, nobody is left: its sessions are called off as they come near, until (end) ends the series or somebody joins"},
		{scheduler.Finding{Kind: scheduler.Deserted, Person: "ana@acme.example", Missing: []calendar.Address{"bo@acme.example"}}, "without Bo Ek, Ana Lima would meet alone: its sessions are called off as they come near, until (end) ends the series or somebody joins"},
		{scheduler.Finding{Kind: scheduler.TooSmall, Share: scheduler.Share{Yes: 1, No: 2}}, "1 member is left of a group of at least 3; name somebody else in it, or end its series with (end)"},
		{scheduler.Finding{Kind: scheduler.TooSmall, Program: "circles", Share: scheduler.Share{Yes: 2, No: 2}}, "2 members are left of a group of at least 4; invite somebody, or form circles anew"},
		{scheduler.Finding{Kind: scheduler.SplitOff, At: at}, "somebody changed the session of Tue 3 Mar 15:00 and all that follow by hand: that part is a series of its own now, which nobody looks after; move it back on the calendar, or delete it there, end this one with (end) and book again"},
		{scheduler.Finding{Kind: scheduler.NotBooked}, "the group was formed, and has no series; book it with (book)"},
	} {
		if got := Words(w, c.f, func(s scheduler.Step) string { return "(" + string(s.Do) + ")" }); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.f.Kind, got, c.want)
		}
	}
}

// A group that is booked by the rules of a program that is not there keeps them; one that is
// not booked has none to keep.
func TestWordsOfAMissingProgram(t *testing.T) {
	for uid, want := range map[calendar.UID]string{"ps1": "keeps the rules that it was booked with", "": "nothing is booked for it"} {
		f := scheduler.Finding{Kind: scheduler.NoSuchProgram, Group: "g", Program: "p", UID: uid}
		if got := Words(scheduler.Workspace{}, f, nil); !strings.Contains(got, want) {
			t.Errorf("UID %q: %q; want %q", uid, got, want)
		}
	}
}
