package feed

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"https://calendar.example/private-abc/basic.ics": "https://calendar.example/…",
		"webcal://Calendar.Example:8443/abc?key=abc#abc": "webcal://calendar.example/…",
		"HTTP://calendar.example":                        "http://calendar.example/…",
		" https://ana:abc@calendar.example/ ":            "https://calendar.example/…",
		"https://[2606:4700::1]:8443/abc":                "https://[2606:4700::1]/…",
		"https://0x7f.1/abc":                             "https://0x7f.1/…",
		"https://müller.example/abc":                     "…",
		"https://ana:abc/x@calendar.example/":            "…",
		"https://calendar.example/%zz":                   "…",
		"https://cal\nendar.example/":                    "…",
		"https:///abc":                                   "…",
		"https:abc":                                      "…",
		"calendars/ana.ics":                              "…",
		"":                                               "…",
	} {
		if got := Redact(in); got != want {
			t.Errorf("Redact(%q): got %q, want %q", in, got, want)
		}
		if again := Redact(want); again != want {
			t.Errorf("Redact(%q): got %q, want the same", want, again)
		}
	}
}

// Wherever a secret stands behind the host, or in front of it as user, it does
// not show; whatever is shown is printable.
func TestRedactAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path, query, user := rapid.String().Draw(t, "path"), rapid.String().Draw(t, "query"), rapid.String().Draw(t, "user")
		u := fmt.Sprintf("https://%s:%s@calendar.example/%s%s?%s%s", url.PathEscape(user), secret, path, secret, query, secret)
		if got := Redact(u); got != "https://calendar.example/…" && got != "…" {
			t.Fatalf("Redact(%q): got %q", u, got)
		}
		got := Redact(rapid.String().Draw(t, "any"))
		if strings.ContainsFunc(strings.ReplaceAll(got, "…", ""), func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("got %q, want printable ASCII", got)
		}
	})
}

func TestIsURL(t *testing.T) {
	for s, want := range map[string]bool{
		"https://calendar.example/a.ics": true, "HTTP://x": true, "webcal://x": true, " webcals://x": true,
		"ana.ics": false, "/srv/ana.ics": false, "https/ana.ics": false, "https:ana.ics": false, `C:\ana.ics`: false,
		"ftp://calendar.example": false, "file:///ana.ics": false, "": false, "-": false,
	} {
		if got := IsURL(s); got != want {
			t.Errorf("IsURL(%q) = %v", s, got)
		}
	}
}

// One key is one calendar: other users, paths and queries are others.
func TestKeys(t *testing.T) {
	seen := map[string]string{}
	for _, u := range []string{
		"https://calendar.example/a", "https://calendar.example/a?", "https://calendar.example/A", "https://calendar.example/a/",
		"https://calendar.example/%61", "https://ana@calendar.example/a", "https://ana:b@calendar.example/a", "https://calendar.example:8443/a",
		"https://calendar.example/a?b", "https://calendar.example/a?%C3%BC%20b", "https://calendar.example/b",
	} {
		l, err := parseLink(u, nil)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[l.key()]; ok {
			t.Errorf("%s and %s have one key", u, other)
		}
		seen[l.key()] = u
	}
	for u, same := range map[string]string{
		"webcal://CALENDAR.example:443/a#x": "https://calendar.example/a",
		"https://calendar.example./a":       "https://calendar.example/a",
		"https://calendar.example/a?ü b":    "https://calendar.example/a?%C3%BC%20b",
	} {
		l, err := parseLink(u, nil)
		if err != nil || seen[l.key()] != same {
			t.Errorf("%s: want the key of %s", u, same)
		}
	}
}

// Whatever is accepted is in its one spelling already.
func TestParseAnything(t *testing.T) {
	host := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.:@\[\]%_-]{1,40}`))
	rapid.Check(t, func(t *rapid.T) {
		l, problem := parseLink("https://"+host.Draw(t, "host")+"/"+rapid.String().Draw(t, "path"), nil)
		if problem != nil {
			return
		}
		u := l.url
		u.User = l.user
		if again, problem := parseLink(u.String(), nil); problem != nil || again.key() != l.key() {
			t.Fatalf("%s is another link than what it was made of: %v", &u, problem)
		}
	})
}
