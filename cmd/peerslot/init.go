package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

func newInitCmd(a *console.App) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a commented peerslot.yaml to start from",
		Long:  `Writes peerslot.yaml into DIR, default here, with every key explained. A file that is there is never replaced.`,
		Example: `  peerslot init
  peerslot init circles && cd circles && peerslot check`,
		Args: console.AtMost(1, "want one argument at most"),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return runInit(a, dir)
		},
	}
}

func runInit(a *console.App, dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "calendars"), 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "peerslot.yaml")
	err := file.Create(path, config.Starting(), 0o666)
	if errors.Is(err, fs.ErrExist) {
		return console.WithHint(fmt.Errorf("%s is there already; it was left as it is", path), "remove it first, or name another folder")
	}
	if err != nil {
		return err
	}
	if a.Json {
		return a.Answer(struct {
			File string `json:"file"`
		}{path})
	}
	fmt.Fprintf(a.Stdout, "Wrote %s\n", path)
	a.Hint("put in your people, their calendars into %s, then run 'peerslot check'", filepath.Join(dir, "calendars"))
	return nil
}
