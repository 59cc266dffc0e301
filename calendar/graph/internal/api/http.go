package api

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

// Prefer asks for ids that stay, times in UTC and texts without HTML.
const Prefer = `IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"`

// PreferHTML asks for texts as they are.
const PreferHTML = `IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="html"`

// maxAnswer bounds an answer: 1,000 events of 500 attendees are less.
const maxAnswer = 64 << 20

// errNoList says that an answer is JSON, but not the list that was asked for.
var errNoList = errors.New("the answer holds no list")

// A Call is one request, and the status that says that it was carried out.
type Call struct {
	Name   string // for counts and errors
	Method string
	Path   string // below the root, with its query
	Body   any    // nil if there is none
	ETag   string // "" if it does not matter whether somebody changed the same meanwhile
	Want   int
	Prefer string // "" means Prefer
}

// A Client makes calls for what is in one mailbox.
type Client struct {
	Root    *url.URL
	HTTP    *http.Client // signs in
	Line    *calls.Line
	Mailbox string // address
}

// Path returns the path below the root of something in the organizer's mailbox.
func (b *Client) Path(query url.Values, parts ...string) string {
	p := "/users/" + url.PathEscape(b.Mailbox)
	for _, part := range parts {
		p += "/" + url.PathEscape(part)
	}
	if len(query) > 0 {
		// A plus is a blank only in forms.
		p += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return p
}

// Read makes a call that changes nothing, and decodes the answer into a T.
func Read[T any](ctx context.Context, b *Client, c Call) (T, error) {
	v, err := calls.Read(ctx, b.Line, c.Name, func(ctx context.Context) (T, error) { return send[T](ctx, b, c) })
	return v, exhausted(err)
}

// Write makes a call that changes something, as [calls.Write].
func Write[T any](ctx context.Context, b *Client, c Call) (T, error) {
	v, err := calls.Write(ctx, b.Line, c.Name, func(ctx context.Context) (T, error) { return send[T](ctx, b, c) })
	return v, exhausted(err)
}

// send makes the call once. An answer that is not the documented one is an error
// that leaves open what was done.
func send[T any](ctx context.Context, b *Client, c Call) (out T, err error) {
	req, err := b.request(ctx, c)
	if err != nil {
		return out, err
	}
	resp, err := b.HTTP.Do(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return out, fmt.Errorf("the answer broke off: %w", err)
	}
	return Decode[T](c, Answer{resp.StatusCode, resp.Header, data})
}

func (b *Client) request(ctx context.Context, c Call) (*http.Request, error) {
	var body io.Reader
	if c.Body != nil {
		data, err := json.Marshal(c.Body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, b.Root.String()+c.Path, body)
	if err != nil {
		return nil, err
	}
	for name, value := range c.headers() {
		req.Header.Set(name, value)
	}
	return req, nil
}

func (c Call) headers() map[string]string {
	h := map[string]string{"Accept": "application/json", "Prefer": Prefer}
	if c.Prefer != "" {
		h["Prefer"] = c.Prefer
	}
	if c.Body != nil {
		h["Content-Type"] = "application/json"
	}
	if c.ETag != "" {
		h["If-Match"] = c.ETag
	}
	return h
}

// An Answer is what came back, alone or in a batch.
type Answer struct {
	status int
	header http.Header
	body   []byte
}

// None is what calls return whose answer has no body.
type None struct{}

// Decode returns what an answer says, or why it says nothing. No text of it is in the error.
func Decode[T any](c Call, a Answer) (out T, err error) {
	if a.status != c.Want {
		return out, errorOf(c, a)
	}
	if _, empty := any(out).(None); empty {
		return out, nil
	}
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind != "" && kind != "application/json" {
		return out, &oddError{kind + ", not JSON"}
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		// Its text may quote the answer's.
		return out, &oddError{"not the JSON that was asked for"}
	}
	return out, nil
}

// Pages reads all pages of a list, which c begins, and returns the last. A list that leads
// back, or on for ever, is an error.
func (b *Client) Pages(ctx context.Context, c Call, each func(Event)) (Page, error) {
	for range calls.MaxPages {
		p, err := Read[Page](ctx, b, c)
		if err != nil {
			return p, err
		}
		for _, e := range p.Value {
			each(e)
		}
		if p.Next == "" {
			return p, nil
		}
		next, err := b.OnRoot(p.Next)
		if err != nil {
			return p, fmt.Errorf("microsoft %s: %w", c.Name, err)
		}
		if next == c.Path {
			break
		}
		c.Path = next
	}
	return Page{}, fmt.Errorf("microsoft %s: %w", c.Name, calls.ErrNoEnd)
}

// OnRoot returns the path below the root of a link that Graph gave. Tokens go to the
// root alone, whatever host the link names.
func (b *Client) OnRoot(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		return "", errors.New("the link to the next page cannot be read")
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), b.Root.EscapedPath())
	if !ok || !strings.HasPrefix(path, "/") {
		_, path, ok = strings.Cut(u.EscapedPath(), "/v1.0/")
		if path = "/" + path; !ok {
			return "", errors.New("the link to the next page leads elsewhere")
		}
	}
	return path + "?" + u.RawQuery, nil
}
