package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// A planner stands in for the commands.
type planner struct {
	plan    plans.Plan
	err     error
	asked   plans.Ask
	applied []string // hashes
	by      calendar.Address
}

func (p *planner) Plan(_ context.Context, ask plans.Ask) (plans.Plan, error) {
	p.asked = ask
	return p.plan, p.err
}

func (p *planner) Apply(_ context.Context, ask plans.Ask, hash string, by calendar.Address) error {
	p.asked = ask
	if hash != p.plan.Hash {
		return &plans.OtherError{Now: p.plan}
	}
	p.applied, p.by = append(p.applied, hash), by
	return p.err
}

func withPlanner(p *planner) func(*site) { return func(s *site) { s.Planner = p } }

// attended records who could attend the sessions of a booking, as a night would.
func (s *site) attended(t testing.TB, b scheduler.Booking, cans ...availability.Can) {
	t.Helper()
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	found := attendance.Found{UID: b.Series.UID, Group: b.Group, At: s.now, Members: []calendar.Address{ana, bo, cem}[:len(cans)]}
	for _, o := range occurrences {
		one := attendance.Session{Original: o.Original, Interval: o.Interval}
		for _, can := range cans {
			one.Verdicts = append(one.Verdicts, availability.Verdict{Can: can})
		}
		found.Sessions = append(found.Sessions, one)
	}
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Attended: []attendance.Found{found}}); err != nil {
		t.Fatal(err)
	}
}

func TestAdminPagesAreForAdmins(t *testing.T) {
	t.Parallel()
	s := newSite(t, withPlanner(&planner{}))
	member := s.as(t, ana)
	nothing := member.get("/nothing-at-all")
	for _, path := range []string{"/admin", "/admin/plan", "/admin/plan?do=repair", "/admin/report"} {
		if w := member.get(path); w.Code != http.StatusNotFound || w.Body.String() != nothing.Body.String() {
			t.Errorf("GET %s by a member: %d; want the same 404 as of a page that is not there", path, w.Code)
		}
		if w := s.browser(t).get(path); w.Code != http.StatusSeeOther {
			t.Errorf("GET %s by nobody: %d, want a redirect to sign in", path, w.Code)
		}
		if w := s.as(t, mia).get(path); w.Code != http.StatusOK {
			t.Errorf("GET %s by an admin: %d\n%s", path, w.Code, w.Body)
		}
	}
	if w := member.post("/admin/plan", url.Values{"do": {"repair"}}); w.Code != http.StatusNotFound {
		t.Errorf("a member applies a plan: %d, want 404", w.Code)
	}
}

// An admin who has another address now is one under that, and called by name where a series
// invites the earlier one.
func TestAnAdminWithAnotherAddress(t *testing.T) {
	t.Parallel()
	const lima = "ana.lima@acme.example"
	s := newSite(t)
	s.book(t)
	w := &s.here.Service.Workspace
	person := w.Roster.Of(ana)
	w.Roster.Remove(ana)
	person.Address, person.Name, person.Aliases = lima, "Ana Lima", []calendar.Address{ana}
	w.Roster.Put(person)
	s.here.Admins, s.here.Stamp = []calendar.Address{ana}, s.here.Stamp+1
	if got := s.as(t, lima).get("/admin"); got.Code != http.StatusOK {
		t.Errorf("GET /admin: %d, want it", got.Code)
	}
	if page := s.as(t, bo).read("/"); !strings.Contains(page, "Ana Lima") {
		t.Errorf("bo's sessions do not name Ana Lima:\n%s", page)
	}
}

