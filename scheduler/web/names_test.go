package web_test

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Names that would be something else where they are shown.
const (
	oddGroup  = `R&D / 50% "why?" #1 <script>alert(1)</script>` + "\r\nBEGIN:VJOURNAL"
	oddPerson = `Bo <img src=x onerror=alert(1)> "Li"` + "\u202e\r\nX-EVIL:1"
)

// Names are text wherever they stand, and lead where they say.
func TestNamesAreTextEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t, withPlanner(filledPlanner()), func(s *site) {
		w := &s.here.Service.Workspace
		circles := scheduler.DefaultProgram()
		circles.Name, circles.Kind = `cir<b>cles</b>"`, scheduler.Circle
		w.Programs = []scheduler.Program{circles}
		w.Groups[0].Was, w.Groups[0].Name, w.Groups[0].Program = []string{"leads"}, oddGroup, circles.Name
		person := w.Roster.Of(bo)
		person.Name = oddPerson
		w.Roster.Put(person)
	})
	s.bookGroup(t, oddGroup, "tue 15:00")
	group := "/groups/" + url.PathEscape(oddGroup)
	for who, paths := range map[calendar.Address][]string{
		ana: {"/", group, group + "/answer", group + "/leave", "/hours", "/feeds"},
		mia: {"/admin", "/admin/plan?do=repair", "/admin/report", group},
	} {
		c := s.as(t, who)
		if who == ana {
			subscribe(t, c, oddGroup)
		}
		for _, path := range paths {
			page := c.read(path)
			for _, not := range []string{"<script>a", "<img", "<b>", "ZgotmplZ", "\u202e"} {
				if strings.Contains(page, not) {
					t.Errorf("%s: the page of %s has %q:\n%s", path, who, not, page)
				}
			}
			c.follow(path, page)
		}
	}
	file := s.as(t, ana).get(group + "/series.ics")
	feed := s.browser(t).get(addresses(t, s.as(t, ana))[0])
	if text := strings.ReplaceAll(file.Body.String(), "\r\n ", ""); !strings.Contains(text, "say at https://peers.acme.example"+group+"/answer which") {
		t.Errorf("the agenda does not lead to where members answer:\n%s", text)
	}
	for what, text := range map[string]string{"file": file.Body.String(), "feed": feed.Body.String()} {
		for line := range strings.SplitSeq(text, "\r\n") {
			if name, _, _ := strings.Cut(line, ":"); name == "X-EVIL" || line == "BEGIN:VJOURNAL" || strings.ContainsAny(line, "\r\n") {
				t.Errorf("the %s has a line of a name's: %q", what, line)
			}
		}
	}
	if got := file.Header().Get("Content-Disposition"); strings.ContainsAny(got, "\r\n") || !strings.HasPrefix(got, "attachment") {
		t.Errorf("the file is sent as %q, want an attachment", got)
	}
	wellFormed(t, s.as(t, mia).get(group+"/week.svg").Body)
}

var link = regexp.MustCompile(`href="(/[^"]*)"`)

// follow opens every link of ours on a page.
func (c *client) follow(path, page string) {
	c.t.Helper()
	found := link.FindAllStringSubmatch(page, -1)
	for _, m := range found {
		if to := html.UnescapeString(m[1]); c.get(to).Code != http.StatusOK {
			c.t.Errorf("%s leads to %s, which is not there", path, to)
		}
	}
	if len(found) == 0 {
		c.t.Errorf("%s leads nowhere", path)
	}
}

// wellFormed reads a picture as a browser would, and looks for what would run.
func wellFormed(t *testing.T, picture io.Reader) {
	t.Helper()
	read := xml.NewDecoder(picture)
	for {
		token, err := read.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the picture cannot be read: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && (e.Name.Local == "script" || e.Name.Local == "img") {
			t.Errorf("the picture has a <%s>", e.Name.Local)
		}
	}
}

// An invitation's link is the calendar's, and only one to a page.
func TestLinksOfMeetingsAreLinksToPages(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]bool{"https://meet.example/x": true, "javascript:alert(1)": false, "data:text/html,x": false} {
		s := newSite(t)
		b := s.book(t)
		b.Series.Link = to
		if _, err := s.store.Commit(t.Context(), scheduler.Batch{Bookings: []scheduler.Booking{b}}); err != nil {
			t.Fatal(err)
		}
		if page := s.as(t, ana).read("/"); strings.Contains(page, `href="`+to+`"`) != want {
			t.Errorf("the page leads to %s: %v, want %v", to, !want, want)
		}
	}
}
