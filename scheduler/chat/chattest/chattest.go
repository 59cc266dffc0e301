// Package chattest is a stand-in for Slack: as much of its Web API as channels for
// groups need, with its rules for names, invitations and who sees what, and with
// faults on demand.
package chattest

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Self is the ID of the app's own user.
const Self = "UAPP"

// A Channel is a channel as the stand-in has it.
type Channel struct {
	ID, Name, Creator, Purpose string
	PurposeSet                 int // how often
	Private, Archived          bool
	Members                    []string // IDs
	Posts                      []string // texts
	By                         []string // who posted them
}

// A Fault is something that goes wrong once.
type Fault struct {
	Status int    // of the answer, such as 429
	After  string // Retry-After
	Code   string // Slack's word for it, in an answer with status 200
	Drop   bool   // the change is made, and its answer never arrives
}

// A Server is a Slack workspace. Its fields may be changed between calls.
type Server struct {
	Token    string
	Users    map[string]string // ID by mail address
	Deleted  map[string]bool   // by ID
	Barred   map[string]string // code with which an invitation of the ID is refused
	Unscoped map[string]bool   // methods for which the token has no scope

	mu       sync.Mutex
	channels []*Channel
	faults   map[string][]Fault
	calls    []string // method and what it was asked, without the token
}

// New returns a workspace with the people, whose IDs are U and what stands before
// the @ in upper case.
func New(token string, people ...string) *Server {
	s := &Server{Token: token, Users: map[string]string{}, Deleted: map[string]bool{}, Barred: map[string]string{}, Unscoped: map[string]bool{}, faults: map[string][]Fault{}}
	for _, p := range people {
		local, _, _ := strings.Cut(p, "@")
		s.Users[p] = "U" + strings.ToUpper(local)
	}
	return s
}

// Start serves on a port of this machine until the test ends, and returns the URL.
func (s *Server) Start(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL
}

// Add adds a channel that is there already.
func (s *Server) Add(c Channel) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.ID == "" {
		c.ID = "C" + strconv.Itoa(len(s.channels)+1)
	}
	s.channels = append(s.channels, &c)
	return &c
}

// Fail makes the next call of the method go wrong; several of them one after the
// other.
func (s *Server) Fail(method string, f ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], f...)
}

// Channel returns the channel of that name, nil if there is none.
func (s *Server) Channel(name string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.named(name)
}

// Channels returns how many channels there are, archived ones too.
func (s *Server) Channels() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.channels)
}

// Calls returns the calls since the last time it was called.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// RoundTrip lets a Server stand for the network, too, where time is a fake one.
func (s *Server) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = nil, io.ErrUnexpectedEOF
		}
	}()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	return w.Result(), nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	method = strings.TrimPrefix(method, "/")
	s.calls = append(s.calls, method+" "+asked(form))
	var fault Fault
	if f := s.faults[method]; len(f) > 0 {
		fault, s.faults[method] = f[0], f[1:]
	}
	if fault.Status != 0 {
		w.Header().Set("Retry-After", fault.After)
		w.WriteHeader(fault.Status)
		return
	}
	answer := map[string]any{"ok": false, "error": fault.Code}
	if fault.Code == "" {
		answer = s.answer(method, form)
	}
	if fault.Drop {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// asked writes the parameters of a call in their order.
func asked(form url.Values) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(form)) {
		if k != "token" {
			parts = append(parts, k+"="+form.Get(k))
		}
	}
	return strings.Join(parts, " ")
}

func failed(code string) map[string]any { return map[string]any{"ok": false, "error": code} }

func done(more map[string]any) map[string]any {
	answer := map[string]any{"ok": true}
	maps.Copy(answer, more)
	return answer
}

func (s *Server) answer(method string, form url.Values) map[string]any {
	switch {
	case form.Get("token") != s.Token:
		return failed("invalid_auth")
	case s.Unscoped[method]:
		return map[string]any{"ok": false, "error": "missing_scope", "needed": "a:scope", "provided": "none"}
	}
	switch method {
	case "auth.test":
		return done(map[string]any{"user_id": Self})
	case "users.lookupByEmail":
		return s.lookUp(form.Get("email"))
	case "conversations.list":
		return s.list(form)
	case "conversations.create":
		return s.create(form)
	}
	c := s.byID(form.Get("channel"))
	switch {
	case c == nil || !slices.Contains(c.Members, Self):
		return failed("channel_not_found")
	case c.Archived:
		return failed("is_archived")
	}
	return s.inChannel(method, c, form)
}

