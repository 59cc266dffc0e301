package web_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/web/issuer"
)

// providerPath names the script that serves a provider of OpenID Connect, one that others
// wrote. Without it there is none to sign in with.
const providerPath = "PEERSLOT_TEST_OIDC"

// startProvider starts a provider that sends browsers back to that address, and returns
// its issuer. It ends with the test.
func startProvider(t *testing.T, back string) string {
	t.Helper()
	path := os.Getenv(providerPath)
	if path == "" {
		t.Skip(providerPath + " is not set: no provider to sign in with")
	}
	cmd := exec.CommandContext(t.Context(), "node", path, back)
	cmd.Stderr = io.Discard // warnings that it is meant for tests
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { input.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("%s serves nothing: %v", path, err)
	}
	return strings.TrimSpace(line)
}

// servedSite is a site on loopback, whose clock is the real one as the provider's is.
func servedSite(t *testing.T, with ...func(*site)) *site {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	s := newSite(t, append([]func(*site){func(s *site) {
		s.URL, s.now = &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}, time.Now()
	}}, with...)...)
	server.Config.Handler = s.serve
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// A pilgrim is a browser on the way to the provider and back. What it is sent to may be
// tampered with.
type pilgrim struct {
	*http.Client
	t      *testing.T
	tamper map[string]string // parameters of redirections, by what they are set to
}

func newPilgrim(t *testing.T, tamper map[string]string) *pilgrim {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &pilgrim{&http.Client{Jar: jar, Timeout: time.Minute}, t, tamper}
	p.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		q := r.URL.Query()
		for name, value := range p.tamper {
			if q.Has(name) {
				q.Set(name, value)
				r.URL.RawQuery = q.Encode()
			}
		}
		return nil
	}
	return p
}

// page returns the page that an answer leads to.
func (p *pilgrim) page(resp *http.Response, err error) (at *http.Response, body string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp, string(text)
}

var formAction = regexp.MustCompile(`<form[^>]* action="(http[^"]+)" method="post"`)

// signIn goes to the provider from the page of signing in, says there who it is, agrees,
// and returns what it comes back to.
func (p *pilgrim) signIn(s *site, who string) (status int, path, body string) {
	p.t.Helper()
	at, body := p.page(p.Get(s.URL.String() + "/signin/oidc?next=/hours"))
	for _, form := range []url.Values{{"prompt": {"login"}, "login": {who}, "password": {"-"}}, {"prompt": {"consent"}}} {
		action := formAction.FindStringSubmatch(body)
		if action == nil {
			break // the provider sends it back at once
		}
		at, body = p.page(p.PostForm(action[1], form))
	}
	if at.Request.URL.Host != s.URL.Host {
		p.t.Fatalf("the way ends at %s: %d\n%s", at.Request.URL, at.StatusCode, body)
	}
	return at.StatusCode, at.Request.URL.Path, body
}

// Somebody signs in with a provider that others wrote, which tells addresses only to who
// asks for them; whoever it does not vouch for stays outside, and so does who comes back
// with the answer to another question.
func TestSignInWithARealProvider(t *testing.T) {
	t.Parallel()
	s := servedSite(t, func(s *site) {
		s.OIDC = &issuer.Provider{Issuer: startProvider(t, s.URL.String()+"/signin/oidc"), ClientID: "peerslot", Secret: "secret"}
	})
	if status, path, body := newPilgrim(t, nil).signIn(s, "ana"); status != http.StatusOK || path != "/hours" || !strings.Contains(body, "Signed in as Ana Lima") {
		t.Errorf("ana comes back to %s: %d\n%s", path, status, body)
	}
	for name, c := range map[string]struct {
		who    string
		tamper map[string]string
	}{
		"an address that is not verified": {who: "shady"},
		"an address of nobody":            {who: "eve"},
		"a state of another way":          {"ana", map[string]string{"state": "other"}},
		"a token for another way":         {"ana", map[string]string{"nonce": "other"}},
		"a code for another verifier":     {"ana", map[string]string{"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}},
		"a code that was made up":         {"ana", map[string]string{"code": "made-up"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPilgrim(t, c.tamper)
			if status, path, body := p.signIn(s, c.who); status != http.StatusForbidden || !strings.Contains(body, "Send me a link") {
				t.Errorf("coming back to %s: %d; want 403 with the other way to sign in\n%s", path, status, body)
			}
			if at, _ := p.page(p.Get(s.URL.String() + "/")); at.Request.URL.Path != "/signin" {
				t.Errorf("the first page leads to %s; want that nobody is signed in", at.Request.URL)
			}
		})
	}
}
