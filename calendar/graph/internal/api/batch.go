package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// MaxBatch is how many requests one batch may hold (concepts/json-batching.md).
const MaxBatch = 20

// fewer is how many of them Exchange takes at once: more are refused singly.
const fewer = 4

type batchRequest struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"` // below the root
	Headers map[string]string `json:"headers"`
}

type batchAnswer struct {
	Responses []struct {
		ID      string            `json:"id"`
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    json.RawMessage   `json:"body"`
	} `json:"responses"`
}

// Batch makes calls that change nothing, as few at a time as Graph takes, and returns
// their answers in their order. Those that Graph refuses because there are too many,
// or cannot answer now, are made again, fewer at a time.
func (b *Client) Batch(ctx context.Context, all []Call) ([]Answer, error) {
	answers := make([]Answer, len(all))
	var left []int
	for i := range all {
		left = append(left, i)
	}
	size := MaxBatch
	_, err := calendar.Retry(ctx, calls.Tries, func() (None, error) {
		var again []int
		var last error
		for chunk := range slices.Chunk(left, size) {
			open, err := b.batchOnce(ctx, all, chunk, answers)
			if calendar.ConcernsAll(ctx, err) {
				return None{}, err
			}
			if err != nil {
				last = &calendar.RetryError{Err: err}
			}
			if len(open) > 0 && err == nil {
				last = errorOf(all[open[0]], answers[open[0]]).classify()
			}
			again = append(again, open...)
		}
		left, size = again, fewer
		return None{}, last
	})
	if calendar.ConcernsAll(ctx, err) {
		return nil, err
	}
	return answers, ctx.Err() // what has no answer yet is asked for by itself
}

// batchOnce makes some of the calls in one, and returns those that must be made
// again.
func (b *Client) batchOnce(ctx context.Context, all []Call, chosen []int, answers []Answer) (open []int, err error) {
	var requests []batchRequest
	for _, i := range chosen {
		c := all[i]
		requests = append(requests, batchRequest{ID: strconv.Itoa(i), Method: c.Method, URL: c.Path, Headers: c.headers()})
		b.Line.Count(c.Name, 1)
	}
	got, err := Read[batchAnswer](ctx, b, Call{
		Name: "batch", Method: http.MethodPost, Path: "/$batch", Body: map[string]any{"requests": requests}, Want: http.StatusOK,
	})
	if err != nil {
		return chosen, err
	}
	for _, r := range got.Responses {
		i, err := strconv.Atoi(r.ID)
		if err == nil && slices.Contains(chosen, i) {
			answers[i] = Answer{r.Status, headerOf(r.Headers), bodyText(r.Body)}
		}
	}
	for _, i := range chosen {
		switch status := answers[i].status; {
		case status == 0:
			answers[i].status = http.StatusBadGateway // it is not among the answers
			open = append(open, i)
		case status == http.StatusTooManyRequests || status == http.StatusFailedDependency || status >= 500:
			open = append(open, i)
		}
	}
	return open, nil
}

func headerOf(h map[string]string) http.Header {
	out := http.Header{}
	for name, value := range h {
		out.Set(name, value)
	}
	return out
}

// bodyText returns the body of an answer in a batch: JSON, or anything else in
// base64.
func bodyText(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return raw
	}
	if data, err := base64.StdEncoding.DecodeString(text); err == nil {
		return data
	}
	return []byte(text)
}