// inChannel answers calls about a channel that the app is in.
func (s *Server) inChannel(method string, c *Channel, form url.Values) map[string]any {
	switch method {
	case "conversations.members":
		page, next := page(c.Members, form)
		return done(map[string]any{"members": page, "response_metadata": map[string]any{"next_cursor": next}})
	case "conversations.rename":
		if code := s.checkName(form.Get("name")); code != "" {
			return failed(code)
		}
		c.Name = form.Get("name")
	case "conversations.setPurpose":
		c.Purpose = form.Get("purpose")
		c.PurposeSet++
		if len([]rune(c.Purpose)) > 250 {
			return failed("too_long")
		}
	case "conversations.archive":
		c.Archived = true
		c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == Self }) // as Slack does with bots
		return done(nil)
	case "conversations.invite":
		return s.invite(c, strings.Split(form.Get("users"), ","))
	case "conversations.history":
		return history(c)
	case "chat.postMessage":
		c.Posts, c.By = append(c.Posts, form.Get("text")), append(c.By, Self)
		return done(map[string]any{"channel": c.ID, "ts": strconv.Itoa(len(c.Posts))})
	default:
		return failed("unknown_method")
	}
	return done(map[string]any{"channel": c.json()})
}

func (c *Channel) json() map[string]any {
	return map[string]any{
		"id": c.ID, "name": c.Name, "creator": c.Creator, "is_private": c.Private, "is_archived": c.Archived,
		"purpose": map[string]any{"value": c.Purpose, "last_set": c.PurposeSet},
	}
}

func (s *Server) lookUp(email string) map[string]any {
	id, ok := s.Users[email]
	if !ok {
		return failed("users_not_found")
	}
	return done(map[string]any{"user": map[string]any{"id": id, "deleted": s.Deleted[id]}})
}

// list answers with two channels a page, and before them a page without any.
func (s *Server) list(form url.Values) map[string]any {
	var all []map[string]any
	types := strings.Split(form.Get("types"), ",")
	for _, c := range s.channels {
		seen := !c.Private && slices.Contains(types, "public_channel") ||
			c.Private && slices.Contains(types, "private_channel") && slices.Contains(c.Members, Self)
		if seen && !(c.Archived && form.Get("exclude_archived") == "true") {
			all = append(all, c.json())
		}
	}
	if form.Get("cursor") == "" {
		return done(map[string]any{"channels": []any{}, "response_metadata": map[string]any{"next_cursor": "0"}})
	}
	page, next := page(all, form)
	return done(map[string]any{"channels": page, "response_metadata": map[string]any{"next_cursor": next}})
}

// page returns the two that follow the cursor.
func page[T any](all []T, form url.Values) (page []T, next string) {
	from, _ := strconv.Atoi(form.Get("cursor"))
	from = min(from, len(all))
	to := min(from+2, len(all))
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return all[from:to], next
}

// channelName is made when it is asked for: the classes are large, and every run of the program in a test would wait for it.
var channelName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{Nd}_-]{1,80}$`) })

func (s *Server) checkName(name string) string {
	switch {
	case !channelName().MatchString(name):
		return "invalid_name_specials"
	case s.named(name) != nil:
		return "name_taken"
	}
	return ""
}

func (s *Server) create(form url.Values) map[string]any {
	if code := s.checkName(form.Get("name")); code != "" {
		return failed(code)
	}
	c := &Channel{ID: "C" + strconv.Itoa(len(s.channels)+1), Name: form.Get("name"), Creator: Self, Private: form.Get("is_private") == "true", Members: []string{Self}}
	s.channels = append(s.channels, c)
	return done(map[string]any{"channel": c.json()})
}

// invite invites all or, if one of them cannot be, nobody.
func (s *Server) invite(c *Channel, ids []string) map[string]any {
	for _, id := range ids {
		code := s.Barred[id]
		switch {
		case slices.Contains(c.Members, id):
			code = "already_in_channel"
		case !slices.Contains(slices.Collect(maps.Values(s.Users)), id):
			code = "user_not_found"
		}
		if code != "" {
			return map[string]any{"ok": false, "error": code, "errors": []any{map[string]any{"ok": false, "error": code, "user": id}}}
		}
	}
	c.Members = append(c.Members, ids...)
	return done(map[string]any{"channel": c.json()})
}

// history answers with the messages, newest first, and what Slack itself says
// about the purpose between them.
func history(c *Channel) map[string]any {
	messages := []any{}
	for i, text := range c.Posts {
		messages = append(messages, map[string]any{"type": "message", "user": c.By[i], "text": text})
	}
	messages = append(messages, map[string]any{"type": "message", "subtype": "group_purpose", "user": Self, "text": "set the purpose"})
	slices.Reverse(messages)
	return done(map[string]any{"messages": messages, "has_more": false})
}

func (s *Server) named(name string) *Channel {
	for _, c := range s.channels {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (s *Server) byID(id string) *Channel {
	for _, c := range s.channels {
		if c.ID == id {
			return c
		}
	}
	return nil
}
