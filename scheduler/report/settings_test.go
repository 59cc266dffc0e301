package report_test

import (
	"testing"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
)

func TestSettings(t *testing.T) {
	set := scheduler.Settings{Own: &scheduler.OwnHours{Zone: "Europe/Lisbon"}, Paused: availability.Date{Year: 2026, Month: 5, Day: 1}, Left: []string{"leads"}}
	if got, want := report.Settings(set), "own hours in Europe/Lisbon instead of the roster's; paused until 2026-05-01; left leads"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := report.Settings(scheduler.Settings{}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