func TestAdminSaysHowThingsStand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	s.attended(t, b, availability.Yes, availability.No, availability.No)
	s.now = start.AddDate(0, 0, 5) // after the first session
	notices := []scheduler.Notice{
		{ID: "1", Kind: scheduler.NoticeInvited, To: bo, Group: "leads", UID: b.Series.UID, State: scheduler.NoticeWaits, Made: s.now, Fault: "greylisted"},
		{ID: "2", Kind: scheduler.NoticeInvited, To: cem, Group: "leads", UID: b.Series.UID, State: scheduler.NoticeRefused, Made: s.now, Fault: "550 unknown"},
		{ID: "3", Kind: scheduler.NoticeInvited, To: ana, Group: "leads", UID: b.Series.UID, State: scheduler.NoticeGivenUp, Made: s.now, Fault: "greylisted"},
		{ID: "4", Kind: scheduler.NoticeChanged, To: ana, Group: "leads", UID: b.Series.UID, Sequence: 1, State: scheduler.NoticeSent, Made: s.now, Sent: s.now},
		{ID: "5", Kind: scheduler.NoticeLeft, To: "gone@acme.example", Group: "leads", UID: b.Series.UID, Sequence: 1, State: scheduler.NoticeRefused, Made: s.now},
	}
	batch := scheduler.Batch{
		Notices:    notices,
		Events:     []scheduler.Event{{At: s.now, Group: "leads", What: "move", Why: "2026-03-03T14:00:00Z -> 2026-03-04T14:00:00Z: asked for", By: mia}, {At: s.now, Group: "leads", What: "intended", Why: "not yet", By: mia}, {At: s.now, What: "settings", Why: "ana@acme.example left circles", By: ana}, {At: s.now.AddDate(0, 0, -1), Group: "leads", What: "cancel"}},
		Unreadable: map[calendar.Address]time.Time{dee: start},
		Night: &scheduler.Night{At: s.now.Add(-time.Hour), What: scheduler.RepairNight, Checked: 12, Changes: 1, Needs: 3, Findings: []scheduler.Finding{
			{Kind: scheduler.Shortened, Group: "leads", UID: b.Series.UID, Share: scheduler.Share{Yes: 7}},
			{Kind: scheduler.SeriesGone, Group: "leads", UID: "another one, which is over"},
			{Kind: scheduler.BrokenAgenda, Program: "mended"},
		}},
	}
	broken := scheduler.DefaultProgram()
	broken.Name, broken.Agenda = "broken-program", "nonsense"
	s.here.Service.Workspace.Programs = append(s.here.Service.Workspace.Programs, broken)
	s.here.Service.Agenda = func(p scheduler.Program) (agenda.Agenda, error) {
		if p.Agenda == "nonsense" {
			return agenda.Agenda{}, errors.New("its template is broken")
		}
		a, _ := agenda.BuiltIn(p.Agenda)
		return a, nil
	}
	s.here.Stamp++
	if _, err := s.store.Commit(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	heard := scheduler.Night{At: s.now, What: scheduler.MailNight, Needs: 1, Findings: []scheduler.Finding{{Kind: scheduler.ReplyUnclear, Group: "leads", UID: b.Series.UID, Person: bo, Err: errors.New("it proposes another time")}}}
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Night: &heard}); err != nil {
		t.Fatal(err)
	}
	got := s.as(t, mia).read("/admin")
	for _, want := range []string{
		`<a href="/groups/leads">leads</a>`, "tue 15:00", "1/13", "33%", "3 of 3 known", // the group
		"the address of Cem Lima (cem@acme.example) takes no mail: 550 unknown", "Dee Lima cannot be read since 2 January", "needs", // what needs a person
		"1 message waits", "greylisted", "Repair looked at 12 series, 1 change, 3 things needed a person", "move: Tue 3 Mar 15:00 -&gt; Wed 4 Mar 15:00: asked for",
		"settings: left circles", "broken-program", "its template is broken", "somebody ended the series after 7 of its 7 sessions by hand", // as it is now, and as the night found it
		"a message from bo@acme.example wants to be read: it proposes another time",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q:\n%s", want, got)
		}
	}
	for _, over := range []string{"another one", "is not on the organizer", "mended", "intended: not yet", "did not go out in two days", "gone@acme.example", "looked at 0 series"} {
		if strings.Contains(got, over) {
			t.Errorf("the page says %q, which is settled:\n%s", over, got)
		}
	}
	if below, _, ok := strings.Cut(got, "<h2 id=\"groups\""); !ok || !strings.Contains(below, "Tue 13 Jan 15:00: 1 of 3 can attend") {
		t.Errorf("the session that too few can attend does not stand first:\n%s", below)
	}
}

