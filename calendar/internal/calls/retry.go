package calls

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter returns how long an answer asks to wait before the same is asked again, in
// seconds or by a date, as those in between write it (RFC 9110, section 10.2.3): from the
// answer's own Date on, so that no clock of ours counts. It is 0 if it does not say.
func RetryAfter(h http.Header) time.Duration {
	const most = 365 * 24 * time.Hour
	said := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(said, 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), int64(most/time.Second))) * time.Second
	}
	until, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(until.Sub(from), 0), most)
}
