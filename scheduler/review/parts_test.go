package review_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/schedulertest"
)

// Series that share nobody are reviewed in parts, which are not in the order of the groups
// where some far apart hang together; the reviews are, each with what follows it, as if its
// group were alone.
func TestReviewsInPartsEqualTheWhole(t *testing.T) {
	const size = 4
	var people []calendar.Address
	for i := range planning.PeopleAtOnce * 6 / 5 {
		people = append(people, calendar.Address(fmt.Sprintf("p%03d@acme.example", i)))
	}
	w := newWorld(t, people...)
	var b scheduler.Booking
	var names []string
	for members := range slices.Chunk(people, size) {
		members = slices.Clone(members)
		n := len(names)
		if n == len(people)/size-1 {
			members[0] = people[0] // of the first group
		}
		names = append(names, fmt.Sprintf("g%03d", n))
		b = w.BookAt(t, names[n], []string{"tue 15:00", "wed 11:00", "thu 14:00"}[n%3], members...)
		if n%7 == 0 { // its slot is no good any more
			for _, a := range members {
				w.BusyAtItsSlot(a, b)
			}
		}
	}
	w.NearEnd(b)
	plan, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	decisions := map[scheduler.Decision]int{}
	for i, r := range schedulertest.Reviews(t, plan) {
		got = append(got, r.Booking.Group)
		decisions[r.Decision]++
		if r.Next != nil && r.Next.Booking.Group != r.Booking.Group {
			t.Errorf("%s is followed by a series of %s", r.Booking.Group, r.Next.Booking.Group)
		}
		if i%10 != 7 {
			continue
		}
		alone, err := review.Plan(t.Context(), w.Service, scheduler.ReviewOptions{Groups: []string{r.Booking.Group}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(schedulertest.Reviews(t, alone), []scheduler.ReviewPlan{r}); diff != "" {
			t.Errorf("%s (-alone +with all):\n%s", r.Booking.Group, diff)
		}
	}
	if !slices.Equal(got, names) || len(decisions) < 2 {
		t.Errorf("reviews of %v, %v; want all in the order of their groups, and more than one decision", got, decisions)
	}
}

// A fadingStore has no bookings of a group from the second reading of them on: another run
// ended them.
type fadingStore struct {
	scheduler.Store
	group string
	reads *int
}

func (s fadingStore) Bookings(ctx context.Context, groups ...string) (scheduler.Bookings, error) {
	bookings, err := s.Store.Bookings(ctx, groups...)
	if *s.reads++; *s.reads > 1 {
		bookings = slices.DeleteFunc(bookings, func(b scheduler.Booking) bool { return b.Group == s.group })
	}
	return bookings, err
}

// A series that ends while the due ones are reviewed hinders no other.
func TestASeriesThatEndsMeanwhile(t *testing.T) {
	w := newWorld(t, ana, bo, cem, dee)
	w.BookAt(t, "g", "tue 15:00", ana, bo)
	w.NearEnd(w.BookAt(t, "h", "tue 15:00", cem, dee))
	w.Store = fadingStore{w.Store, "g", new(int)}
	if r := w.Review(t); r.Booking.Group != "h" {
		t.Errorf("the review of %s; want that of h", r.Booking.Group)
	}
}

// What another run changed since it was reviewed is left alone.
func TestAReviewOfWhatIsAnotherByNow(t *testing.T) {
	w, b := booked(t, ana, bo)
	w.NearEnd(b)
	r := w.Review(t)
	if _, err := w.Save(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	puts := len(w.Puts())
	if _, err := review.Apply(t.Context(), w.Service, r); !errors.Is(err, scheduler.ErrStale) || len(w.Puts()) != puts {
		t.Errorf("Apply: %v, with %d puts; want ErrStale, and none", err, len(w.Puts())-puts)
	}
}
