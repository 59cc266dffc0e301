package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// axePath names axe-core's axe.min.js. Without it there is no browser to test in.
const axePath = "PEERSLOT_TEST_AXE"

// A window is a real browser's, on a site that serves on loopback.
type window struct {
	*site
	ctx     context.Context
	axeCore string
	mu      sync.Mutex
	asked   []string // URLs
}

// newWindow opens a browser on a filled site. with may change the server before it is
// used.
func newWindow(t *testing.T, with ...func(*site)) *window {
	t.Helper()
	path := os.Getenv(axePath)
	if path == "" {
		t.Skip(axePath + " is not set: no browser to test in")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &window{axeCore: string(axe)}
	filled := func(s *site) {
		s.URL = &url.URL{Scheme: "http", Host: listener.Addr().String()}
		circles := scheduler.DefaultProgram()
		circles.Name, circles.Kind = "circles", scheduler.Circle
		s.here.Service.Workspace.Programs = []scheduler.Program{circles}
		s.here.Service.Workspace.Groups[0].Program = "circles"
	}
	w.site = newSite(t, append([]func(*site){withPlanner(filledPlanner()), filled}, with...)...)
	w.fill(t)
	server := &http.Server{Handler: w.serve}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	w.ctx = ctx
	err = chromedp.Listen(ctx, func(ev any) {
		if sent, ok := ev.(*network.EventRequestWillBeSent); ok {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asked = append(w.asked, sent.Request.URL)
		}
	})
	if err == nil {
		_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// filledPlanner plans a move and has something for a person.
func filledPlanner() *planner {
	return &planner{plan: plans.Plan{
		Hash: "h1", Steps: 1, Mails: 3, Text: strings.Repeat("1 series checked, 1 change, 1 thing for a person. ", 6),
		Changes:   []plans.Change{{Group: "leads", What: "move", Before: "Tue 6 Jan 15:00 (1 can)", After: "Wed 7 Jan 15:00 (3 can)", Why: "so that 3 instead of 1 can come"}},
		Attention: []report.Attention{{Group: "leads", What: "too few can come"}},
	}}
}

// fill books a series that comes to its end, with what nights found of it.
func (s *site) fill(t *testing.T) {
	t.Helper()
	b := s.book(t)
	s.attended(t, b, availability.Yes, availability.No, availability.Maybe)
	s.now = start.AddDate(0, 0, 80) // members are asked what should follow
	_, err := s.store.Commit(t.Context(), scheduler.Batch{
		Notices:    []scheduler.Notice{{ID: "1", Kind: scheduler.NoticeInvited, To: bo, Group: "leads", UID: b.Series.UID, State: scheduler.NoticeWaits, Made: s.now, Fault: "greylisted"}},
		Events:     []scheduler.Event{{At: s.now, Group: "leads", UID: b.Series.UID, What: "move", Why: "asked for", By: mia, Before: 1, After: 3}},
		Unreadable: map[calendar.Address]time.Time{dee: start},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.SaveFeed(t.Context(), account.Feed{ID: "0123456789abcdef", Person: ana, Serial: 1, Made: start}); err != nil {
		t.Fatal(err)
	}
}

func (w *window) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, w *window, expression string, options ...chromedp.EvaluateOption) T {
	t.Helper()
	got, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		t.Fatalf("%.80s: %v", expression, err)
	}
	return got
}

// look sets the window's width and colours.
func (w *window) look(t *testing.T, width int64, scheme string) {
	t.Helper()
	w.do(t, chromedp.EmulateViewport(width, 900))
	_, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	if err != nil {
		t.Fatal(err)
	}
}

// open opens a page and checks that it is there.
func (w *window) open(t *testing.T, path string) {
	t.Helper()
	w.do(t, chromedp.Navigate(w.URL.String()+path))
}

// signIn signs a person in by a link, as an operator's: it asks for the address.
func (w *window) signIn(t *testing.T, a calendar.Address) {
	t.Helper()
	link, err := w.Link(t.Context(), a, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w.do(t, chromedp.Navigate(link), chromedp.SendKeys("#email", string(a)+kb.Enter), chromedp.WaitVisible(`form[action="/signout"]`))
}

var (
	openPages   = []string{"/signin", "/signin?sent", "/nothing-here"}
	memberPages = []string{"/", "/groups/leads", "/groups/leads/answer", "/groups/leads/leave", "/hours", "/feeds", "/nothing-here"}
	adminPages  = []string{"/admin", "/admin/plan", "/admin/plan?do=repair", "/admin/plan?do=form&program=circles", "/admin/report", "/groups/leads"}
)

// Every page fits a phone and a wide screen, light and dark, also with text of twice the
// size, breaks no rule of WCAG that a program can find, and loads nothing from elsewhere.
func TestPagesInABrowser(t *testing.T) {
	w := newWindow(t)
	rounds := []struct {
		as    calendar.Address
		pages []string
	}{{"", openPages}, {ana, memberPages}, {mia, adminPages}}
	for _, r := range rounds {
		if r.as != "" {
			if _, err := chromedp.Call(w.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
				t.Fatal(err)
			}
			w.signIn(t, r.as)
		}
		for _, path := range r.pages {
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{320, 768, 1440} {
					w.look(t, width, scheme)
					w.open(t, path)
					what := fmt.Sprintf("%s as %q, %s at %d px", path, r.as.Local(), scheme, width)
					w.fits(t, what, width)
					w.axe(t, what)
				}
			}
			for _, width := range []int64{320, 1920} {
				w.look(t, width, "light")
				w.open(t, path)
				what := fmt.Sprintf("%s as %q at %d px", path, r.as.Local(), width)
				w.fits(t, what, width)
				eval[chromedp.Void](t, w, `document.documentElement.style.fontSize = "200%"`)
				w.fits(t, what+" with large text", width)
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, asked := range w.asked {
		if !strings.HasPrefix(asked, w.URL.String()+"/") && !strings.HasPrefix(asked, "data:") && asked != "about:blank" {
			t.Errorf("a page asked for %s", asked)
		}
	}
	if len(w.asked) < 50 {
		t.Errorf("the browser asked for %d things; the test saw nothing", len(w.asked))
	}
}

// fits looks for a page that scrolls sideways.
func (w *window) fits(t *testing.T, what string, width int64) {
	t.Helper()
	w.shoot(t, what)
	if wide := eval[int64](t, w, `document.documentElement.scrollWidth`); wide > width {
		t.Errorf("%s: %d px wide, and scrolls sideways: %s", what, wide, eval[string](t, w, fmt.Sprintf(`[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > %d && !e.closest(".scroll")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(" | ")`, width)))
	}
}

// axe looks for what axe-core finds.
func (w *window) axe(t *testing.T, what string) {
	t.Helper()
	eval[chromedp.Void](t, w, w.axeCore)
	const run = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"], resultTypes: ["violations"]}).then(r => JSON.stringify({rules: r.passes.length, found: r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " " + n.failureSummary.replaceAll("\n", " ").slice(0, 200)).join(" | "))}))`
	var result struct {
		Rules int
		Found []string
	}
	if err := json.Unmarshal([]byte(eval[string](t, w, run, chromedp.EvalAwaitPromise)), &result); err != nil {
		t.Fatal(err)
	}
	if result.Rules == 0 {
		t.Errorf("%s: axe-core tried nothing", what)
	}
	for _, found := range result.Found {
		t.Errorf("%s: %s", what, found)
	}
}

// shoot keeps a picture of the page in the folder that PEERSLOT_TEST_SHOTS names.
func (w *window) shoot(t *testing.T, what string) {
	t.Helper()
	dir := os.Getenv("PEERSLOT_TEST_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.NewReplacer("/", "_", " ", "_", `"`, "", "?", "_", "&", "_").Replace(what) + ".png"
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A member comes in, answers, sets hours and subscribes without a script.
func TestJourneyWithoutScripts(t *testing.T) {
	w := newWindow(t)
	if _, err := chromedp.Call(w.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	w.signIn(t, ana)
	w.open(t, "/groups/leads/answer")
	w.do(t, chromedp.Click(`input[value="keep"]`))
	w.press(t, `main form button`)
	w.open(t, "/hours")
	w.press(t, `main form button.primary`)
	w.open(t, "/feeds")
	w.press(t, `button[value="renew"]`)
	feeds, err := w.store.FeedsOf(t.Context(), ana)
	if err != nil || len(feeds) != 1 || feeds[0].Serial != 2 {
		t.Errorf("feeds %+v, %v; want the one with a new address", feeds, err)
	}
}

// press presses a button, and waits for the page that follows.
func (w *window) press(t *testing.T, button string) {
	t.Helper()
	_, err := chromedp.Run(w.ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(button)))
	if err != nil {
		t.Fatalf("%s: %v", button, err)
	}
}

// An admin reads and applies the night's plan by keyboard alone.
func TestAdminByKeyboard(t *testing.T) {
	w := newWindow(t)
	w.signIn(t, mia)
	w.open(t, "/admin")
	w.tabTo(t, "Plan changes")
	w.do(t, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`button[value="repair"]`))
	w.tabTo(t, "Tonight’s repair")
	w.do(t, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`form.apply`))
	w.tabTo(t, "Apply 1 change and send 3 messages")
	w.do(t, chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible(`[role="status"]`))
	p, _ := w.Planner.(*planner)
	if len(p.applied) != 1 || p.by != mia {
		t.Errorf("applied %v by %q; want the plan, by mia", p.applied, p.by)
	}
}

// tabTo presses Tab until what has the focus says so. The focus must always be seen.
func (w *window) tabTo(t *testing.T, words string) {
	t.Helper()
	const focused = `(e => e.textContent.trim().replace(/\s+/g, " ") + "\n" + getComputedStyle(e).outlineStyle)(document.activeElement)`
	for range 80 {
		w.do(t, chromedp.KeyEvent(kb.Tab))
		text, outline, _ := strings.Cut(eval[string](t, w, focused), "\n")
		if text == words {
			if outline == "none" {
				t.Errorf("the focus on %q is not seen", words)
			}
			return
		}
	}
	t.Fatalf("no key leads to %q", words)
}
