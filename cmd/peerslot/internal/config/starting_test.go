package config_test

import (
	"regexp"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

func TestStarting(t *testing.T) {
	c, err := config.Parse("peerslot.yaml", config.Starting(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
}

// Every setting that is commented out must work when somebody takes the "#" away.
func TestStartingWithAllSettings(t *testing.T) {
	all := regexp.MustCompile(`(?m)^( *)#(\S)`).ReplaceAll(config.Starting(), []byte("$1$2"))
	dir := t.TempDir()
	write(t, dir, "past.csv", "")
	c, err := config.Parse("peerslot.yaml", all, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) != 1 || c.Warnings[0].Path != "people[0].manager" {
		t.Errorf("warnings: %v, want one of the manager, who is an example", c.Warnings)
	}
}
