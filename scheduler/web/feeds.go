package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/DataDog/datadog-agent/pkg/template/html"

	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/feed"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

func (s *Server) feedRoutes(mux *http.ServeMux) {
	mux.Handle("GET /feeds", s.member(s.feedsPage))
	mux.Handle("POST /feeds", s.member(s.changeFeed))
	mux.HandleFunc("GET /feeds/{file}", s.feed)
}

type feedsData struct {
	Feeds []feedData
}

// feedData is one subscription as its page shows it.
type feedData struct {
	Group   string       // "" for all
	Address string       // "" if there is none yet
	Webcal  template.URL // the same for a calendar program; its scheme is none that templates trust
	Google  string       // where Google Calendar adds it
	Made    time.Time
}

// feedsPage shows a member what they can subscribe to.
func (s *Server) feedsPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	if !v.Member {
		return errNotFound
	}
	all, err := s.feedsOf(r, v)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "feeds", page{Title: "My subscription", Viewer: v, Here: "/feeds", Data: feedsData{all}})
}

// feedsOf returns the viewer's subscriptions: to all sessions, and to each group.
func (s *Server) feedsOf(r *http.Request, v viewer) ([]feedData, error) {
	have, err := s.Feeds.FeedsOf(r.Context(), v.Address)
	if err != nil {
		return nil, err
	}
	var out []feedData
	for _, group := range append([]string{""}, v.view.mine[v.Address]...) {
		d := feedData{Group: group}
		if i := slices.IndexFunc(have, func(f account.Feed) bool { return f.Group == group }); i >= 0 {
			d.Made = have[i].Made
			d.Address = s.URL.String() + "/feeds/" + feed.Token(s.Key, have[i]) + ".ics"
			webcal := "webcal" + strings.TrimPrefix(d.Address, s.URL.Scheme)
			d.Webcal, d.Google = template.URL(webcal), "https://calendar.google.com/calendar/r?cid="+url.QueryEscape(webcal)
		}
		out = append(out, d)
	}
	return out, nil
}

// changeFeed makes an address, a new one in its place, or ends it.
func (s *Server) changeFeed(w http.ResponseWriter, r *http.Request, v viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	group := r.PostForm.Get("group")
	if !v.Member || group != "" && !slices.Contains(v.view.mine[v.Address], group) {
		return errNotFound
	}
	if r.PostForm.Get("do") == "end" {
		if err := s.Feeds.DropFeed(r.Context(), v.Address, group); err != nil {
			return err
		}
		return s.done(w, r, "/feeds")
	}
	f := account.Feed{ID: feed.NewID(), Person: v.Address, Group: group, Made: s.Now().UTC()}
	have, err := s.Feeds.FeedsOf(r.Context(), v.Address)
	if err != nil {
		return err
	}
	for _, h := range have {
		switch {
		case h.Group != group:
		case r.PostForm.Get("do") != "renew": // pressed twice
			return s.done(w, r, "/feeds")
		default:
			f.ID, f.Serial = h.ID, h.Serial
		}
	}
	f.Serial++
	if err := s.Feeds.SaveFeed(r.Context(), f); err != nil {
		return err
	}
	return s.done(w, r, "/feeds")
}

// feed answers calendar programs. It knows no cookies and no sessions: who has the
// address may read, and an address that was ended is like none.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	now, err := s.view(r.Context())
	if err != nil {
		s.fail(w, r, viewer{Zone: time.UTC}, err)
		return
	}
	body, err := s.feedBody(r, now)
	if err != nil {
		s.fail(w, r, viewer{view: now, Zone: now.zone}, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("ETag", body.etag)
	http.ServeContent(w, r, "", body.changed, bytes.NewReader(body.text))
}

// feedBody returns what the requested address gives, errNotFound if that is nothing.
func (s *Server) feedBody(r *http.Request, now *view) (feedBody, error) {
	token, named := strings.CutSuffix(r.PathValue("file"), ".ics")
	id, ok := feed.ID(token)
	if !named || !ok {
		return feedBody{}, errNotFound
	}
	f, err := s.Feeds.Feed(r.Context(), id)
	if errors.Is(err, account.ErrNoFeed) {
		return feedBody{}, errNotFound
	}
	if err != nil {
		return feedBody{}, err
	}
	member := now.service.Workspace.Roster.Has(f.Person)
	if !feed.Opens(s.Key, token, f) || !member || f.Group != "" && !slices.Contains(now.mine[f.Person], f.Group) {
		return feedBody{}, errNotFound
	}
	return s.bodies.body(r, s, now, f)
}

// A feedBody is a feed as it is sent.
type feedBody struct {
	text    []byte
	etag    string
	changed time.Time
}

// bodiesFor is how long a body is kept: what is over leaves a feed with time alone.
const bodiesFor = time.Hour

// A bodyCache keeps the bodies that were asked for of one view.
type bodyCache struct {
	mu      sync.Mutex
	of      *view
	at      time.Time
	invited *feed.Invited
	bodies  map[bodyKey]feedBody
}

type bodyKey struct{ person, group string }

func (c *bodyCache) body(r *http.Request, s *Server, now *view, f account.Feed) (feedBody, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := s.Now()
	if c.of != now || at.Sub(c.at) > bodiesFor {
		invited, err := feed.NewInvited(r.Context(), now.service)
		if err != nil {
			return feedBody{}, err
		}
		c.of, c.at, c.invited, c.bodies = now, at, invited, map[bodyKey]feedBody{}
	}
	key := bodyKey{string(f.Person), f.Group}
	if kept, ok := c.bodies[key]; ok {
		return kept, nil
	}
	person := now.service.Workspace.Roster.Of(f.Person)
	mine, err := c.invited.Of(r.Context(), person)
	if err != nil {
		return feedBody{}, err
	}
	made, err := feed.Of(now.service.Workspace, mine, person, f.Group, at)
	if err != nil {
		return feedBody{}, err
	}
	for _, fault := range made.Faults {
		s.Log.Warn("a series is not in a feed", "err", fault)
	}
	sum := sha256.Sum256(made.Text)
	c.bodies[key] = feedBody{made.Text, `"` + hex.EncodeToString(sum[:16]) + `"`, made.Changed}
	return c.bodies[key], nil
}
