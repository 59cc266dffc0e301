package report_test

import (
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/report"
)

func TestLocal(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for why, want := range map[string]string{
		"2027-03-23T16:30:00Z -> 2027-03-30T15:30:00Z: 4 can": "Tue 23 Mar 17:30 -> Tue 30 Mar 17:30: 4 can", // the clocks change between
		"on the calendar":              "on the calendar",
		"from 2027-03-23 on":           "from 2027-03-23 on",
		"2027-13-41T16:30:00Z is none": "2027-13-41T16:30:00Z is none",
	} {
		if got := report.Local(why, berlin); got != want {
			t.Errorf("Local(%q) = %q, want %q", why, got, want)
		}
	}
}
