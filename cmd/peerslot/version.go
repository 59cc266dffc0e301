package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/reading"
	"github.com/peerslot/peerslot/scheduler/store"
)

func newVersionCmd(a *console.App) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show the version, what it was built with, and the zone data in use",
		Example: "  peerslot version",
		Args:    console.Exactly(0, "takes no arguments"),
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version  string   `json:"version"`
				Go       string   `json:"go"`
				Platform string   `json:"platform"`
				ZoneData string   `json:"zone_data"`
				Without  []string `json:"without"` // what a build tag left out
			}{version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, reading.ZoneDataFinding().Detail, without()}
			if a.Json {
				return a.Answer(v)
			}
			p := a.Printer()
			p.Printf("peerslot %s\n%s, %s\nzone data: %s\n", v.Version, v.Go, v.Platform, v.ZoneData)
			for _, part := range v.Without {
				p.Printf("built without %s\n", part)
			}
			return a.Out.Error()
		},
	}
}

// version returns the module's version, or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v += " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return v
}

// without returns the parts that build tags left out.
func without() []string {
	out := []string{}
	for _, part := range []struct {
		name string
		with bool
	}{{"Google", account.WithGoogle}, {"PostgreSQL", store.Postgres}, {"Slack", changing.WithSlack}} {
		if !part.with {
			out = append(out, part.name)
		}
	}
	return out
}
