package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// What a field holds that may be a secret is never shown, whatever it looks like.
func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	for field, values := range map[string][]string{
		"people:\n  - {email: ana@acme.example, calendar: %q}\n": {
			"calendar.example/ical/ana/private-SECRET/basic.ics", "webcal:host.invalid/SECRET", "//host.invalid/SECRET/a.ics", "https:/host.invalid/SECRET",
			"htps://host.invalid/SECRET", "https://u:SECRET@host.invalid:99999/a", "https://host invalid/SECRET", "https://127.0.0.1:1/SECRET.ics",
			"HTTPS://host.invalid/x?token=SECRET", "https://[::1/SECRET", "feed://host.invalid/SECRET", "file:///SECRET/a.ics",
		},
		"store: %q\n": {
			"postgres://u:SECRET@127.0.0.1:1/db", "postgres://127.0.0.1:1/db?user=u&password=SECRET", "postgres://u:SECRET@127.0.0.1:port/db", "postgres://u:SECRET@h db/x",
			"postgresql://u:p@127.0.0.1:1/db?sslmode=bogus&sslpassword=SECRET", "postgres:u:SECRET@h/db", "host=127.0.0.1 port=1 password=SECRET", "mysql://u:SECRET@h/db",
			"POSTGRES://u:SECRET@127.0.0.1:1/db", "u:SECRET@host/db", "postgres://127.0.0.1:1/db?passfile=x&service=SECRET",
		},
		"slack: {token_env: %q}\n": {"xoxb-SECRET", "xoxb SECRET", "xoxb_SECRET.1"},
		"slack: {token: %q}\n":     {"xoxb-SECRET"},
		"slack: %q\n":              {"xoxb-SECRET"},
		"calendar: {backend: caldav, caldav: {url: \"https://h.example/\", username: u, password_env: %q}}\n": {"pa SECRET", "hunter-SECRET"},
		"calendar: {backend: caldav, caldav: {url: \"https://h.example/\", username: u, password: %q}}\n":     {"SECRET"},
	} {
		for _, value := range values {
			t.Run("value", func(t *testing.T) { // its name is in the path of its folder
				t.Parallel()
				w := lifeWorld{t.TempDir()}
				config := "organizer: robot@acme.example\ntimezone: Europe/Berlin\n" + fmt.Sprintf(field, value)
				if !strings.HasPrefix(field, "people") {
					config += "people:\n  - {email: ana@acme.example, calendar: none}\n"
				}
				write(t, filepath.Join(w.dir, "peerslot.yaml"), config)
				for _, args := range [][]string{{"check"}, {"check", "--json"}, {"status", "-v"}, {"freebusy", "--from", "2026-05-20"}, {"book", "--with", "ana,ana", "--name", "x", "--yes"}, {"slack"}, {"repair", "--yes"}} {
					got := w.run(t, args...)
					if strings.Contains(got.stdout+got.stderr, "SECRET") {
						t.Errorf("%s with %q, peerslot %v:\n%s%s", field, value, args, got.stdout, got.stderr)
					}
				}
			})
		}
	}
	w := lifeWorld{t.TempDir()}
	for _, ics := range []string{"webcal:host.invalid/SECRET", "host.invalid/SECRET/basic.ics", "https://127.0.0.1:1/SECRET"} {
		got := w.run(t, "freebusy", "--ics", ics, "--zone", "UTC")
		if got.status == console.ExitDone || strings.Contains(got.stdout+got.stderr, "SECRET") {
			t.Errorf("--ics %s: exit status %d\n%s%s", ics, got.status, got.stdout, got.stderr)
		}
	}
}
