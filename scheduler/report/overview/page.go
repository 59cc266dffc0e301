package overview

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io"
	"strings"
	"sync"

	"github.com/DataDog/datadog-agent/pkg/template/html"

	"github.com/peerslot/peerslot/scheduler/report"
)

//go:embed *.tmpl
var templateFiles embed.FS

// Style is what [Overview.Body] looks like, on a page that defines the colours.
//
//go:embed style.css
var Style string

//go:embed page.css
var pageStyle string

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"number": number}).ParseFS(templateFiles, "*.tmpl"))
})

// Body returns all of the overview but its title, as HTML for a page with [Style]. Of
// long tables it has the part that is asked for.
func (o Overview) Body(names bool, part Part) (template.HTML, error) {
	var b bytes.Buffer
	err := templates().ExecuteTemplate(&b, "body.html.tmpl", struct {
		Evidence  string
		Headlines []Headline
		Sections  []Section
	}{o.Evidence(), o.Headlines(), part.of(o.Sections(names))})
	return template.HTML(report.HarmlessPage(b.Bytes())), err
}

// WriteHTML writes the overview as one page that needs nothing else, and may load
// nothing. The same overview gives the same bytes.
func (o Overview) WriteHTML(w io.Writer, names bool) error {
	body, err := o.Body(names, Part{})
	if err != nil {
		return err
	}
	style := pageStyle + Style
	sum := sha256.Sum256([]byte(style))
	return templates().ExecuteTemplate(w, "page.html.tmpl", struct {
		Title     string
		StyleHash template.HTMLAttr
		Style     template.CSS
		Body      template.HTML
	}{o.Title(), template.HTMLAttr("sha256-" + base64.StdEncoding.EncodeToString(sum[:])), template.CSS(style), body})
}

// WriteText writes the findings and their figures as people read them on a terminal.
func (o Overview) WriteText(p report.Printer, names bool) {
	p.Println(o.Title())
	p.Printf("%s\n", o.Evidence())
	for _, h := range o.Headlines() {
		line := h.Name + ": " + h.Now
		if h.Before != "" {
			line += " (before: " + h.Before + ")"
		}
		p.Printf("%s\n", line)
	}
	for _, s := range o.Sections(names) {
		p.Printf("\n")
		p.Heading("%s", s.Heading)
		for _, e := range s.Evidence {
			p.Printf("%s\n", e)
		}
		for _, t := range s.Tables {
			var head []string
			for _, h := range t.Head {
				head = append(head, strings.ToUpper(h))
			}
			p.Table(head, t.Rows)
		}
	}
}
