package worker

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// Of a database that is away for ten minutes the log tells each minute, not each second
// and queue; other errors, and what is no error, go through.
func TestTheSameErrorIsSaidOnceAMinute(t *testing.T) {
	var out bytes.Buffer
	log := calmly(slog.New(slog.NewTextHandler(&out, nil)))
	now := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	say := func(level slog.Level, message, err string, queue string) {
		t.Helper()
		r := slog.NewRecord(now, level, message, 0)
		r.AddAttrs(slog.Any("err", errors.New(err)), slog.String("queue", queue))
		if err := log.With("process", 1).Handler().Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for range 600 {
		say(slog.LevelError, "no jobs", "refused", "default")
		say(slog.LevelError, "no jobs", "refused", "find")
		now = now.Add(time.Second)
	}
	say(slog.LevelError, "no jobs", "no such table", "find")
	say(slog.LevelWarn, "slow", "refused", "find")
	say(slog.LevelWarn, "slow", "refused", "find")
	if n := strings.Count(out.String(), "\n"); n != 13 || strings.Count(out.String(), "more=119") != 9 || !strings.Contains(out.String(), "process=1") {
		t.Errorf("%d lines, want 10 of the ten minutes and 3 others:\n%s", n, &out)
	}
}
