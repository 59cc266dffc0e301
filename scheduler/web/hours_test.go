package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/availability"
)

var field = regexp.MustCompile(`<input[^>]* name="([^"]+)"[^>]*>`)
var value = regexp.MustCompile(` value="([^"]*)"`)

// form returns the fields of the form of hours as a browser would send them.
func (c *client) form(path string) url.Values {
	c.t.Helper()
	page, _, _ := strings.Cut(c.read(path), "</form>\n<h2>Back")
	_, page, _ = strings.Cut(page, `id="hours"`)
	out := url.Values{}
	for _, m := range field.FindAllStringSubmatch(page, -1) {
		if v := value.FindStringSubmatch(m[0]); v != nil {
			out.Set(m[1], v[1])
		}
	}
	return out
}

func (s *site) hoursOf(t *testing.T, who string) availability.Hours {
	t.Helper()
	ready, err := s.here.Ready(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for a, p := range ready.Workspace.Roster.All() {
		if string(a) == who {
			return p.Hours
		}
	}
	t.Fatalf("%s is not on the roster", who)
	return availability.Hours{}
}

func TestOwnHoursWinOverTheRoster(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.book(t)
	c := s.as(t, ana)
	form := c.form("/hours")
	if got := form.Get("tue-can0-from") + form.Get("tue-can0-to") + form.Get("zone"); got != "09:0017:00Europe/Berlin" {
		t.Fatalf("the form has %q for Tuesday; want the roster's hours", got)
	}
	form.Set("tue-can0-to", "12:00") // the session is at three
	form.Set("tue-stretch0-from", "18:00")
	form.Set("tue-stretch0-to", "00:00")
	if w := c.post("/hours", form); w.Code != http.StatusSeeOther {
		t.Fatalf("saving: %d\n%s", w.Code, w.Body)
	}
	if got := s.hoursOf(t, string(ana)).On(time.Tuesday); len(got) != 1 || availability.FormatClock(got[0].To) != "12:00" {
		t.Errorf("Tuesday is %v once it was saved; want until 12:00", got)
	}
	if page := c.read("/hours?saved"); !strings.Contains(page, "13 sessions are outside now, the first on Tue 6 January, 15:00 Berlin") || !strings.Contains(page, "count instead of the roster") {
		t.Errorf("the page does not say what it touches:\n%s", page)
	}
	if back := c.form("/hours"); back.Get("tue-stretch0-to") != "00:00" {
		t.Errorf("the form shows %q as the end of Tuesday's stretch; want midnight", back.Get("tue-stretch0-to"))
	}
	if w := c.post("/hours/roster", url.Values{}); w.Code != http.StatusSeeOther {
		t.Fatalf("taking it back: %d", w.Code)
	}
	if got := s.hoursOf(t, string(ana)); got.On(time.Tuesday)[0].To != availability.OfficeHours().On(time.Tuesday)[0].To {
		t.Errorf("hours are %v once they were taken back; want the roster's", got)
	}
}

func TestHoursThatAreWrongAreMarkedAndNotSaved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.as(t, ana)
	for name, change := range map[string]url.Values{
		"half a time":        {"mon-can0-to": {""}},
		"times that overlap": {"mon-can1-from": {"10:00"}, "mon-can1-to": {"11:00"}},
		"no time":            {"mon-can0-to": {"09:00"}},
		"nine to five a.m.":  {"mon-can0-to": {"05:00"}},
		"no zone":            {"zone": {"Mars/Olympus"}},
		"dates turned":       {"away0-from": {"2026-03-03"}, "away0-to": {"2026-03-02"}},
		"no date":            {"paused": {"tomorrow"}},
		"trip without zone":  {"trip0-from": {"2026-03-03"}, "trip0-to": {"2026-03-05"}},
		"hours of a trip":    {"trip0-from": {"2026-03-03"}, "trip0-to": {"2026-03-05"}, "trip0-zone": {"Asia/Tokyo"}, "trip0-hours": {"always"}},
	} {
		form := c.form("/hours")
		for k, v := range change {
			form[k] = v
		}
		w := c.post("/hours", form)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Nothing is saved yet") || !strings.Contains(w.Body.String(), `aria-invalid="true"`) && !strings.Contains(w.Body.String(), `class="fault"`) {
			t.Errorf("%s: %d; want the form with what is wrong", name, w.Code)
		}
		for k, v := range change {
			if v[0] != "" && !strings.Contains(w.Body.String(), `value="`+v[0]+`"`) {
				t.Errorf("%s: what was typed in %s is lost", name, k)
			}
		}
	}
	if set, err := s.store.Settings(t.Context()); err != nil || len(set) != 0 {
		t.Errorf("settings %v, %v; want that nothing was saved", set, err)
	}
}

func TestTwoWindowsDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	c := newSite(t).as(t, ana)
	first, second := c.form("/hours"), c.form("/hours")
	for _, what := range []string{"the first", "the same once more, by a button pressed twice"} {
		if w := c.post("/hours", first); w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", what, w.Code)
		}
	}
	second.Set("mon-can0-from", "10:00")
	if w := c.post("/hours", second); w.Code != http.StatusConflict {
		t.Errorf("the second, made from the same page: %d, want 409", w.Code)
	}
}

func FuzzHoursForm(f *testing.F) {
	f.Add("zone=Europe/Berlin&mon-can0-from=09:00&mon-can0-to=17:00&away0-from=2026-01-01&trip0-from=2026-02-01&trip0-zone=Asia/Tokyo&trip0-hours=mon-fri 9")
	f.Add("mon-can0-from=24:00&mon-can0-to=00:00&tue-stretch0-from=:&paused=9999-99-99")
	s := newSite(f)
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		c := s.as(t, ana)
		form.Del("version")
		w := c.post("/hours", form)
		if w.Code != http.StatusSeeOther && w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusRequestEntityTooLarge {
			t.Fatalf("%q: %d", text, w.Code)
		}
		if page := c.get("/hours"); page.Code != http.StatusOK {
			t.Fatalf("the page after %q: %d", text, page.Code)
		}
	})
}

// A city names its zone; what may stand for an offset without clock changes is asked about.
func TestZonesAsPeopleCallThem(t *testing.T) {
	t.Parallel()
	c := newSite(t).as(t, ana)
	form := c.form("/hours")
	form.Set("zone", "EST")
	if w := c.post("/hours", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "as in America/New_York, if that is the one") {
		t.Errorf("EST: %d; want to be asked whether New York is meant", w.Code)
	}
	form.Set("zone", "Lisbon")
	if w := c.post("/hours", form); w.Code != http.StatusSeeOther {
		t.Fatalf("Lisbon: %d\n%s", w.Code, w.Body)
	}
	if got := c.form("/hours").Get("zone"); got != "Europe/Lisbon" {
		t.Errorf("Lisbon is kept as %q", got)
	}
}

// What is wrong is listed in the order of the page, says where it is, and is read with
// its field.
func TestFaultsOfTheHoursLeadToTheirFields(t *testing.T) {
	t.Parallel()
	c := newSite(t).as(t, ana)
	form := c.form("/hours")
	for name, typed := range map[string]string{"paused": "tomorrow", "away0-from": "2026-03-03", "away0-to": "2026-03-02", "holidays": "ZZ", "fri-can0-to": "", "tue-can0-to": "", "zone": "Berlin",
		"trip0-from": "2026-03-03", "trip0-to": "2026-03-05", "trip0-hours": "always"} {
		form.Set(name, typed)
	}
	page := c.post("/hours", form).Body.String()
	var order []string
	for _, m := range regexp.MustCompile(`<li><a href="#([a-z0-9-]+)">`).FindAllStringSubmatch(page, -1) {
		order = append(order, m[1])
		if !strings.Contains(page, `id="`+m[1]+`-fault"`) || !strings.Contains(page, `aria-describedby="`+m[1]+`-fault"`) {
			t.Errorf("what is wrong with %s does not stand at its field", m[1])
		}
	}
	if want := []string{"zone", "tue-can0", "fri-can0", "away0", "trip0", "trip0", "paused"}; !slices.Equal(order, want) {
		t.Errorf("what is wrong is listed as %v; want %v", order, want)
	}
	if !strings.Contains(page, "Travel. Write the zone") || !strings.Contains(page, "Travel: write the hours there") {
		t.Errorf("not both faults of the trip are said:\n%s", page)
	}
}
