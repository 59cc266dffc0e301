package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/web/issuer"
)

// run sends what is asked for until the returned function is called; then all of it is.
func (s *site) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return func() {
		cancel()
		wait.Wait()
	}
}

// links returns the paths of the links that were sent to a person.
func (s *site) links(a calendar.Address) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, l := range s.sent[a] {
		out = append(out, strings.TrimPrefix(l, s.URL.String()))
	}
	return out
}

// ask asks for a link and returns its path, "" if none was sent.
func (c *client) ask(t *testing.T, a string, next string) string {
	t.Helper()
	stop := c.site.run(t)
	w := c.post("/signin", url.Values{"email": {a}, "next": {next}})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("asking: %d\n%s", w.Code, w.Body)
	}
	stop()
	all := c.site.links(calendar.Address(strings.ToLower(a)))
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

func TestSignInByLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.browser(t)
	link := c.ask(t, "Ana@acme.example", "/hours")
	for range 3 { // scanners open links
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if w := s.browser(t).do(httptest.NewRequest(method, link, nil)); w.Code != http.StatusOK {
				t.Fatalf("%s of the link: %d", method, w.Code)
			}
		}
	}
	page := c.get(link)
	if strings.Contains(page.Body.String(), "<script") || strings.Contains(page.Body.String(), "ana@") {
		t.Errorf("the page of the link has a script, or says whose it is:\n%s", page.Body)
	}
	w := c.post(link, url.Values{"next": {"/hours"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/hours" {
		t.Fatalf("pressing the button: %d to %q", w.Code, w.Header().Get("Location"))
	}
	i := slices.IndexFunc(w.Result().Cookies(), func(c *http.Cookie) bool { return c.Name == "__Host-peerslot" })
	if i < 0 {
		t.Fatal("there is no cookie of a session")
	}
	if cookie := w.Result().Cookies()[i]; !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("the cookie is %v", cookie)
	}
	c.read("/hours")
	for _, again := range []*httptest.ResponseRecorder{s.browser(t).get(link), s.browser(t).post(link, url.Values{"email": {string(ana)}}), s.browser(t).get("/signin/nonsense")} {
		if again.Code != http.StatusGone || !strings.Contains(again.Body.String(), "Send me a link") {
			t.Errorf("the link once more: %d; want 410 with the form", again.Code)
		}
	}
}

func TestLinkInAnotherBrowserAsksForTheAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	link := s.browser(t).ask(t, string(ana), "")
	other := s.browser(t)
	for _, typed := range []string{"", "bo@acme.example", "nonsense"} {
		if w := other.post(link, url.Values{"email": {typed}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q typed: %d, want 422", typed, w.Code)
		}
	}
	if w := other.post(link, url.Values{"email": {" ANA@acme.example "}}); w.Code != http.StatusSeeOther {
		t.Errorf("her address typed: %d", w.Code)
	}
	other.read("/")
}

func TestOldLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.browser(t)
	link := c.ask(t, string(ana), "")
	s.now = s.now.Add(15 * time.Minute)
	if w := c.post(link, url.Values{}); w.Code != http.StatusGone {
		t.Errorf("after 15 minutes: %d, want 410", w.Code)
	}
	for name, w := range map[string]*httptest.ResponseRecorder{"opened": s.as(t, ana).get(link + "?next=/hours"), "pressed": s.as(t, ana).post(link, url.Values{"next": {"/hours"}})} {
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/hours" {
			t.Errorf("an old link, %s by who is signed in: %d to %q; want to the page", name, w.Code, w.Header().Get("Location"))
		}
	}
}

// Nobody is told to wait for a mail that nothing sends.
func TestWhereLinksCome(t *testing.T) {
	t.Parallel()
	const form, mailed = "Send me a link", "You get a mail with a link"
	for name, c := range map[string]struct {
		with      func(*site)
		says, not string
	}{
		"by mail":    {func(*site) {}, mailed, "is printed"},
		"printed":    {func(s *site) { s.Printed = func() bool { return true } }, "is printed in the window in which peerslot runs", mailed},
		"not at all": {func(s *site) { s.SendLink = nil }, "Ask who runs peerslot for a link", form},
		"a provider": {func(s *site) { s.SendLink, s.OIDC = nil, &issuer.Provider{} }, `class="button primary" href="/signin/oidc`, form},
	} {
		if page := newSite(t, c.with).browser(t).read("/signin"); !strings.Contains(page, c.says) || strings.Contains(page, c.not) {
			t.Errorf("%s: the page does not say %q, or says %q:\n%s", name, c.says, c.not, page)
		}
	}
}

func TestAskingTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stop := s.run(t)
	answer := func(a string) (string, string) {
		w := s.browser(t).post("/signin", url.Values{"email": {a}})
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%s: cookies %v", a, cookies)
		}
		return w.Header().Get("Location") + w.Body.String(), cookies[0].Name
	}
	known, cookie := answer(string(ana))
	unknown, other := answer("eve@acme.example")
	if known != unknown || cookie != other {
		t.Errorf("answers to somebody known and unknown differ:\n%s\n%s", known, unknown)
	}
	stop()
	if len(s.links(ana)) != 1 || len(s.links("eve@acme.example")) != 0 {
		t.Errorf("links sent: %v", s.sent)
	}
	if strings.Contains(s.log.String(), "eve@") || strings.Contains(s.log.String(), "ana@") {
		t.Errorf("the log says who asked:\n%s", s.log.String())
	}
}

