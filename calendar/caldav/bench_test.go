package caldav_test

import (
	"fmt"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
)

// What a question about one group costs does not depend on how many there are.
func BenchmarkBusyOfOneGroup(b *testing.B) {
	for _, groups := range []int{10, 100, 900} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) {
			s := newStandIn(nil)
			backend := s.open(b)
			var own []calendar.Series
			for i := range groups {
				own = append(own, calendartest.With(calendartest.Series(calendartest.UID(i)), calendar.Address(fmt.Sprintf("p%d@acme.example", i)), calendartest.Cem))
			}
			own[0] = calendartest.Series(calendartest.UID(0))
			if _, err := backend.Put(b.Context(), own[0]); err != nil {
				b.Fatal(err)
			}
			people := []calendar.Address{calendartest.Ana, calendartest.Bo}
			reader, err := backend.Snapshot(b.Context(), people, calendartest.Window(), own...)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := reader.Busy(b.Context(), people, calendartest.Window(), own[0].UID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
