package web

import (
	"context"
	"net/http"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

type answerData struct {
	Name, Path string
	Until      string // when it is decided
	Last       string // day of the last session
	Sent       bool
	Fault      string
	Choices    []choice
}

// A choice is one of the answers, with what follows from it.
type choice struct{ Value, Label, Means string }

// choicesOf says what each answer means for a series that meets so often.
func choicesOf(c availability.Cadence) []choice {
	return []choice{
		{string(scheduler.AnswerKeep), "Keep it as it is", "The next series has the same rhythm: " + every[c] + "."},
		{string(scheduler.AnswerRarer), "Meet more rarely", rarer[c]},
		{string(scheduler.AnswerOftener), "Meet more often", oftener[c]},
		{string(scheduler.AnswerStop), "Stop", "Nothing follows this series."},
	}
}

var rarer = map[availability.Cadence]string{
	availability.Weekly:   "Every two weeks instead of every week.",
	availability.Biweekly: "Every four weeks instead of every two.",
	availability.Monthly:  "Nothing is rarer than every four weeks: this counts like Stop.",
}

var oftener = map[availability.Cadence]string{
	availability.Weekly:   "Nothing is more often than every week: it would stay so.",
	availability.Biweekly: "Every week instead of every two.",
	availability.Monthly:  "Every two weeks instead of every four.",
}

// asked reports whether the viewer may say what should follow a booking, and until when:
// as long as its review asks. Of a series that meets no more nobody is asked.
func (v viewer) asked(b scheduler.Booking, now time.Time) (is bool, until time.Time) {
	last, err := planning.LastStart(b)
	if held, _ := b.Series.LastEnd(); err != nil || held.IsZero() || b.Reviewed || b.State != scheduler.Booked || !v.Person.InvitedTo(b.Series) {
		return false, time.Time{}
	}
	rules := v.view.service.Workspace.Review
	return planning.Due(b, rules, now) && now.Before(last), last.Add(-rules.Decide)
}

// hasAnswered reports whether the viewer answered about a booking's series already; that
// they did not, where nobody can tell.
func (s *Server) hasAnswered(ctx context.Context, v viewer, b scheduler.Booking) bool {
	has, err := s.HasAnswered(ctx, v.view.service, b, v.invitedAs(b))
	if err != nil {
		s.Log.Error("the answers cannot be read", "group", b.Group, "err", err)
	}
	return has
}

func (s *Server) answerPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	return s.answerForm(w, r, v, http.StatusOK, answerData{Sent: r.URL.Query().Has("sent")})
}

func (s *Server) answerForm(w http.ResponseWriter, r *http.Request, v viewer, status int, d answerData) error {
	g, err := v.group(r.PathValue("name"))
	if err != nil || !isMember(g, v.Address) {
		return errNotFound
	}
	d.Name, d.Path = g.Name, groupPath(g.Name)
	if b, ok := v.view.of[g.Name].Current(g.Name); ok {
		if asked, until := v.asked(b, s.Now()); asked {
			d.Choices = choicesOf(b.Series.Cadence)
			d.Until, d.Last = until.In(v.Zone).Format("Mon 2 January"), lastDay(b.Series, v.Zone)
			if until.Before(s.Now()) {
				d.Until = "tonight"
			}
		}
	}
	return s.render(w, r, status, "answer", page{Title: "What should follow?", Viewer: v, Data: d})
}

// answer keeps what a member would like. Nothing of it is logged or shown again.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, v viewer) error {
	g, err := v.group(r.PathValue("name"))
	if err != nil || !isMember(g, v.Address) {
		return errNotFound
	}
	if err := guard.Form(r); err != nil {
		return err
	}
	given, err := scheduler.ParseAnswer(r.PostForm.Get("answer"))
	if err != nil {
		return s.answerForm(w, r, v, http.StatusUnprocessableEntity, answerData{Fault: "Choose one of the four first."})
	}
	b, ok := v.view.of[g.Name].Current(g.Name)
	if asked, _ := v.asked(b, s.Now()); !ok || !asked {
		return s.answerForm(w, r, v, http.StatusConflict, answerData{Fault: "Nothing is asked about this series now; what you chose was not kept."})
	}
	if err := s.Answer(r.Context(), v.view.service, g.Name, v.invitedAs(b), given); err != nil {
		return err
	}
	return s.done(w, r, groupPath(g.Name)+"/answer?sent")
}
