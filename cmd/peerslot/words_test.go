package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
)

// No command's name and no flag stands in a text outside the program itself: what is
// said there is shown on pages, too.
func TestNoCommandOutsideTheProgram(t *testing.T) {
	t.Parallel()
	var names []string
	for _, c := range newRootCmd(&console.App{}).Commands() {
		names = append(names, c.Name())
	}
	if len(names) < 20 {
		t.Fatalf("%d commands: %v; the root has all", len(names), names)
	}
	command := regexp.MustCompile(`peerslot (` + strings.Join(names, "|") + `)['"\x60< ]|['" ]--[a-z]+`)
	read := 0
	for _, top := range []string{"availability", "calendar", "scheduler"} {
		root := os.DirFS("../../" + top)
		err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "test/") {
				return err
			}
			if kind := path.Ext(name); kind != ".go" && kind != ".html" && kind != ".txt" && kind != ".tmpl" {
				return nil
			}
			text, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			read++
			for _, said := range textsOf(name, text) {
				if found := command.FindString(said); found != "" {
					t.Errorf("%s/%s: %q stands in %q; say a scheduler.Step, or leave the words to the program", top, name, found, said)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Fatalf("%d files were read; nothing was checked", read)
	}
}

// Each step that a finding can call for is a command as it can be typed.
func TestStepsAreCommands(t *testing.T) {
	t.Parallel()
	root := newRootCmd(&console.App{})
	for _, kind := range []scheduler.StepKind{scheduler.EndSeries, scheduler.BookSeries, scheduler.RebookRest, scheduler.RunRepair, scheduler.FormRound, scheduler.PlacePerson, scheduler.LookAtRead, scheduler.LookAtAll} {
		line := console.Command(scheduler.Step{Do: kind, Group: "first leads", Program: "all circles", Person: "ana@acme.example"})
		for _, name := range []string{"first leads", "all circles"} { // as a shell has it
			line = strings.Replace(line, `"`+name+`"`, strings.ReplaceAll(name, " ", "-"), 1)
		}
		words := strings.Fields(strings.Trim(line, "'"))
		if len(words) < 2 {
			t.Errorf("step %q: the line is %s; want a command", kind, line)
			continue
		}
		c, args, err := root.Find(words[1:])
		if err == nil {
			err = c.ParseFlags(args)
		}
		if err == nil && c != root {
			err = c.ValidateArgs(c.Flags().Args())
		}
		if err != nil || c == root {
			t.Errorf("step %q: %s cannot be typed: command %q, %v", kind, line, c.Name(), err)
		}
	}
}

// textsOf returns what a file can say: the strings of Go, and all of anything else.
func textsOf(name string, text []byte) []string {
	if path.Ext(name) != ".go" {
		return []string{string(text)}
	}
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile(name, -1, len(text)), text, nil, 0)
	var out []string
	for {
		_, kind, literal := s.Scan()
		switch kind {
		case token.EOF:
			return out
		case token.STRING:
			out = append(out, literal)
		}
	}
}
