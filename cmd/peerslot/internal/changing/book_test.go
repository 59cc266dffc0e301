package changing

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/pile"
	"github.com/peerslot/peerslot/scheduler/report"
)

// Plans are shown and carried out in the order of the requests, in whatever order they
// were made; one that is missing ends it, and says whose it is.
func TestPlansInTheOrderOfRequests(t *testing.T) {
	t.Parallel()
	b := booked{pile: &pile.Pile[bookable]{}, groups: []bookedGroup{{name: "a", todo: true}, {name: "b"}, {name: "c", todo: true}, {name: "d", todo: true}}}
	add := func(request int, text string) {
		if err := b.pile.Add(bookable{Request: request, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	add(3, "of d\n")
	add(0, "of a\n")
	var got []string
	var failed error
	for one, err := range b.inOrder() {
		if failed = err; err == nil {
			got = append(got, one.Text)
		}
	}
	if !slices.Equal(got, []string{"of a\n"}) || !errors.Is(failed, io.ErrUnexpectedEOF) || !strings.Contains(failed.Error(), `"c"`) {
		t.Errorf("without that of c: %q, %v; want that of a, and an error that names c", got, failed)
	}
	add(2, "of c\n")
	var shown strings.Builder
	b.show(report.Printer{W: &shown})
	if want := "of a\nof c\nof d\n"; shown.String() != want {
		t.Errorf("shown: %q; want %q", shown.String(), want)
	}
}