// Who declined the whole series counts in none of its figures, and is shown as one who
// does not come, also at a session that was moved since.
func TestWhoDeclinedAllOfItDoesNotCount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	s.attended(t, b, availability.Yes, availability.Yes)
	sessions, err := b.Series.Occurrences()
	if err != nil {
		t.Fatal(err)
	}
	series, err := b.Series.WithReply(cem, time.Time{}, calendar.Declined)
	if err != nil {
		t.Fatal(err)
	}
	moved := availability.Interval{Start: sessions[2].Start.Add(time.Hour), End: sessions[2].End.Add(time.Hour)}
	b.Series = series.WithOverride(calendar.Override{Original: sessions[2].Original, Moved: moved})
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	got := s.as(t, mia).read("/groups/leads")
	if n := strings.Count(got, "cannot</span>") + strings.Count(got, "cannot, declined</span>"); n != b.Series.Count {
		t.Errorf("%d times somebody cannot, want cem %d times:\n%s", n, b.Series.Count, got)
	}
	if !strings.Contains(got, ">2 of 2<") || strings.Contains(got, " of 3<") {
		t.Errorf("the figures are not those of ana and bo:\n%s", got)
	}
}

func TestReportPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.attended(t, s.book(t), availability.Yes, availability.Maybe, availability.No)
	s.now = start.AddDate(0, 0, 12) // after two sessions
	c := s.as(t, mia)
	got := c.read("/admin/report")
	for _, want := range []string{"Of 6 attendances 4 known", "50%", "<svg", `rel="stylesheet" href="/static/`} {
		if !strings.Contains(got, want) {
			t.Errorf("the report does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "style=") || strings.Contains(got, "<style") {
		t.Error("the report has styles of its own, which the policy refuses")
	}
	if nameless := c.read("/admin/report?weeks=52&nameless=1"); strings.Contains(nameless, ">leads<") || !strings.Contains(nameless, "52 weeks") {
		t.Error("the report without names names a group, or has other weeks")
	}
	if nothing := c.read("/admin/report?weeks=nonsense"); !strings.Contains(nothing, `<option value="13" selected>`) {
		t.Error("weeks that nobody offered are not the default")
	}
}

func TestPlanIsShownAndAppliedAsShown(t *testing.T) {
	t.Parallel()
	p := &planner{plan: plans.Plan{
		Hash: "h1", Steps: 1, Mails: 3, Text: "1 series checked <now>",
		Changes:   []plans.Change{{Group: "leads", What: "move", Before: "Tue 6 Jan 15:00 (1 can)", After: "Wed 7 Jan 15:00 (3 can)", Why: "Bo can come"}},
		Attention: []report.Attention{{Group: "leads", What: "too few can come"}},
	}}
	s := newSite(t, withPlanner(p))
	c := s.as(t, mia)
	got := c.read("/admin/plan?do=repair")
	for _, want := range []string{"Apply 1 change and send 3 messages", "Wed 7 Jan 15:00 (3 can)", "too few can come", "1 series checked &lt;now&gt;", `name="hash" value="h1"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the plan does not say %q:\n%s", want, got)
		}
	}
	w := c.post("/admin/plan", url.Values{"do": {"repair"}, "hash": {"h1"}})
	if w.Code != http.StatusSeeOther || len(p.applied) != 1 || p.by != mia {
		t.Fatalf("applying: %d, applied %v by %q; want a redirect, h1 by mia", w.Code, p.applied, p.by)
	}
	if got := c.read(w.Header().Get("Location")); !strings.Contains(got, "The repair is done.") {
		t.Error("the page after it does not say that it was done")
	}
	p.plan.Hash, p.plan.Changes[0].After = "h2", "Thu 8 Jan 15:00 (3 can)"
	w = c.post("/admin/plan", url.Values{"do": {"repair"}, "hash": {"h1"}})
	if body := w.Body.String(); w.Code != http.StatusConflict || len(p.applied) != 1 || !strings.Contains(body, "nothing was done") || !strings.Contains(body, `value="h2"`) || !strings.Contains(body, "Thu 8 Jan") {
		t.Errorf("a plan that is another one by now: %d, applied %v; want 409 with the new plan:\n%s", w.Code, p.applied, body)
	}
}

// An admin elsewhere is told in whose time the slots are.
func TestSlotsOfAnAdminElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) {
		s.here.Admins = append(s.here.Admins, ana)
		person := s.here.Service.Workspace.Roster.Of(ana)
		person.Zone = "Asia/Tokyo"
		s.here.Service.Workspace.Roster.Put(person)
	})
	s.book(t)
	const words = "Slots are those of Berlin."
	if page := s.as(t, ana).read("/admin"); !strings.Contains(page, words) || !strings.Contains(page, "Tue 6 Jan 23:00") {
		t.Errorf("the page of an admin in Tokyo does not say %q beside times of Tokyo:\n%s", words, page)
	}
	if page := s.as(t, mia).read("/admin"); strings.Contains(page, words) {
		t.Errorf("who lives by the same clocks is told %q", words)
	}
}

func TestPlanForm(t *testing.T) {
	t.Parallel()
	p := &planner{plan: plans.Plan{Hash: "h", Steps: 1}}
	s := newSite(t, withPlanner(p), func(s *site) {
		circles := scheduler.DefaultProgram()
		circles.Name, circles.Kind = "circles", scheduler.Circle
		s.here.Service.Workspace.Programs = []scheduler.Program{circles}
		s.here.Service.Workspace.Groups[0].Program = "circles"
	})
	_, err := s.store.Commit(t.Context(), scheduler.Batch{Round: &scheduler.Round{Program: "circles", Number: 1, Start: availability.DateOf(start), Groups: []scheduler.Group{{Name: "circles-1-amber", Program: "circles", Members: []calendar.Address{ana, bo}}}, Created: start}})
	if err != nil {
		t.Fatal(err)
	}
	c := s.as(t, mia)
	got := c.read("/admin/plan?do=form&program=circles&seed=7&keep=circles-1-amber&swap-a=ana@acme.example&swap-b=bo@acme.example")
	if a := p.asked; a.Program != "circles" || a.Seed != 7 || len(a.Keep) != 1 || a.Swap != [2]calendar.Address{ana, bo} {
		t.Errorf("asked for %+v; want circles, seed 7, a group kept, ana and bo in each other's places", a)
	}
	for _, want := range []string{`name="keep" value="circles-1-amber" checked`, `type="hidden" name="swap-b" value="bo@acme.example"`, `type="hidden" name="seed" value="7"`, "Times are those of Berlin"} {
		if !strings.Contains(got, want) {
			t.Errorf("what was asked for is not kept: no %s", want)
		}
	}
	if strings.Contains(got, `name="keep" value="leads"`) {
		t.Error("a group named by hand is offered to be kept; no round has it")
	}
	c.read("/admin/plan?do=book&group=leads")
	if a := p.asked; a.Do != "book" || len(a.Groups) != 1 || a.Groups[0] != "leads" {
		t.Errorf("asked for %+v; want to book leads alone", a)
	}
	for query, status := range map[string]int{"do=form&program=others": http.StatusUnprocessableEntity, "do=delete": http.StatusOK, "do=book&group=nobody": http.StatusUnprocessableEntity} {
		p.asked = plans.Ask{}
		if w := c.get("/admin/plan?" + query); w.Code != status || p.asked.Do != "" {
			t.Errorf("%s: %d, and a plan was made: %+v; want %d and none", query, w.Code, p.asked, status)
		}
	}
}

// A plan for one group that was sent again after the group was booked is not a plan for
// all others.
func TestAPlanSentAgain(t *testing.T) {
	t.Parallel()
	p := &planner{plan: plans.Plan{Hash: "h", Steps: 1}}
	s := newSite(t, withPlanner(p))
	c := s.as(t, mia)
	s.book(t)
	w := c.post("/admin/plan", url.Values{"do": {"book"}, "group": {"leads"}, "hash": {"h"}})
	if body := w.Body.String(); w.Code != http.StatusConflict || len(p.applied) > 0 || !strings.Contains(body, "Nothing was done") || strings.Contains(body, `name="hash"`) {
		t.Errorf("%d, applied %v, want 409, nothing, and no other plan to apply:\n%s", w.Code, p.applied, body)
	}
}

type faultyPlan struct{ error }

func (faultyPlan) Hint() string { return "take fewer people" }

func TestPlanThatCannotBeMade(t *testing.T) {
	t.Parallel()
	p := &planner{err: faultyPlan{errors.New("no groups keep the rules")}}
	s := newSite(t, withPlanner(p))
	w := s.as(t, mia).get("/admin/plan?do=repair")
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "no groups keep the rules") || !strings.Contains(body, "take fewer people") || strings.Contains(body, "Apply") {
		t.Errorf("%d; want 422 with the error and what to do, and nothing to apply:\n%s", w.Code, body)
	}
}

// Who stops the server ends a plan that is carried out between two changes; who leaves the
// page does not.
func TestStopEndsAPlanThatIsCarriedOut(t *testing.T) {
	t.Parallel()
	p := &patientPlanner{planner: planner{plan: plans.Plan{Hash: "h1", Steps: 1}}, begun: make(chan context.Context)}
	s := newSite(t, func(s *site) { s.Planner = p })
	c := s.as(t, mia)
	left, leave := context.WithCancel(t.Context())
	answer := make(chan *httptest.ResponseRecorder)
	go func() {
		r := httptest.NewRequestWithContext(left, http.MethodPost, "/admin/plan", strings.NewReader("do=repair&hash=h1"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		answer <- c.do(r)
	}()
	applying := <-p.begun
	leave()
	if applying.Err() != nil {
		t.Error("the plan ends when the page is left")
	}
	s.Stop()
	if w := <-answer; w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "The server is being stopped") {
		t.Errorf("the plan of a server that is stopped: %d\n%s", w.Code, w.Body)
	}
}

// A patientPlanner applies plans until it is stopped.
type patientPlanner struct {
	planner
	begun chan context.Context
}

func (p *patientPlanner) Apply(ctx context.Context, _ plans.Ask, _ string, _ calendar.Address) error {
	p.begun <- ctx
	<-ctx.Done()
	return ctx.Err()
}

func BenchmarkAdmin(b *testing.B) {
	s := newLargeSite(b, 2000)
	s.nightOf(b)
	s.now = start.AddDate(0, 0, 60)
	c := s.as(b, mia)
	for _, path := range []string{"/admin", "/admin/report"} {
		b.Run(fmt.Sprint("page=", path), func(b *testing.B) {
			for b.Loop() {
				c.read(path)
			}
			weight, _ := c.weight(path)
			b.ReportMetric(float64(weight), "bytes")
		})
	}
}

func TestManyGroupsComeInPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) {
		for i := range 150 {
			s.here.Service.Workspace.Groups = append(s.here.Service.Workspace.Groups, scheduler.Group{Name: fmt.Sprintf("group-%03d", i), Members: []calendar.Address{ana, bo}})
		}
	})
	c := s.as(t, mia)
	first, second := c.read("/admin"), c.read("/admin?from=100")
	if !strings.Contains(first, "group-000") || strings.Contains(first, "group-149") || !strings.Contains(first, "/admin?from=100") {
		t.Error("the first page has not the first groups, or no way to the next")
	}
	if strings.Contains(second, "group-000") || !strings.Contains(second, "group-149") || !strings.Contains(second, "/admin?from=0") || strings.Contains(second, "from=200") {
		t.Error("the second page has not the last groups, or no way back")
	}
	for _, from := range []string{"-1", "151", "x"} {
		if !strings.Contains(c.read("/admin?from="+from), "group-000") {
			t.Errorf("from=%s is not the first page", from)
		}
	}
}
