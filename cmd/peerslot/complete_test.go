package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// The shell is told what may stand at every argument and in every flag.
func TestEverythingIsCompleted(t *testing.T) {
	root := newRootCmd(&console.App{})
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		if cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
			t.Errorf("%s: nothing completes its arguments; add them to complete", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if _, ok := cmd.GetFlagCompletionFunc(f.Name); !ok && f.Value.Type() != "bool" {
				t.Errorf("%s: nothing completes --%s; add it to complete", cmd.CommandPath(), f.Name)
			}
		})
		for _, child := range cmd.Commands() {
			if child.Name() != "completion" {
				visit(child)
			}
		}
	}
	visit(root)
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	w := newLifeWorld(t, false)
	for line, want := range map[string]string{
		"slots |":                                "clash",
		"slots clash |":                          "",
		"book clash |":                           "circles-1-amber",
		"answer clash |":                         "oftener",
		"answer clash keep --as |":               "ana@acme.example",
		"form |":                                 "circles",
		"form circles --keep |":                  "clash",
		"form circles --swap ana@acme.example,|": "ana@acme.example,bo@acme.example",
		"repair --rebook |":                      "ending",
		"freebusy |":                             "cem@acme.example",
		"freebusy --ics x --zone |":              "Europe/Berlin",
		"freebusy --from |":                      "next-monday",
		"slots --cadence |":                      "biweekly",
		"book --slot |":                          "wed",
		"book --slot Tue|":                       "tue-15:00",
		"groups --intro |":                       "clash",
		"history |":                              "clash",
		"status |":                               "",
		"--log-format |":                         "json",
		"form circles --start |":                 "in-2-weeks",
	} {
		words := strings.Fields(strings.ReplaceAll(line, "|", ""))
		last := ""
		if before, _, _ := strings.Cut(line, "|"); !strings.HasSuffix(before, " ") {
			last, words = words[len(words)-1], words[:len(words)-1]
		}
		var out, errs bytes.Buffer
		execute(t.Context(), w.app(&out, &errs), slices.Concat([]string{"__complete", "-c", filepath.Join(w.dir, "peerslot.yaml")}, words, []string{last}))
		var got []string
		for l := range strings.SplitSeq(out.String(), "\n") {
			name, _, _ := strings.Cut(l, "\t")
			got = append(got, name)
		}
		if want != "" && !slices.Contains(got, want) {
			t.Errorf("%s: got %q, want %q among them\n%s", line, got, want, errs.String())
		}
		if want == "" && !strings.HasPrefix(got[0], ":") {
			t.Errorf("%s: got %q, want nothing", line, got)
		}
	}
}
