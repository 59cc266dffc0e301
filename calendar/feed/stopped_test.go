package feed_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/feed"
)

// A mortal context ends when it is asked so often whether it has.
type mortal struct {
	context.Context
	asked, most atomic.Int64
}

func (m *mortal) Err() error {
	if m.asked.Add(1) <= m.most.Load() {
		return nil
	}
	return context.Canceled
}

// A long file is not read to its end once somebody asked to stop: of its hundred blocks
// only a few are.
func TestLongFileStopped(t *testing.T) {
	t.Parallel()
	event := "BEGIN:VEVENT\r\nUID:x\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260302T100000Z\r\nDTEND:20260302T110000Z\r\nDESCRIPTION:" + strings.Repeat("long ", 100) + "\r\nEND:VEVENT\r\n"
	path := filepath.Join(t.TempDir(), "long.ics")
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + strings.Repeat(event, 10_000) + "END:VCALENDAR\r\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const ana = calendar.Address("ana@acme.example")
	r := &feed.Reader{Sources: func(calendar.Address) []feed.Source { return []feed.Source{{File: path, Zone: time.UTC}} }}
	window := availability.Interval{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)}
	ctx := &mortal{Context: t.Context()}
	ctx.most.Store(5)
	if _, err := r.Busy(ctx, []calendar.Address{ana}, window); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped in the middle of a file: %v; want %v", err, context.Canceled)
	}
	if asked := ctx.asked.Load(); asked < 6 || asked > 12 {
		t.Errorf("it asked %d times whether it was to stop; want the sixth answer to end the reading", asked)
	}
}
