package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/scheduler"
)

func TestAnswersAreAskedForInTimeAndTiedToNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	const path = "/groups/leads/answer"
	send := func(c *client, answer string) int { return c.post(path, url.Values{"answer": {answer}}).Code }
	if c := s.as(t, ana); send(c, "keep") != http.StatusConflict || !strings.Contains(c.read(path), "Nothing is asked") {
		t.Error("an answer is taken before anybody is asked")
	}
	s.now = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC) // three weeks before the last session
	c := s.as(t, ana)
	if page := c.read("/"); !strings.Contains(page, `href="/groups/leads/answer"`) {
		t.Errorf("the first page does not say that something is asked:\n%s", page)
	}
	if page := c.read(path); !strings.Contains(page, "Every two weeks instead of every week.") || !strings.Contains(page, "Nothing is more often than every week") {
		t.Errorf("the page does not say what answers mean for a weekly series:\n%s", page)
	}
	if got := send(c, "perhaps"); got != http.StatusUnprocessableEntity {
		t.Errorf("no answer that there is: %d, want 422", got)
	}
	if got := send(s.as(t, dee), "stop"); got != http.StatusNotFound {
		t.Errorf("an answer of who is no member: %d, want 404", got)
	}
	for _, answer := range []string{"keep", "stop"} { // the second takes the place of the first
		if got := send(c, answer); got != http.StatusSeeOther {
			t.Fatalf("answering %s: %d", answer, got)
		}
	}
	if page := c.read("/"); strings.Contains(page, path) {
		t.Errorf("who answered is still asked on the first page:\n%s", page)
	}
	if mine, theirs := c.read("/groups/leads"), s.as(t, bo).read("/groups/leads"); !strings.Contains(mine, "Change what you said") || strings.Contains(theirs, "Change what you said") || !strings.Contains(theirs, "Say what should follow") {
		t.Error("the group's page does not tell who answered, to them alone")
	}
	_, tokens, err := s.store.Answers(t.Context(), b.Series.UID)
	if err != nil || len(tokens) != 1 {
		t.Fatalf("kept answers: %d, %v; want one", len(tokens), err)
	}
	if page := c.read(path + "?sent"); !strings.Contains(page, "Sent.") || strings.Contains(page, "checked") {
		t.Errorf("the page shows what was chosen, or not that it was sent:\n%s", page)
	}
	history, err := s.store.History(t.Context(), "", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history {
		if strings.Contains(e.What+e.Why, "answer") || strings.Contains(e.What+e.Why, "stop") {
			t.Errorf("the history tells of an answer: %+v", e)
		}
	}
	if log := s.log.String(); strings.Contains(log, "stop") || strings.Contains(log, string(ana)) {
		t.Errorf("the log tells of an answer:\n%s", log)
	}
}

// Members are asked as long as the review asks, which counts from the last date of the
// series, though that session was called off.
func TestAnswersAreAskedForAsLongAsTheReviewAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.book(t)
	sessions := calendartest.Sessions(b.Series)
	b.Series = b.Series.WithOverride(calendar.Override{Original: sessions[len(sessions)-1].Start, Cancelled: true})
	if _, err := s.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[time.Time]int{
		time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC):  http.StatusConflict, // four weeks before the one that is held last
		time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC):  http.StatusSeeOther,
		time.Date(2026, 3, 26, 9, 0, 0, 0, time.UTC): http.StatusSeeOther, // after that one
		time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC):  http.StatusConflict,
	} {
		s.now = day
		if got := s.as(t, ana).post("/groups/leads/answer", url.Values{"answer": {"keep"}}).Code; got != want {
			t.Errorf("on %s: %d, want %d", day.Format(time.DateOnly), got, want)
		}
	}
}

func TestLeavingSaysFirstWhatItMeans(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(s *site) {
		w := &s.here.Service.Workspace
		w.Programs = append(w.Programs, programOf("circles"))
		w.Groups[0].Program = "circles"
	})
	s.book(t)
	c := s.as(t, ana)
	if page := c.read("/groups/leads/leave"); !strings.Contains(page, "<bdi>Bo Lima</bdi>, <bdi>Cem Lima</bdi> stay and keep their sessions") {
		t.Errorf("the page does not say who stays:\n%s", page)
	}
	if w := c.get("/groups/leads"); w.Code != http.StatusOK {
		t.Errorf("looking at the page changes something: %d", w.Code)
	}
	w := c.post("/groups/leads/leave", url.Values{})
	if w.Code != http.StatusSeeOther || !strings.Contains(c.read(w.Header().Get("Location")), "You left circles.") {
		t.Fatalf("leaving: %d, and a page that does not say so\n%s", w.Code, w.Body)
	}
	if w := c.post("/groups/leads/leave", url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Errorf("leaving by a button pressed twice: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if page := c.read("/?left=others"); strings.Contains(page, "You left") {
		t.Errorf("a program that she did not leave:\n%s", page)
	}
	if w := c.get("/groups/leads"); w.Code != http.StatusNotFound {
		t.Errorf("the group once she left: %d, want 404", w.Code)
	}
	if page := s.as(t, bo).read("/groups/leads/leave"); !strings.Contains(page, "alone nobody meets") {
		t.Errorf("bo is not told that his leaving ends the group:\n%s", page)
	}
	history, err := s.store.History(t.Context(), "", time.Time{})
	if err != nil || len(history) == 0 || history[len(history)-1].By != ana || !strings.Contains(history[len(history)-1].Why, "left circles") {
		t.Errorf("history %v, %v; want that ana left", history, err)
	}
	w = c.post("/hours/rejoin", url.Values{"program": {"circles"}})
	if w.Code != http.StatusSeeOther || !strings.Contains(c.read(w.Header().Get("Location")), "You take part in circles again.") {
		t.Fatalf("taking part again: %d, and a page that does not say so", w.Code)
	}
	c.read("/groups/leads")
}
