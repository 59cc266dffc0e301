package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	gcal "google.golang.org/api/calendar/v3"
	"google.golang.org/api/googleapi"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// Root is the address of the API.
const Root = "https://www.googleapis.com/calendar/v3/"

// A Request is one call of the API. The library's own calls would bring gRPC, its
// tracing and certificates of enterprises into the program, for JSON over HTTP.
type Request struct {
	Method string   // as Google names it, such as events.get
	Verb   string   // "" means GET
	Path   []string // below the root of the API
	Query  url.Values
	ETag   string // of the version that must still be there; "" means any
	Body   any
}

// Events returns the request for a method of a calendar's events, such as list, with what
// comes after them in the path.
func Events(calendar, method string, path ...string) Request {
	return Request{Method: "events." + method, Path: append([]string{"calendars", calendar, "events"}, path...), Query: url.Values{}}
}

// Within returns the request for the part of a list that lies in the window, which is
// not empty. It asks in whole seconds.
func (rq Request) Within(window availability.Interval) Request {
	rq.Query.Set("maxResults", PageSize)
	rq.Query.Set("timeMin", window.Start.UTC().Format(time.RFC3339))
	rq.Query.Set("timeMax", window.End.Add(time.Second-1).UTC().Format(time.RFC3339))
	return rq
}

// page returns the request for the page of a list that the token names.
func (rq Request) page(token string) Request {
	if token != "" {
		rq.Query = maps.Clone(rq.Query)
		rq.Query.Set("pageToken", token)
	}
	return rq
}

// errOdd is an answer that is none of Google's, whatever its status says: the
// page on which a network asks to sign in, or a proxy's own.
type errOdd struct{ what string }

func (e *errOdd) Error() string { return "the answer is not one of Google's: " + e.what }

// Hint says what to do.
func (e *errOdd) Hint() string {
	return Between
}

// Between is what to do about an answer that is none of Google's.
var Between = calls.Between("https://www.googleapis.com")

// maxAnswer is more than any answer of the API takes: 2,500 events to a page.
const maxAnswer = 64 << 20

// send makes the call and reads its answer, nil if there is to be none. An answer
// that does not fit the request is an errOdd.
func (s *Service) send(ctx context.Context, rq Request, answer any) error {
	resp, err := s.roundTrip(ctx, rq)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	if answer == nil {
		if resp.StatusCode != http.StatusNoContent {
			return &errOdd{fmt.Sprintf("%d instead of an empty one", resp.StatusCode)}
		}
		return nil
	}
	err = decode(resp.Body, answer)
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case syntax || kind || errors.Is(err, io.EOF):
		return &errOdd{"no JSON of the API"}
	case err != nil:
		return err
	case !fits(rq, answer):
		return errElse
	}
	return nil
}

// errElse is an answer to something that was not asked.
var errElse = &errOdd{"JSON of something else"}

// A reader is an answer that reads itself from JSON, and reports whether that is to what
// was asked.
type reader interface{ read(text []byte) (fits bool) }

// decode reads an answer from JSON.
func decode(body io.Reader, answer any) error {
	r, ok := answer.(reader)
	if !ok {
		return json.NewDecoder(body).Decode(answer)
	}
	text, err := io.ReadAll(body)
	switch {
	case err != nil:
		return err
	case !json.Valid(text):
		return &errOdd{"no JSON of the API"}
	case !r.read(text):
		return errElse
	}
	return nil
}

func (s *Service) roundTrip(ctx context.Context, rq Request) (*http.Response, error) {
	parts := make([]string, len(rq.Path))
	for i, p := range rq.Path {
		parts[i] = url.PathEscape(p)
	}
	query := url.Values{"alt": {"json"}, "prettyPrint": {"false"}}
	for name, values := range rq.Query {
		query[name] = values
	}
	var body io.Reader
	if rq.Body != nil {
		text, err := json.Marshal(rq.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, rq.Verb, s.Root+strings.Join(parts, "/")+"?"+query.Encode(), body)
	if err != nil {
		return nil, errors.New("the address of the API cannot be made")
	}
	req.Header.Set("User-Agent", "peerslot")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if rq.ETag != "" {
		req.Header.Set("If-Match", rq.ETag)
	}
	return s.Client.Do(req)
}

// fits reports whether an answer is to the request: of its kind and, if it is one
// event, the one that was asked for.
func fits(rq Request, answer any) bool {
	switch a := answer.(type) {
	case *gcal.Event:
		want := rq.Path[len(rq.Path)-1]
		if sent, ok := rq.Body.(*gcal.Event); ok && sent.Id != "" {
			want = sent.Id
		}
		return a.Id == want
	case *gcal.Events:
		return a.Kind == "calendar#events" || a.AccessRole != ""
	}
	return true
}
