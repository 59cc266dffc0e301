package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/attendance"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/undelivered"
	"github.com/peerslot/peerslot/scheduler/web/internal/paging"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

func (s *Server) adminRoutes(mux *http.ServeMux) {
	mux.Handle("GET /admin", s.admin(s.adminPage))
	mux.Handle("GET /admin/report", s.admin(s.reportPage))
	mux.Handle("GET /admin/plan", s.admin(s.planPage))
	mux.Handle("GET /groups/{name}/week.svg", s.admin(s.weekFile))
	mux.Handle("POST /admin/plan", s.admin(s.applyPlan))
}

// How much of a long list the page shows.
const (
	mostMail   = 20
	mostLoad   = 12
	mostByHand = 10
	mostNeeds  = 50
	nightsBack = 14 * 24 * time.Hour
)

type adminData struct {
	Fault     string
	Done      string // that a plan was carried out just now
	Jobs      bool   // whether there are pages of the jobs
	Attention []needs
	Needing   int    // all of Attention, also what is not shown
	SeeAll    string // the step that shows all of it
	Repair    string // the step that goes through a night
	Groups    []groupRow
	Earlier   string // path of the page of groups before these, "" for none
	Later     string
	AsOf      time.Time // of the figures; zero before the first night
	SlotZone  string    // of the slots, "" if it is the viewer's
	Load      []loadRow
	Most      int // peer sessions a week that are good for somebody
	Mail      []mailRow
	Waiting   int
	Nights    []nightRow
	ByHand    []handRow
}

// needs is something that needs a person.
type needs struct{ Group, Path, What string }

type groupRow struct {
	report.Status
	Path  string
	Next  time.Time
	Share string
	Known string
}

type loadRow struct {
	Name     string
	Sessions int
	Week     time.Time
	Average  string
	TooMuch  bool
}

type mailRow struct {
	To, Group, What, Fault string
	Made                   time.Time
}

// nightRow is one night that went through.
type nightRow struct {
	At   time.Time
	What string
}

type handRow struct {
	At              time.Time
	Who, Group, Why string
}

// adminPage shows how everything stands, what needs a person first. It reads no
// calendar: what it knows of them is of the last night.
func (s *Server) adminPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	now := s.Now()
	stands, err := s.stands.of(r.Context(), v.view, now)
	if err != nil {
		return err
	}
	d := adminData{Jobs: s.jobsFor(r.Context(), v) != nil, Done: plans.Done[r.URL.Query().Get("done")], Attention: stands.attention, Groups: stands.groups, AsOf: stands.asOf, Load: stands.load, Most: cmp.Or(v.view.most, 3)}
	d.SeeAll, d.Repair = v.view.steps.Words(scheduler.Step{Do: scheduler.LookAtAll}), v.view.steps.Words(scheduler.Step{Do: scheduler.RunRepair})
	if v.view.zone.String() != v.Zone.String() {
		d.SlotZone = city(v.view.zone)
	}
	if v.view.fault != nil {
		d.Fault = v.view.fault.Error()
	}
	if err := s.besides(r.Context(), v.view, now, &d); err != nil {
		return err
	}
	d.Needing = len(d.Attention)
	d.Attention = d.Attention[:min(len(d.Attention), mostNeeds)]
	groups := paging.Of(len(d.Groups), r.URL.Query())
	d.Earlier, d.Later = groups.Beside("/admin", "groups")
	d.Groups = d.Groups[groups.From:groups.To]
	return s.render(w, r, http.StatusOK, "admin", page{Title: "How things stand", Viewer: v, Here: "/admin", Data: d})
}

