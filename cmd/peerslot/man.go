package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/manual"
)

func newManCmd(a *console.App) *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages into a folder",
		Long:  `Writes a page in section 1 for each command, such as peerslot-book.1, into DIR.`,
		Example: `  peerslot man ~/.local/share/man/man1
  man peerslot-book`,
		Args: console.Exactly(1, "name the folder"),
		RunE: func(cmd *cobra.Command, args []string) error { return runMan(a, cmd.Root(), args[0]) },
	}
}

func runMan(a *console.App, root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	answer := struct {
		Files []string `json:"files"`
	}{[]string{}}
	now := a.Now()
	var write func(*cobra.Command) error
	write = func(cmd *cobra.Command) error {
		if !cmd.IsAvailableCommand() && cmd.HasParent() {
			return nil
		}
		path := filepath.Join(dir, manual.Name(cmd)+".1")
		if err := file.Replace(path, []byte(manual.Page(cmd, now)), 0o666); err != nil {
			return err
		}
		answer.Files = append(answer.Files, path)
		for _, child := range cmd.Commands() {
			if err := write(child); err != nil {
				return err
			}
		}
		return nil
	}
	if err := write(root); err != nil {
		return err
	}
	if a.Json {
		return a.Answer(answer)
	}
	a.Printer().Printf("Wrote %d pages into %s\n", len(answer.Files), dir)
	return a.Out.Error()
}
