package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/peerslot/peerslot/calendar/internal/calls"
)

// prefer asks for ids that stay, times in UTC and texts without HTML.
const prefer = `IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"`

// preferHTML asks for texts as they are.
const preferHTML = `IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="html"`

// maxAnswer bounds an answer: 1,000 events of 500 attendees are less.
const maxAnswer = 64 << 20

// errNoList says that an answer is JSON, but not the list that was asked for.
var errNoList = errors.New("the answer holds no list")

// A call is one request, and the status that says that it was carried out.
type call struct {
	name   string // for counts and errors
	method string
	path   string // below the root, with its query
	body   any    // nil if there is none
	etag   string // "" if it does not matter whether somebody changed the same meanwhile
	want   int
	prefer string // "" means prefer
}

// path returns the path below the root of something in the organizer's mailbox.
func (b *Backend) path(query url.Values, parts ...string) string {
	p := "/users/" + url.PathEscape(string(b.cfg.Organizer))
	for _, part := range parts {
		p += "/" + url.PathEscape(part)
	}
	if len(query) > 0 {
		// A plus is a blank only in forms.
		p += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return p
}

// read makes a call that changes nothing, and decodes the answer into a T.
func read[T any](ctx context.Context, b *Backend, c call) (T, error) {
	v, err := calls.Read(ctx, b.line, c.name, func(ctx context.Context) (T, error) { return send[T](ctx, b, c) })
	return v, exhausted(err)
}

// write makes a call that changes something, as [calls.Write].
func write[T any](ctx context.Context, b *Backend, c call) (T, error) {
	v, err := calls.Write(ctx, b.line, c.name, func(ctx context.Context) (T, error) { return send[T](ctx, b, c) })
	return v, exhausted(err)
}

// send makes the call once. An answer that is not the documented one is an error
// that leaves open what was done.
func send[T any](ctx context.Context, b *Backend, c call) (out T, err error) {
	req, err := b.request(ctx, c)
	if err != nil {
		return out, err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return out, fmt.Errorf("the answer broke off: %w", err)
	}
	return decode[T](c, answer{resp.StatusCode, resp.Header, data})
}

func (b *Backend) request(ctx context.Context, c call) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		data, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, b.root.String()+c.path, body)
	if err != nil {
		return nil, err
	}
	for name, value := range c.headers() {
		req.Header.Set(name, value)
	}
	return req, nil
}

func (c call) headers() map[string]string {
	h := map[string]string{"Accept": "application/json", "Prefer": prefer}
	if c.prefer != "" {
		h["Prefer"] = c.prefer
	}
	if c.body != nil {
		h["Content-Type"] = "application/json"
	}
	if c.etag != "" {
		h["If-Match"] = c.etag
	}
	return h
}

// An answer is what came back, alone or in a batch.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// none is what calls return whose answer has no body.
type none struct{}

func decode[T any](c call, a answer) (out T, err error) {
	if a.status != c.want {
		return out, errorOf(c, a)
	}
	if _, empty := any(out).(none); empty {
		return out, nil
	}
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind != "" && kind != "application/json" {
		return out, fmt.Errorf("the answer is %s, not JSON", kind)
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		// Its text may quote the answer's.
		return out, errors.New("the answer is not the JSON that was asked for")
	}
	return out, nil
}

// onRoot returns the path below the root of a link that Graph gave. Tokens go to the
// root alone, whatever host the link names.
func (b *Backend) onRoot(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		return "", errors.New("the link to the next page cannot be read")
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), b.root.EscapedPath())
	if !ok || !strings.HasPrefix(path, "/") {
		_, path, ok = strings.Cut(u.EscapedPath(), "/v1.0/")
		if path = "/" + path; !ok {
			return "", errors.New("the link to the next page leads elsewhere")
		}
	}
	return path + "?" + u.RawQuery, nil
}
