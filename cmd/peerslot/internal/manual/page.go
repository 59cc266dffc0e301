// Package manual writes the manual pages of a command line, in man(7). What cobra
// has for that reads Markdown, whose library takes a sixth of the program's start,
// whatever command runs.
package manual

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Name returns what the page of a command is called: peerslot-book.
func Name(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// Page returns the page of a command, in section 1.
func Page(cmd *cobra.Command, date time.Time) string {
	var p page
	p.request("TH", strings.ToUpper(Name(cmd)), "1", date.Format(time.DateOnly), cmd.Root().Name(), cmd.Root().Name())
	p.request("nh")
	p.section("NAME", Name(cmd)+" - "+cmd.Short)
	p.section("SYNOPSIS", cmd.UseLine())
	p.section("DESCRIPTION", cmd.Long)
	p.options("OPTIONS", cmd.NonInheritedFlags())
	p.options("OPTIONS OF ALL COMMANDS", cmd.InheritedFlags())
	if cmd.HasExample() {
		p.request("SH", "EXAMPLES")
		p.request("EX")
		p.text(cmd.Example)
		p.request("EE")
	}
	p.section("SEE ALSO", strings.Join(related(cmd), ", "))
	return p.String()
}

// related returns the names of the pages above and below a command's.
func related(cmd *cobra.Command) (names []string) {
	if cmd.HasParent() {
		names = append(names, Name(cmd.Parent())+"(1)")
	}
	for _, child := range cmd.Commands() {
		if child.IsAvailableCommand() {
			names = append(names, Name(child)+"(1)")
		}
	}
	return names
}

// A page is text in man(7), in which nothing that a command says is a request.
type page struct{ strings.Builder }

// request writes a request with its arguments.
func (p *page) request(name string, args ...string) {
	p.WriteString("." + name)
	for _, a := range args {
		fmt.Fprintf(p, ` "%s"`, strings.ReplaceAll(escape(a), `"`, `\(dq`))
	}
	p.WriteString("\n")
}

// section writes a section of paragraphs, unless it is empty.
func (p *page) section(title, text string) {
	if text == "" {
		return
	}
	p.request("SH", title)
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			p.request("PP")
		}
		p.text(paragraph)
	}
}

// options writes a section with what flags do.
func (p *page) options(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	p.request("SH", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		argument, usage := pflag.UnquoteUsage(f)
		p.request("TP")
		p.text(strings.TrimSpace(spelling(f) + " " + argument))
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
			usage += " (default " + f.DefValue + ")"
		}
		p.text(usage)
	})
}

func spelling(f *pflag.Flag) string {
	if f.Shorthand == "" {
		return "--" + f.Name
	}
	return "-" + f.Shorthand + ", --" + f.Name
}

// text writes lines as they are.
func (p *page) text(text string) {
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			p.WriteString(`\&`)
		}
		p.WriteString(escape(line))
	}
}

// escape keeps man from taking a backslash for its own, and a hyphen, of which pages
// are full that are to be copied, for a dash.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
}