func TestFewLinksAreSent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ask := func(times int) {
		stop := s.run(t)
		for range times {
			if w := s.browser(t).post("/signin", url.Values{"email": {string(ana)}}); w.Code != http.StatusSeeOther {
				t.Fatalf("asking: %d", w.Code)
			}
		}
		stop()
	}
	ask(5)
	if got := len(s.links(ana)); got != 3 {
		t.Errorf("%d links within 15 minutes, want 3", got)
	}
	for range 5 {
		s.now = s.now.Add(time.Hour)
		ask(3)
	}
	if got := len(s.links(ana)); got != 10 {
		t.Errorf("%d links within a day, want 10", got)
	}
	s.now = s.now.AddDate(0, 0, 1)
	ask(1)
	if got := len(s.links(ana)); got != 11 {
		t.Errorf("%d links once the day is over, want 11", got)
	}
}

func TestAliasesSignInAsThePerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	person := s.here.Service.Workspace.Roster.Of(ana)
	person.Aliases = []calendar.Address{"a.lima@acme.example"}
	s.here.Service.Workspace.Roster.Put(person)
	c := s.browser(t)
	link := c.ask(t, "a.lima@acme.example", "")
	if link == "" {
		t.Fatal("no link was sent to the alias")
	}
	c.post(link, url.Values{})
	if page := c.read("/"); !strings.Contains(page, "Ana Lima") {
		t.Errorf("the alias signs in as somebody else:\n%s", page)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	signedIn := func(c *client) bool { return c.get("/").Code == http.StatusOK }
	for name, end := range map[string]func(s *site, c, other *client){
		"by signing out":            func(_ *site, c, _ *client) { c.post("/signout", url.Values{}) },
		"by signing out everywhere": func(_ *site, _, other *client) { other.post("/signout", url.Values{"everywhere": {"1"}}) },
		"after 30 idle days":        func(s *site, _, _ *client) { s.now = s.now.AddDate(0, 0, 31) },
		"when the person leaves":    func(s *site, _, _ *client) { s.here.Service.Workspace.Roster.Remove(ana); s.here.Stamp++ },
		"after 90 days of use": func(s *site, c, _ *client) {
			for range 91 {
				s.now = s.now.AddDate(0, 0, 1)
				c.get("/")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c, other := s.as(t, ana), s.as(t, ana)
			if !signedIn(c) || !signedIn(other) {
				t.Fatal("nobody is signed in")
			}
			end(s, c, other)
			if signedIn(c) {
				t.Error("the session goes on")
			}
			if name == "by signing out" && !signedIn(other) {
				t.Error("the session in another browser ended too")
			}
		})
	}
}

func TestAdminsSessionsAreShort(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, mia)
	s.now = s.now.Add(11 * time.Hour)
	if w := c.get("/groups/leads"); w.Code != http.StatusOK {
		t.Errorf("after 11 hours: %d", w.Code)
	}
	s.now = s.now.Add(13 * time.Hour)
	if w := c.get("/groups/leads"); w.Code != http.StatusSeeOther {
		t.Errorf("after 13 idle hours: %d, want that the session ended", w.Code)
	}
}

// A session is new at each sign-in: what was planted in the browser before is worth
// nothing after it.
func TestSignInRenewsTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, bo)
	old := c.jar.Cookies(s.URL)
	link, err := s.Link(t.Context(), ana, "", "")
	if err != nil {
		t.Fatal(err)
	}
	c.post(strings.TrimPrefix(link, s.URL.String()), url.Values{"email": {string(ana)}})
	if page := c.read("/"); !strings.Contains(page, "Ana Lima") {
		t.Errorf("the browser is not ana's now:\n%s", page)
	}
	planted := s.browser(t)
	planted.jar.SetCookies(s.URL, old)
	if w := planted.get("/"); w.Code != http.StatusSeeOther {
		t.Errorf("bo's old session in the same browser: %d, want that it ended", w.Code)
	}
}

func TestNextIsAPageOfOurs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for next, want := range map[string]string{
		"/hours": "/hours", "/groups/leads?x=1": "/groups/leads?x=1", "": "/",
		"//evil.example": "/", `/\evil.example`: "/", "https://evil.example/": "/", "/nowhere": "/", "/signin": "/", "/signout": "/", "hours": "/", "/%0d%0aSet-Cookie:x": "/",
	} {
		c := s.browser(t)
		link, err := s.Link(t.Context(), ana, "", next)
		if err != nil {
			t.Fatal(err)
		}
		w := c.post(strings.TrimPrefix(link, s.URL.String()), url.Values{"email": {string(ana)}, "next": {next}})
		if w.Header().Get("Location") != want {
			t.Errorf("next %q leads to %q, want %q", next, w.Header().Get("Location"), want)
		}
		if c.get("/signin?next="+url.QueryEscape(next)).Header().Get("Location") != want {
			t.Errorf("/signin with next %q leads elsewhere than to %q", next, want)
		}
	}
}