// besides fills in what changes without bookings: mail and nights.
func (s *Server) besides(ctx context.Context, n *view, now time.Time, d *adminData) error {
	store := n.service.Store
	waiting, err := store.Waiting(ctx, "", mostMail)
	if err == nil {
		d.Waiting, err = store.Unsent(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the mail that waits: %w", err)
	}
	for _, notice := range waiting {
		d.Mail = append(d.Mail, mailRow{n.name(notice.To), notice.Group, string(notice.Kind), notice.Fault, notice.Made})
	}
	lost, err := undelivered.Findings(ctx, store)
	if err != nil {
		return fmt.Errorf("read the mail that reached nobody: %w", err)
	}
	known, err := store.Unattended(ctx)
	if err != nil {
		return fmt.Errorf("read what was done unattended: %w", err)
	}
	for _, f := range append(lost, known.Findings()...) {
		at := report.NewAttention(n.service.Workspace, f, n.steps)
		d.Attention = append(d.Attention[:len(d.Attention):len(d.Attention)], n.needs(at.Group, at.What))
	}
	nights, err := store.Nights(ctx)
	if err != nil {
		return fmt.Errorf("read what the nights did: %w", err)
	}
	events, err := store.History(ctx, "", now.Add(-nightsBack))
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	d.Nights, d.ByHand = nightRows(nights, now.Add(-nightsBack)), n.byHand(events)
	return nil
}

// nightRows says what the nights since then did, the last first.
func nightRows(nights []scheduler.Night, since time.Time) []nightRow {
	var out []nightRow
	for _, n := range nights {
		if n.At.Before(since) {
			break
		}
		if n.What == scheduler.MailNight {
			continue
		}
		words := nightWords[n.What] + " looked at " + report.Count(n.Checked, "series", "series") + ", "
		if n.Changes == 0 {
			words += "nothing was to be changed"
		} else {
			words += report.Count(n.Changes, "change", "changes")
		}
		if n.Needs > 0 {
			words += ", " + report.Count(n.Needs, "thing needed", "things needed") + " a person"
		}
		out = append(out, nightRow{n.At, words})
	}
	return out
}

var nightWords = map[scheduler.NightWork]string{scheduler.RepairNight: "Repair", scheduler.ReviewNight: "Review"}

// byHand returns what people asked for lately, the last first. What was begun and not yet
// done is left out: what came of it follows.
func (n *view) byHand(events []scheduler.Event) []handRow {
	var out []handRow
	for _, e := range slices.Backward(events) {
		if e.By != "" && e.What != string(scheduler.Intended) && len(out) < mostByHand {
			out = append(out, handRow{e.At, n.name(e.By), e.Group, e.What + ": " + strings.TrimPrefix(e.Why, string(e.By)+" ")})
		}
	}
	return out
}

func (n *view) needs(group, what string) needs {
	at := needs{Group: group, What: what}
	if _, known := n.groups[group]; known {
		at.Path = groupPath(group)
	}
	return at
}

// A standing is how everything stands, as the last night found it.
type standing struct {
	attention []needs
	found     []report.Attention
	groups    []groupRow
	load      []loadRow
	asOf      time.Time
	attended  []attendance.Found

	unreadable int // people whose calendars could not be read
}

// standingFor is how long a standing is shown: sessions go by.
const standingFor = time.Minute

// A standingCache keeps the standing of the last view.
type standingCache struct {
	mu   sync.Mutex
	view *view
	at   time.Time
	last *standing
}

func (c *standingCache) of(ctx context.Context, n *view, now time.Time) (*standing, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.view == n && now.Sub(c.at) < standingFor && !now.Before(c.at) {
		return c.last, nil
	}
	var attended []attendance.Found // another view if it changed
	var err error
	if c.view == n {
		attended = c.last.attended
	} else if attended, err = n.service.Store.Attended(ctx); err != nil {
		return nil, fmt.Errorf("read who could attend: %w", err)
	}
	made, err := n.standing(ctx, attended, now)
	if err != nil {
		return nil, err
	}
	c.view, c.at, c.last = n, now, made
	return made, nil
}

// standing reads what else the nights found, and arranges it all by group.
func (n *view) standing(ctx context.Context, attended []attendance.Found, now time.Time) (*standing, error) {
	service := n.service
	findings, err := n.findings(ctx)
	if err != nil {
		return nil, err
	}
	unreadable, err := service.Store.Unreadable(ctx)
	if err != nil {
		return nil, fmt.Errorf("read whose calendars are unreadable: %w", err)
	}
	out := &standing{attended: attended, unreadable: len(unreadable)}
	found := map[calendar.UID]attendance.Found{}
	for _, t := range attended {
		found[t.UID] = t
		out.asOf = availability.Later(out.asOf, t.At)
	}
	status := map[string]scheduler.Status{}
	for _, b := range n.bookings {
		st, poor := n.status(b, found[b.Series.UID], now)
		if had, ok := status[b.Group]; ok {
			next := planning.Sooner(had.Next, st.Next)
			if b.Reviewed {
				st = had
			}
			st.Next = next // also of the series that runs out
		}
		status[b.Group] = st
		findings = append(findings, poor...)
	}
	of, said := map[string][]string{}, map[report.Attention]bool{}
	for _, f := range findings {
		at := report.NewAttention(service.Workspace, f, n.steps)
		if said[at] {
			continue // repair and review both found it
		}
		said[at] = true
		out.found = append(out.found, at)
		of[at.Group] = append(of[at.Group], at.What)
		out.attention = append(out.attention, n.needs(at.Group, at.What))
	}
	for _, a := range slices.Sorted(maps.Keys(unreadable)) {
		out.attention = append(out.attention, needs{What: fmt.Sprintf("the calendar of %s cannot be read since %s: %s says why", n.name(a), unreadable[a].In(n.zone).Format("2 January"), n.steps.Words(scheduler.Step{Do: scheduler.LookAtRead}))})
	}
	for _, name := range n.names {
		st, booked := status[name]
		if !booked {
			st = scheduler.Status{Group: name}
		}
		out.groups = append(out.groups, n.row(st, of[name]))
	}
	slices.SortStableFunc(out.groups, func(a, b groupRow) int { return min(len(b.Attention), 1) - min(len(a.Attention), 1) })
	out.load = n.loads(now)
	return out, nil
}

// findings returns what needs a person: what is seen without calendars as it is now, and
// else what the last night and the last review found, of series that still stand. Which
// sessions too few can attend is told by the standing.
func (n *view) findings(ctx context.Context) ([]scheduler.Finding, error) {
	out, err := planning.UpkeepOf(ctx, n.service, n.bookings.Page())
	if err != nil {
		return nil, err
	}
	nights, err := n.service.Store.Nights(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what the nights found: %w", err)
	}
	stands := map[calendar.UID]bool{}
	for _, b := range n.bookings {
		stands[b.Series.UID] = true
	}
	for _, night := range nights {
		for _, f := range night.Findings {
			if !planning.IsUpkeep(f.Kind) && f.Kind != scheduler.UnderQuorum && (f.UID == "" || stands[f.UID]) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// status counts one series by what the nights found, and finds its sessions to come that
// too few can attend.
func (n *view) status(b scheduler.Booking, found attendance.Found, now time.Time) (scheduler.Status, []scheduler.Finding) {
	st := scheduler.Status{Group: b.Group, UID: b.Series.UID, Slot: b.Series.Slot, Cadence: b.Series.Cadence}
	occurrences, err := b.Series.Occurrences()
	if err != nil {
		return st, nil // named by upkeep
	}
	quorum := n.service.Workspace.ProgramOf(b).Quorum
	var poor []scheduler.Finding
	for _, o := range occurrences {
		var share scheduler.Share
		verdicts := make(planning.Verdicts, 0, len(found.Members))
		var missing []calendar.Address
		for _, a := range found.Members {
			v, _ := found.Verdict(a, o)
			share.Count(v.Can)
			verdicts = append(verdicts, v.Can)
			if v.Can == availability.No {
				missing = append(missing, a)
			}
		}
		switch {
		case o.Cancelled:
		case !o.End.After(now):
			st.Held, st.Attendance = st.Held+1, st.Attendance.Plus(share)
		default:
			st.Left++
			if st.Next.Empty() || o.Start.Before(st.Next.Start) {
				st.Next = o.Interval
			}
			if share.Known() > 0 && !verdicts.Meets(quorum) && o.Start.Before(now.Add(n.service.Workspace.Repair.Horizon)) {
				poor = append(poor, scheduler.Finding{Kind: scheduler.UnderQuorum, Group: b.Group, Program: b.Program, UID: b.Series.UID, At: o.Start, Missing: missing, Share: share})
			}
		}
	}
	return st, poor
}

func (n *view) row(st scheduler.Status, attention []string) groupRow {
	row := groupRow{Status: report.NewStatus(st, attention), Path: groupPath(st.Group)}
	if row.Status.Next != nil {
		row.Next = *row.Status.Next
	}
	if row.Attendance != nil {
		row.Share = fmt.Sprintf("%.0f%%", 100**row.Attendance)
	}
	if row.Held > 0 {
		row.Known = fmt.Sprintf("%d of %d known", row.Status.Known, row.Status.Known+row.Unknown)
	}
	return row
}

// loads returns who has most peer sessions in a week to come.
func (n *view) loads(now time.Time) []loadRow {
	all := planning.Loads(n.bookings, n.aliases, n.zone, now)
	slices.SortStableFunc(all, func(a, b planning.Load) int { return cmp.Compare(b.Sessions, a.Sessions) })
	var out []loadRow
	for _, l := range all[:min(len(all), mostLoad)] {
		if l.Sessions < 2 {
			break // one session a week is no load
		}
		out = append(out, loadRow{n.name(l.Person), l.Sessions, l.Week.In(n.zone).Start, fmt.Sprintf("%.1f", l.Average), l.Sessions > cmp.Or(n.most, 3)})
	}
	return out
}
