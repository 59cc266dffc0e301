package web

import (
	"bytes"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/DataDog/datadog-agent/pkg/template/html"

	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/web/internal/assets"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

//go:embed pages/*.html
var pageFiles embed.FS

// templates are those of all pages by their names, each within base.html.
var templates = sync.OnceValue(func() map[string]*template.Template {
	base := template.Must(template.New("base.html").Funcs(words).ParseFS(pageFiles, "pages/base.html"))
	files, _ := pageFiles.ReadDir("pages")
	out := map[string]*template.Template{}
	for _, f := range files {
		if f.Name() != "base.html" {
			out[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = template.Must(template.Must(base.Clone()).ParseFS(pageFiles, "pages/"+f.Name()))
		}
	}
	return out
})

// A page is what base.html shows around the data of one page.
type page struct {
	Title  string
	Viewer viewer // zero for nobody
	Here   string // path of the page among those of the navigation
	Base   string // before all paths of ours
	Style  string // path of the style
	More   string // path of a style besides, "" for none
	Script string // path of the script, "" for none
	Data   any
}

// render writes a page, whole, or an error before anything is written.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) error {
	p.Base, p.Style = s.URL.Path, s.URL.Path+s.assets.Path("style.css")
	if p.More != "" {
		p.More = s.URL.Path + s.assets.Path(p.More)
	}
	if p.Script != "" {
		p.Script = s.URL.Path + s.assets.Path(p.Script)
	}
	var text bytes.Buffer
	if err := templates()[name].Execute(&text, p); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding")
	body := report.HarmlessPage(text.Bytes())
	if assets.AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = assets.Zipped(body)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // who went away needs no answer
	return nil
}

// A handler answers one page for a viewer.
type handler func(w http.ResponseWriter, r *http.Request, v viewer) error

// errNotFound is a page that is not there, or not for the viewer: nobody can tell
// which.
var errNotFound = errors.New("not found")

// open is a page for everybody.
func (s *Server) open(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.viewer(r)
		if err == nil {
			err = h(w, r, v)
		}
		s.fail(w, r, v, err)
	})
}

// member is a page for who has signed in; others are asked to.
func (s *Server) member(h handler) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request, v viewer) error {
		switch {
		case v.Address != "":
			return h(w, r, v)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			return s.done(w, r, signInFor(r.URL))
		}
		return s.done(w, r, "/signin?over&next="+url.QueryEscape(r.URL.Path))
	})
}

// admin is a page for admins; for other members it is not there.
func (s *Server) admin(h handler) http.Handler {
	return s.member(func(w http.ResponseWriter, r *http.Request, v viewer) error {
		if !v.Admin {
			return errNotFound
		}
		return h(w, r, v)
	})
}

// fail answers with what went wrong, if anything did. What it is stands in the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, v viewer, err error) {
	if err == nil {
		return
	}
	status, title := http.StatusInternalServerError, "That did not work"
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, errNotFound):
		status, title = http.StatusNotFound, "There is nothing here"
	case errors.Is(err, guard.ErrForm):
		status, title = http.StatusBadRequest, "That could not be read"
	case errors.As(err, &large):
		status, title = http.StatusRequestEntityTooLarge, "That is too much"
	case r.Context().Err() != nil:
		return // nobody waits for the answer
	default:
		s.Log.Error("a page failed", "page", r.Pattern, "err", err)
	}
	if err := s.render(w, r, status, "problem", page{Title: title, Viewer: v, Data: status}); err != nil {
		s.Log.Error("a page failed", "page", r.Pattern, "err", err)
		http.Error(w, title, status)
	}
}

// done redirects after a change, so that it is not made again by loading the page
// anew. to is a path of ours.
func (s *Server) done(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, s.URL.Path+to, http.StatusSeeOther)
	return nil
}

// words are the functions that pages write with.
var words = template.FuncMap{
	"when":  when,
	"group": groupPath,
	"day":   func(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 January") },
	"clock": func(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") },
	"short": func(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 Jan 15:04") },
	"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"known": func(t time.Time) bool { return !t.IsZero() },
	"city":  city,
	"local": report.Local,
	"count": report.Count,
	"names": names,
	"plus":  func(a, b int) int { return a + b },
	"has":   func(list []string, s string) bool { return slices.Contains(list, s) },
}

// names lists names, each with its own direction of writing: else one in Hebrew and one in
// Arabic change places.
func names(list []string) template.HTML {
	var out []string
	for _, name := range list {
		out = append(out, "<bdi>"+template.HTMLEscapeString(name)+"</bdi>")
	}
	return template.HTML(strings.Join(out, ", "))
}

// when says a time in full: "Tue 2 March, 17:30 Berlin".
func when(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2 January, 15:04 ") + city(zone)
}

// city is what people call a zone.
func city(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
}
