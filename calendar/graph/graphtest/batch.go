package graphtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// serveBatch is json-batching: up to 20 requests, each answered by itself, in any
// order. No more than four reach Exchange at once: the rest is throttled singly.
func (s *Server) serveBatch(w http.ResponseWriter, r *http.Request) {
	leave, ok := s.enter(1)
	if !ok {
		webtest.SendError(w, webtest.Refuse(http.StatusTooManyRequests, "ApplicationThrottled"), errorBody)
		return
	}
	defer leave()
	var body struct {
		Requests []struct {
			ID, Method, URL string
			Headers         map[string]string
			Body            json.RawMessage
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Requests) == 0 || len(body.Requests) > 20 {
		s.T.Errorf("a batch of %d: %v", len(body.Requests), err)
		webtest.SendError(w, webtest.Refuse(http.StatusBadRequest, "BadRequest"), errorBody)
		return
	}
	fault := s.Next("batch")
	answer, err := fault.Around(r, func() (any, error) {
		responses := []any{}
		seen := map[string]bool{}
		for i, one := range body.Requests {
			if seen[one.ID] || !strings.HasPrefix(one.URL, "/users/") {
				s.T.Errorf("a batch with %q twice, or for %s", one.ID, one.URL)
			}
			seen[one.ID] = true
			req, err := http.NewRequestWithContext(r.Context(), one.Method, s.Endpoint()+one.URL, bytes.NewReader(one.Body))
			if err != nil {
				return nil, err
			}
			for name, value := range one.Headers {
				req.Header.Set(name, value)
			}
			req.Header.Set("Authorization", r.Header.Get("Authorization"))
			responses = append(responses, s.answerOne(one.ID, req, i >= s.batchLimit()))
		}
		slices.Reverse(responses)
		return doc{"responses": responses}, nil
	})
	if err != nil {
		webtest.SendError(w, err, errorBody)
		return
	}
	fault.Send(w, http.StatusOK, answer)
}

func (s *Server) batchLimit() int {
	if s.Limit == 0 {
		return 4
	}
	return s.Limit
}

func (s *Server) answerOne(id string, r *http.Request, throttled bool) doc {
	answer := func(status int, headers doc, body any) doc {
		return doc{"id": id, "status": status, "headers": headers, "body": body}
	}
	if throttled {
		return answer(http.StatusTooManyRequests, doc{"Retry-After": "1", "Content-Type": "application/json"}, errorBody(&webtest.Refusal{Reason: "ApplicationThrottled"}))
	}
	m, req, err := s.parse(r)
	if err != nil {
		s.T.Errorf("in a batch: %s %s: %v", r.Method, r.URL, err)
		return answer(http.StatusBadRequest, nil, errorBody(&webtest.Refusal{Reason: "BadRequest"}))
	}
	s.Next(m.name)
	got, err := s.dispatch(m, req)
	if e, ok := errors.AsType[*webtest.Refusal](err); ok {
		return answer(e.Status, nil, errorBody(e))
	}
	d, _ := got.(doc)
	return answer(m.status, doc{"Content-Type": "application/json"}, d)
}
