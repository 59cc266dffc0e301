package agenda

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/DataDog/datadog-agent/pkg/template/text"
)

// The limits of a template of somebody's own. Work is counted, so that the same
// template always ends alike. A fixture of an agenda for eight people and thirteen
// sessions takes under 100 steps and 2 kB (2026-11).
const (
	templateSteps = 20_000  // rounds of loops and uses of other templates
	templateText  = 1 << 16 // bytes, of all that it writes and of each value that it makes
)

// Templates of the user's own that are too much work, or write too much.
var (
	errTemplateSteps = fmt.Errorf("it does not end within %d steps", templateSteps)
	errTemplateText  = fmt.Errorf("it writes more than %d kB", templateText>>10)
)

// bound makes every loop and every use of a template in t a step that is counted
// when [render] executes it. It is called once, when t is complete.
func bound(t *template.Template) {
	for _, one := range t.Templates() {
		if one.Tree != nil {
			boundList(one.Root)
			count(one.Root)
		}
	}
}

// boundList makes each round of each loop below the list a step.
func boundList(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.IfNode:
			boundList(n.List)
			boundList(n.ElseList)
		case *parse.WithNode:
			boundList(n.List)
			boundList(n.ElseList)
		case *parse.RangeNode:
			boundList(n.List)
			boundList(n.ElseList)
			count(n.List)
		}
	}
}

// count makes the list begin with a step.
func count(list *parse.ListNode) {
	if list != nil {
		list.Nodes = slices.Insert(list.Nodes, 0, stepNode.CopyList().Nodes[0])
	}
}

// stepNode is a call of the function step, which writes nothing.
var stepNode = template.Must(template.New("step").Funcs(template.FuncMap{"step": func() string { return "" }}).Parse("{{step}}")).Root

// render executes a template that was made with bound, within the limits.
func render(t *template.Template, name string, data any) (string, error) {
	t, err := t.Clone()
	if err != nil {
		return "", err
	}
	steps := 0
	t.Funcs(boundFuncs).Funcs(template.FuncMap{"step": func() (string, error) {
		if steps++; steps > templateSteps {
			return "", errTemplateSteps
		}
		return "", nil
	}})
	var b boundText
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", plainTemplateError(err)
	}
	return b.text.String(), nil
}

// plainTemplateError returns which limit was met, without where in the template.
func plainTemplateError(err error) error {
	for _, limit := range []error{errTemplateSteps, errTemplateText} {
		if errors.Is(err, limit) {
			return limit
		}
	}
	return err
}

// boundFuncs stand in the place of the built-in functions that can make a long text
// out of a short one.
var boundFuncs = template.FuncMap{
	"print":    func(args ...any) (string, error) { return shortEnough(fmt.Sprint(args...)) },
	"println":  func(args ...any) (string, error) { return shortEnough(fmt.Sprintln(args...)) },
	"html":     func(args ...any) (string, error) { return shortEnough(template.HTMLEscaper(args...)) },
	"js":       func(args ...any) (string, error) { return shortEnough(template.JSEscaper(args...)) },
	"urlquery": func(args ...any) (string, error) { return shortEnough(template.URLQueryEscaper(args...)) },
	"printf": func(format string, args ...any) (string, error) {
		if wide.MatchString(format) {
			return "", errTemplateText
		}
		return shortEnough(fmt.Sprintf(format, args...))
	},
}

// wide is a width or precision that makes a text of its own.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*(\*|\d{3})`)

func shortEnough(s string) (string, error) {
	if len(s) > templateText {
		return "", errTemplateText
	}
	return s, nil
}

// A boundText refuses more than the limit.
type boundText struct{ text strings.Builder }

// Write implements io.Writer.
func (b *boundText) Write(p []byte) (int, error) {
	if b.text.Len()+len(p) > templateText {
		return 0, errTemplateText
	}
	return b.text.Write(p)
}
