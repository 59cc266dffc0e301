package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// How long a plan and what it does may take. Forming looks for groups for six seconds.
const (
	planWithin  = 2 * time.Minute
	applyWithin = 10 * time.Minute
)

type planData struct {
	plans.Choices
	Ask    plans.Ask
	Called string        // what people call what is asked for
	Fields []plans.Field // that ask for it again
	Plan   *plans.Plan
	Moved  bool // the plan is not the one that was agreed to
	Fault  string
	Hint   string
	Zone   string // of the plan's times
}

// planPage shows what can be planned, and if asked the plan. It changes nothing.
func (s *Server) planPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	d, err := s.planData(r.Context(), v)
	if err != nil {
		return err
	}
	if d.Ask, err = d.Read(r.URL.Query()); err == nil && d.Ask.Do != "" {
		patient(w, planWithin)
		var plan plans.Plan
		if plan, err = s.Planner.Plan(r.Context(), d.Ask); err == nil {
			d.Plan = &plan
		}
	}
	if err != nil {
		d.Fault, d.Hint = faultOf(err)
		return s.showPlan(w, r, v, http.StatusUnprocessableEntity, d)
	}
	return s.showPlan(w, r, v, http.StatusOK, d)
}

func (s *Server) showPlan(w http.ResponseWriter, r *http.Request, v viewer, status int, d planData) error {
	d.Called, d.Fields = d.Ask.Called(), d.Ask.Fields()
	return s.render(w, r, status, "plan", page{Title: "Plan changes", Viewer: v, Here: "/admin", Data: d})
}

// applyPlan carries a plan out exactly as it was shown, or shows what it is now.
func (s *Server) applyPlan(w http.ResponseWriter, r *http.Request, v viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	d, err := s.planData(r.Context(), v)
	if err != nil {
		return err
	}
	if d.Ask, err = d.Read(r.PostForm); err != nil {
		d.Fault, d.Hint = "Nothing was done: "+err.Error()+".", ""
		return s.showPlan(w, r, v, http.StatusConflict, d)
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
	if other, ok := errors.AsType[*plans.OtherError](err); ok {
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

// planData returns what can be planned now.
func (s *Server) planData(ctx context.Context, v viewer) (planData, error) {
	if s.Planner == nil {
		return planData{}, errNotFound
	}
	service := v.view.service
	rounds, err := service.LastRounds(ctx)
	if err != nil {
		return planData{}, err
	}
	return planData{Choices: plans.ChoicesOf(service.Workspace, v.view.bookings, rounds), Zone: city(v.view.zone)}, nil
}
