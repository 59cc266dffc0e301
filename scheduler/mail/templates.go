package mail

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	htmltemplate "github.com/DataDog/datadog-agent/pkg/template/html"
	"github.com/DataDog/datadog-agent/pkg/template/text"

	"github.com/peerslot/peerslot/scheduler/report"
)

//go:embed templates/*.tmpl
var builtIn embed.FS

// Templates render letters as text and as HTML.
type Templates struct {
	text *template.Template
	html *htmltemplate.Template
}

// The names of the two templates, in the program and in a folder of the user's.
const (
	textName = "message.txt.tmpl"
	htmlName = "message.html.tmpl"
	most     = 256 << 10 // bytes that a template may make
)

// ParseTemplates reads message.txt.tmpl and message.html.tmpl of a folder, over
// Letter, and tries them, so that a broken one is an error before anything is
// changed. One that is not there is the built-in one.
func ParseTemplates(folder fs.FS) (*Templates, error) {
	sources := map[string]string{}
	for _, name := range []string{textName, htmlName} {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			if text, err = fs.ReadFile(builtIn, "templates/"+name); err != nil {
				return nil, err
			}
		}
		sources[name] = string(text)
	}
	t := &Templates{}
	var err error
	if t.text, err = template.New(textName).Option("missingkey=error").Parse(sources[textName]); err != nil {
		return nil, fmt.Errorf("mail template: %w", err)
	}
	if t.html, err = htmltemplate.New(htmlName).Option("missingkey=error").Parse(sources[htmlName]); err != nil {
		return nil, fmt.Errorf("mail template: %w", err)
	}
	if _, _, err := t.render(exampleLetter); err != nil {
		return nil, err
	}
	return t, nil
}

var exampleLetter = Letter{Subject: "Example", Name: "Ana", Lead: []string{"Example."}, Sessions: []LetterSession{{When: "Tue 3 Mar 2026"}}, With: []string{"Bo"}}

var defaults = sync.OnceValue(func() *Templates {
	t, err := ParseTemplates(noFiles{})
	if err != nil {
		panic(err) // the program's own, which its tests try
	}
	return t
})

func (c *Composer) templates() *Templates { return cmp.Or(c.Templates, defaults()) }

// noFiles is an empty folder.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (t *Templates) render(l Letter) (text, html string, err error) {
	var plain, marked limited
	if err := t.text.Execute(&plain, l); err != nil {
		return "", "", fmt.Errorf("mail template: %w", err)
	}
	if err := t.html.Execute(&marked, l); err != nil {
		return "", "", fmt.Errorf("mail template: %w", err)
	}
	return lines(report.HarmlessPage(plain.Bytes())), lines(report.HarmlessPage(marked.Bytes())), nil
}

// lines returns text with the line ends of mail, and at most one empty line in a
// row.
func lines(harmless []byte) string {
	text := string(harmless)
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return strings.ReplaceAll(strings.TrimSpace(text)+"\n", "\n", "\r\n")
}

// limited is a buffer that refuses more than most bytes.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > most {
		return 0, fmt.Errorf("it makes more than %d kB", most>>10)
	}
	return l.Buffer.Write(p)
}
