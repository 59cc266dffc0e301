package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// plans are what an admin can have planned.
var plans = []string{"repair", "review", "form", "book"}

// A PlanAsk says what is to be planned. Its fields beside Do are those of the form.
type PlanAsk struct {
	Do      string // repair, review, form or book
	Program string // to form
	Seed    uint64
	Keep    []string            // groups that stay as they are
	Swap    [2]calendar.Address // who change places; empty for nobody
	Groups  []string            // to book; all without a series if empty
}

// A Plan is what would be done, and how that is told. Its hash is
// another one as soon as anything that it shows is.
type Plan struct {
	Hash      string
	Changes   []PlanChange
	Attention []report.Attention
	Steps     int    // changes that would be made; 0 if there is nothing to do
	Mails     int    // messages that would go out
	Text      string // as it is printed on a terminal
}

// A PlanChange is one line of a plan.
type PlanChange struct{ Group, What, Before, After, Why string }

// A Planner makes plans and carries them out. It may read calendars.
type Planner interface {
	Plan(ctx context.Context, ask PlanAsk) (Plan, error)

	// Apply carries the plan of that hash out, asked for by that person. If the plan is
	// another one by now nothing is done, and the error is an *OtherPlanError.
	Apply(ctx context.Context, ask PlanAsk, hash string, by calendar.Address) error
}

// An OtherPlanError says that things changed since the plan was shown.
type OtherPlanError struct{ Now Plan }

func (e *OtherPlanError) Error() string { return "the plan is another one now" }

// called is what people call the plan that is asked for.
func (a PlanAsk) called() string {
	switch a.Do {
	case "repair":
		return "Tonight’s repair"
	case "review":
		return "Reviews"
	case "form":
		return "The next round of " + a.Program
	}
	return "Series to book"
}

// How long a plan and what it does may take. Forming looks for groups for six seconds.
const (
	planWithin  = 2 * time.Minute
	applyWithin = 10 * time.Minute
)

type planData struct {
	Ask      PlanAsk
	Called   string // what people call it
	Programs []string
	Groups   []string // of the programs, for keep
	Unbooked []string
	People   []planPerson
	Plan     *Plan
	Moved    bool // the plan is not the one that was agreed to
	Fault    string
	Hint     string
	Fields   []field // of the ask, for the form that applies it
}

type planPerson struct {
	Address calendar.Address
	Name    string
}

type field struct{ Name, Value string }

// planPage shows what can be planned, and if asked the plan. It changes nothing.
func (s *Server) planPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	d, err := s.planData(v, r.URL.Query())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if d.Ask.Do != "" {
		patient(w, planWithin)
		plan, err := s.Planner.Plan(r.Context(), d.Ask)
		if d.Plan = &plan; err != nil {
			d.Plan, status = nil, http.StatusUnprocessableEntity
			d.Fault, d.Hint = faultOf(err)
		}
	}
	return s.showPlan(w, r, v, status, d)
}

func (s *Server) showPlan(w http.ResponseWriter, r *http.Request, v viewer, status int, d planData) error {
	return s.render(w, r, status, "plan", page{Title: "Plan changes", Viewer: v, Here: "/admin", Data: d})
}

// applyPlan carries a plan out exactly as it was shown, or shows what it is now.
func (s *Server) applyPlan(w http.ResponseWriter, r *http.Request, v viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	d, err := s.planData(v, r.PostForm)
	if err != nil {
		return err
	}
	if d.Ask.Do == "" {
		return errNotFound
	}
	patient(w, applyWithin)
	// Who goes away in the middle does not stop it between two changes; Stop does.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), applyWithin)
	defer cancel()
	defer context.AfterFunc(s.stopping, cancel)()
	err = s.Planner.Apply(ctx, d.Ask, r.PostForm.Get("hash"), v.Address)
	if other, ok := errors.AsType[*OtherPlanError](err); ok {
		d.Plan, d.Moved = &other.Now, true
		return s.showPlan(w, r, v, http.StatusConflict, d)
	}
	if err != nil {
		s.Log.Error("a plan was not carried out", "plan", d.Ask.Do, "err", err)
		d.Fault, d.Hint = faultOf(err)
		if s.stopping.Err() != nil {
			d.Fault, d.Hint = "The server is being stopped, and what was not done yet is left.", "The history says what was done. Plan again once the server is back."
		}
		return s.showPlan(w, r, v, http.StatusUnprocessableEntity, d)
	}
	return s.done(w, r, "/admin?done="+d.Ask.Do)
}

// patient gives one answer more time than others have.
func patient(w http.ResponseWriter, d time.Duration) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d)) // a writer that cannot has no deadline
}

func faultOf(err error) (fault, hint string) {
	var hinting interface{ Hint() string }
	if errors.As(err, &hinting) {
		hint = hinting.Hint()
	}
	return err.Error(), hint
}

// planData reads what is asked for. What names a group or a person that is not there is
// not asked for.
func (s *Server) planData(v viewer, form url.Values) (planData, error) {
	d := planData{}
	if s.Planner == nil {
		return d, errNotFound
	}
	w := v.view.service.Workspace
	for _, p := range w.Programs {
		if p.Kind != scheduler.OneOnOne {
			d.Programs = append(d.Programs, p.Name)
		}
	}
	booked := v.view.bookings.ByGroup()
	for _, g := range w.Groups {
		if _, has := booked[g.Name]; !has {
			d.Unbooked = append(d.Unbooked, g.Name)
		}
		if g.Program != "" {
			d.Groups = append(d.Groups, g.Name)
		}
	}
	for _, a := range w.Roster.Addresses() {
		d.People = append(d.People, planPerson{a, w.Name(a)})
	}
	d.ask(form)
	d.Called = d.Ask.called()
	return d, nil
}

func (d *planData) ask(form url.Values) {
	if do := form.Get("do"); slices.Contains(plans, do) {
		d.Ask.Do = do
		d.Fields = append(d.Fields, field{"do", do})
	}
	keep := func(name, value string) { d.Fields = append(d.Fields, field{name, value}) }
	switch d.Ask.Do {
	case "form":
		if d.Ask.Program = form.Get("program"); !slices.Contains(d.Programs, d.Ask.Program) {
			d.Ask.Do, d.Fields = "", nil
			return
		}
		keep("program", d.Ask.Program)
		d.Ask.Seed = 1
		if seed, err := strconv.ParseUint(form.Get("seed"), 10, 64); err == nil {
			d.Ask.Seed = seed
		}
		keep("seed", strconv.FormatUint(d.Ask.Seed, 10))
		for _, g := range form["keep"] {
			if slices.Contains(d.Groups, g) {
				d.Ask.Keep = append(d.Ask.Keep, g)
				keep("keep", g)
			}
		}
		a, b := calendar.Address(form.Get("swap-a")), calendar.Address(form.Get("swap-b"))
		if d.known(a) && d.known(b) && a != b {
			d.Ask.Swap = [2]calendar.Address{a, b}
			keep("swap-a", string(a))
			keep("swap-b", string(b))
		}
	case "book":
		for _, g := range form["group"] {
			if slices.Contains(d.Unbooked, g) {
				d.Ask.Groups = append(d.Ask.Groups, g)
				keep("group", g)
			}
		}
	}
}

func (d *planData) known(a calendar.Address) bool {
	return slices.ContainsFunc(d.People, func(p planPerson) bool { return p.Address == a })
}
