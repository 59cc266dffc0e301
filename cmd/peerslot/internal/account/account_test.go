package account

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// app returns a program in whose environment these variables are set.
func app(t *testing.T, env map[string]string) *console.App {
	return &console.App{Getenv: func(name string) string { return env[name] }, Now: time.Now, Stderr: t.Output()}
}

// is tests that an error has these words, or that there is none if they are "".
func is(t *testing.T, what string, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

// The key that hides answers is long, the same in every run, and nobody else's to read.
func TestAnswerKey(t *testing.T) {
	const long = "sixteen bytes or more"
	for name, row := range map[string]struct {
		env, file string
		mode      os.FileMode
		want      string
	}{
		"in the environment":           {env: long},
		"too short in the environment": {env: "short", want: "KEY has 5 bytes, want 16 or more"},
		"in a file":                    {file: long, mode: 0o600},
		"in a file of others":          {file: long, mode: 0o640, want: "answer.key can be read by others (mode 0640)"},
		"cut off in a file":            {file: "short", mode: 0o600, want: "answer.key has 5 bytes, want 16 or more; restore it from a backup"},
	} {
		c := &config.Config{Dir: t.TempDir(), AnswerKey: "answer.key"}
		if row.env != "" {
			c.AnswerKeyEnv = "KEY"
		} else if err := os.WriteFile(filepath.Join(c.Dir, c.AnswerKey), []byte(row.file), row.mode); err != nil {
			t.Fatal(err)
		}
		key, err := AnswerKey(app(t, map[string]string{"KEY": row.env}), c, true)
		is(t, name, err, row.want)
		if err == nil && string(key) != long {
			t.Errorf("%s: the key is %q, want %q", name, key, long)
		}
		is(t, name+", checked", CheckKeys(app(t, map[string]string{"KEY": row.env}), c)["key of the answers"], row.want)
	}
	c := &config.Config{Dir: t.TempDir(), AnswerKey: "keys/answer.key"}
	_, err := AnswerKey(app(t, nil), c, false)
	is(t, "no file", err, "no such file")
	if faults := CheckKeys(app(t, nil), c); len(faults) > 0 {
		t.Errorf("of keys that are not made yet is said %v", faults)
	}
	made, err := AnswerKey(app(t, nil), c, true)
	is(t, "a new file", err, "")
	again, err := AnswerKey(app(t, nil), c, false)
	if is(t, "the file once it is made", err, ""); len(made) < keyLength || string(again) != string(made) {
		t.Errorf("the key is %q, and then %q; want the same", made, again)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, ".peerslot"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	is(t, "no room for the key of the feeds, checked", CheckKeys(app(t, nil), c)["key of the feeds"], "not a directory")
	_, err = FeedKey(c.Dir)
	is(t, "no room for the key of the feeds", err, "the key of the feeds: ")
}

// A program may give the access token for mail; what it prints must be one.
func TestTokenCommand(t *testing.T) {
	for name, row := range map[string]struct {
		command []string
		want    string
	}{
		"a token":      {[]string{"echo", "secret"}, ""},
		"in its place": {[]string{"cat", "token.txt"}, ""},
		"nothing":      {[]string{"true"}, "true prints no access token"},
		"an agent":     {[]string{"sh", "-c", "(while [ -e token.txt ]; do sleep 0.1; done) & echo secret"}, ""},
		"no text":      {[]string{"head", "-c", "3000000", "/dev/zero"}, "head prints no access token"},
		"two words":    {[]string{"echo", "not", "one"}, "echo prints no access token"},
		"a failure":    {[]string{"sh", "-c", "echo secret; exit 4"}, "run sh: exit status 4"},
		"no program":   {[]string{"./nothing"}, "run ./nothing: "},
	} {
		c := &config.Config{Dir: t.TempDir(), Mail: config.Mail{TokenCommand: row.command}}
		if err := os.WriteFile(filepath.Join(c.Dir, "token.txt"), []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		token, err := MailServer(app(t, nil), c).Token(t.Context())
		if is(t, name, err, row.want); err == nil && token != "secret" {
			t.Errorf("%s: %q, want the token", name, token)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v; want no word of what the program printed", name, err)
		}
	}
}

// Who sends mail with a token of the organizer uses the one that signing in has kept.
func TestMailToken(t *testing.T) {
	for provider, options := range map[string]config.MailOAuth{
		"google":    {Provider: "google", ClientID: "1", Token: "mail.json"},
		"microsoft": {Provider: "microsoft", ClientID: "1", Token: "mail.json"},
	} {
		c := &config.Config{Dir: t.TempDir(), Mail: config.Mail{OAuth: options}}
		server := MailServer(app(t, nil), c)
		_, err := server.Token(t.Context())
		is(t, provider+" before signing in", err, "sign")
		kept := oauth.Token{}
		kept.AccessToken, kept.RefreshToken, kept.Expiry = "secret", "again", time.Now().Add(time.Hour)
		if err := oauth.File(filepath.Join(c.Dir, "mail.json")).Keep(oauth.Service{Key: "mail"}, kept); err != nil {
			t.Fatal(err)
		}
		token, err := server.Token(t.Context())
		if is(t, provider, err, ""); token != "secret" {
			t.Errorf("%s: the token is %q, want the one that was kept", provider, token)
		}
	}
}

// Who cannot sign in is told what the configuration lacks.
func TestAccountsThatCannotSignIn(t *testing.T) {
	broken := &config.Config{Dir: t.TempDir()}
	broken.Calendar.Microsoft = config.MicrosoftOptions{Tenant: "acme.example", ClientID: "1", SecretEnv: "SECRET"}
	_, err := microsoftAccount(app(t, nil), broken, false)
	is(t, "an application with a secret", err, "the application signs in by itself")
	_, err = MicrosoftConfig(app(t, nil), broken)
	is(t, "an application without its secret", err, "there is no secret in the environment variable SECRET")
	cfg, err := MicrosoftConfig(app(t, map[string]string{"SECRET": " word\n"}), broken)
	if is(t, "an application with its secret", err, ""); cfg.Secret != "word" {
		t.Errorf("the secret is %q, want it without the line's end", cfg.Secret)
	}
	_, err = mailAccount(app(t, nil), broken)
	is(t, "mail without a token", err, "mail does not sign in with a token")
	broken.Mail.OAuth.Provider, broken.Calendar.Microsoft.ClientID = "microsoft", ""
	_, err = mailAccount(app(t, nil), broken)
	is(t, "mail of no application", err, "mail.oauth: client_id is missing")
	_, err = MailServer(app(t, nil), broken).Token(t.Context())
	is(t, "a token of no application", err, "mail.oauth: client_id is missing")
	broken.Mail.OAuth.Provider = "google"
	_, err = mailAccount(app(t, nil), broken)
	is(t, "mail of no Google client", err, "credentials")
	broken.Mail.OAuth.ClientID = "1"
	to, err := mailAccount(app(t, nil), broken)
	is(t, "mail of a Google client", err, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = to.signIn(ctx, func(string) error { return nil })
	is(t, "signing in that is given up", err, "cancel")
}

// Files that a database's address names are as seen from the configuration's folder, like
// all paths in it; an address that names none stays as it is written.
func TestStoreURL(t *testing.T) {
	for store, want := range map[string]string{
		"peerslot.db":      "/srv/acme/peerslot.db",
		"/var/peerslot.db": "/var/peerslot.db",
		"postgres://peerslot@db.acme.example/p?schema=acme&application_name=a%20b":         "postgres://peerslot@db.acme.example/p?schema=acme&application_name=a%20b",
		"postgres://peerslot@db.acme.example/p?schema=acme&sslrootcert=certs/ca.pem":       "postgres://peerslot@db.acme.example/p?schema=acme&sslrootcert=%2Fsrv%2Facme%2Fcerts%2Fca.pem",
		"postgres://db/p?passfile=pass&sslcert=c&sslkey=k&sslrootcert=system&servicefile=": "postgres://db/p?passfile=%2Fsrv%2Facme%2Fpass&servicefile=&sslcert=%2Fsrv%2Facme%2Fc&sslkey=%2Fsrv%2Facme%2Fk&sslrootcert=system",
	} {
		if got := StoreURL(&config.Config{Dir: "/srv/acme", Store: store}); got != want {
			t.Errorf("%s: got %s, want %s", store, got, want)
		}
	}
}
