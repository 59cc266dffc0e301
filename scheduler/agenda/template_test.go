package agenda_test

import (
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/agenda"
)

// A template of somebody's own ends, and makes no text without bounds, whatever is
// in it.
func TestTemplatesAreBounded(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"endless loop":        {`{{range 1000000000000}}{{end}}`, "does not end"},
		"endless if":          {`{{range 1000000000000}}{{if .}}{{end}}{{else}}x{{end}}`, "does not end"},
		"loops in loops":      {`{{range 9999}}{{range 9999}}{{end}}{{end}}`, "does not end"},
		"recursion":           {`{{define "a"}}{{template "a"}}{{end}}{{template "a"}}`, "does not end"},
		"doubling templates":  {doubling(), "does not end"},
		"in a with":           {`{{with 1}}{{range 1000000000000}}{{end}}{{end}}`, "does not end"},
		"long text":           {`{{range 2000}}` + strings.Repeat("x", 100) + `{{end}}`, "writes more than 64 kB"},
		"wide format":         {`{{printf "%1000000d" 1}}`, "writes more than 64 kB"},
		"width as a value":    {`{{printf "%*d" 1000000 1}}`, "writes more than 64 kB"},
		"doubling text":       {`{{$s := "xxxxxxxx"}}{{range 100}}{{$s = printf "%s%s" $s $s}}{{end}}`, "writes more than 64 kB"},
		"escaped many times":  {`{{$s := "\\\\"}}{{range 100}}{{$s = js $s}}{{end}}`, "writes more than 64 kB"},
		"an introduction too": {`{{define "intro"}}{{range 1000000000000}}{{end}}{{end}}ok`, "does not end"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := agenda.Parse("own", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want that it %s", err, c.want)
			}
		})
	}
	ordinary := `{{range .Members}}{{.}} {{end}}{{range .Sessions}}{{.Date}}{{else}}none{{end}}{{printf "%03d|%-10s" 7 "x"}}{{"a" | html | print}}`
	if _, err := agenda.Parse("own", ordinary); err != nil {
		t.Errorf("an ordinary template: %v", err)
	}
}

// doubling returns templates each of which uses the next one twice.
func doubling() string {
	var b strings.Builder
	for c := 'a'; c < 'z'; c++ {
		next := string(c + 1)
		b.WriteString(`{{define "` + string(c) + `"}}{{template "` + next + `"}}{{template "` + next + `"}}{{end}}`)
	}
	return b.String() + `{{define "z"}}{{end}}{{template "a"}}`
}
