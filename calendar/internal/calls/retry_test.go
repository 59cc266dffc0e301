package calls

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const date = "Tue, 03 Mar 2026 12:00:00 GMT"
	for said, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "120": 2 * time.Minute, "99999999999": 365 * 24 * time.Hour,
		"Tue, 03 Mar 2026 12:00:30 GMT": 30 * time.Second, "Tue, 03 Mar 2026 11:00:00 GMT": 0, "Tuesday, 03-Mar-26 13:00:00 GMT": time.Hour,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {said}, "Date": {date}}); got != want {
			t.Errorf("Retry-After: %q: got %v, want %v", said, got, want)
		}
	}
	if got := RetryAfter(http.Header{"Retry-After": {date}}); got != 0 {
		t.Errorf("a date without the answer's own: got %v, want 0", got)
	}
}
