package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/store"
)

// Who has a copy of the store has nothing that opens a page or a feed.
func TestStolenStoreOpensNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newSite(t, func(s *site) {
		st, err := store.Open(t.Context(), filepath.Join(dir, "stolen.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		s.store, s.Accounts, s.Feeds, s.here.Service.Store = st, st, st, st
	})
	s.book(t)
	c := s.browser(t)
	c.post(c.ask(t, string(ana), ""), url.Values{})
	secrets := map[string]string{"the address of a feed": strings.TrimSuffix(path.Base(subscribe(t, c, "")), ".ics")}
	waiting, err := s.Link(t.Context(), bo, "", "")
	if err != nil {
		t.Fatal(err)
	}
	secrets["a link to sign in"] = path.Base(waiting)
	for _, cookie := range append(c.jar.Cookies(s.URL), s.browser(t).post("/signin", url.Values{"email": {string(bo)}}).Result().Cookies()...) {
		secrets["the cookie "+cookie.Name] = cookie.Value
	}
	if len(secrets) < 4 {
		t.Fatalf("there is nothing to look for: %v", secrets)
	}
	var stolen []byte
	files, err := os.ReadDir(dir) // the journal, too
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		part, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		stolen = append(stolen, part...)
	}
	for what, secret := range secrets {
		if bytes.Contains(stolen, []byte(secret)) {
			t.Errorf("the store has %s", what)
		}
	}
	session := secrets["the cookie __Host-peerslot"]
	sum := sha256.Sum256([]byte(session))
	kept := hex.EncodeToString(sum[:])
	if !bytes.Contains(stolen, []byte(kept)) {
		t.Fatal("the session is kept as something else; what the store has is to be tried")
	}
	thief := s.browser(t)
	thief.jar.SetCookies(s.URL, []*http.Cookie{{Name: "__Host-peerslot", Value: kept, Secure: true, Path: "/"}})
	if w := thief.get("/"); w.Code != http.StatusSeeOther {
		t.Errorf("what the store has of a session signs in: %d", w.Code)
	}
}

// Every cookie is sent to us alone, by https alone, and read by no script.
func TestCookiesAreForUsAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, withOIDC(newIssuer(t), false))
	c := s.browser(t)
	asked := c.post("/signin", url.Values{"email": {string(ana)}})
	way := c.get("/signin/oidc")
	in := c.post(s.browser(t).ask(t, string(ana), ""), url.Values{"email": {string(ana)}})
	out := c.post("/signout", url.Values{})
	seen := map[string]bool{}
	for _, w := range []*httptest.ResponseRecorder{asked, way, in, out} {
		for _, cookie := range w.Result().Cookies() {
			seen[cookie.Name] = true
			if !strings.HasPrefix(cookie.Name, "__Host-") || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.MaxAge == 0 {
				t.Errorf("the cookie is %v", cookie)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("cookies %v; want those of asking, of the way to the provider, and of the session", seen)
	}
}

// What scanners do to a link spends nothing of it.
func TestScannersSpendNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.browser(t)
	to := c.ask(t, string(ana), "")
	scanner := s.browser(t)
	for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodOptions, http.MethodPut, http.MethodDelete} {
		scanner.do(httptest.NewRequest(method, to, nil))
	}
	for _, from := range []string{"", "cross-site"} { // some press the button: they do not know whose the link is
		r := httptest.NewRequest(http.MethodPost, to, nil)
		r.Header.Set("Sec-Fetch-Site", from)
		scanner.do(r)
	}
	if w := scanner.get("/"); w.Code != http.StatusSeeOther {
		t.Errorf("the scanner is signed in: %d", w.Code)
	}
	if w := c.post(to, url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("the link once a scanner was there: %d, want that it signs in", w.Code)
	}
}

// Nobody learns from the answer to a method or a form of a path whether a group is there.
func TestGroupsOfOthersAreNotThereByAnyMeans(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	c := s.as(t, dee)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions} {
		for _, form := range []string{"/groups/%s", "/groups/%s/", "/groups/%s/answer", "/groups/%s/leave", "/groups/%s/series.ics", "/groups/%s/week.svg", "/groups/%s?x=1", "/groups//%s", "/groups/./%s", "/GROUPS/%s", "/groups/%s%%20", "/groups/%s%%00"} {
			answer := func(group string) string {
				r := httptest.NewRequest(method, strings.ReplaceAll(strings.Replace(form, "%s", group, 1), "%%", "%"), nil)
				r.Header.Set("Sec-Fetch-Site", "same-origin")
				var text bytes.Buffer
				if err := c.do(r).Result().Write(&text); err != nil {
					t.Fatal(err)
				}
				return strings.ReplaceAll(text.String(), group, "GROUP")
			}
			if there, not := answer("leads"), answer("leaps"); there != not {
				t.Errorf("%s %s of a group that is there:\n%s\nof one that is not:\n%s", method, form, there, not)
			}
		}
	}
}

// Whatever is opened, with whatever of a form in its address, changes nothing.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	p := filledPlanner()
	s := newSite(t, withPlanner(p), func(s *site) {
		s.here.Service.Workspace.Programs = append(s.here.Service.Workspace.Programs, programOf("circles"))
		s.here.Service.Workspace.Groups[0].Program = "circles"
	})
	s.fill(t)
	bookings, err := s.store.Bookings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	member, admin := s.as(t, ana), s.as(t, mia)
	state := func() string {
		revision, err := s.store.Revision(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		feeds, err := s.store.FeedsOf(t.Context(), ana)
		if err != nil {
			t.Fatal(err)
		}
		_, answers, err := s.store.Answers(t.Context(), bookings[0].Series.UID)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(revision, feeds, answers, p.applied, len(s.sent))
	}
	before := state()
	for _, c := range []*client{member, admin} {
		for _, path := range []string{"/", "/signin", "/signout", "/hours", "/hours/roster", "/hours/rejoin", "/groups/leads", "/groups/leads/answer", "/groups/leads/leave", "/feeds", "/admin", "/admin/plan", "/admin/report"} {
			for _, form := range []string{"", "?do=repair&hash=h1", "?do=renew&group=", "?do=end", "?answer=stop", "?everywhere=1", "?email=ana@acme.example&zone=UTC&program=circles&version=0"} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					c.do(httptest.NewRequest(method, path+form, nil))
				}
			}
		}
		c.read("/") // still signed in
	}
	if after := state(); after != before {
		t.Errorf("after all pages were opened there is\n%s\nwhere there was\n%s", after, before)
	}
}
