package feed

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// refusedURLs are spellings of addresses that are not of the public internet, and
// URLs that are refused for another reason.
var refusedURLs = []string{
	"https://127.0.0.1/", "https://127.0.0.1:8443/", "https://127.1/", "https://127.0.1/", "https://127.0.0.1./",
	"https://0x7f.1/", "https://0x7f.0.0.1/", "https://0X7F000001/", "https://127.0.0.0x1/", "https://0x/", "https://a.0x7f/",
	"https://2130706433/", "https://017700000001/", "https://0177.0.0.1/", "https://127.0.0.01/", "https://0/", "https://1.2.3.4.5/",
	"https://127.0.0.1.:443/", "https://127.0.0.1../", "https://4294967296/", "https://256.1.1.1/",
	"https://%6c%6fcalhost/", "https://１２７.0.0.1/", "https://127。0。0。1/", "https://①②⑦.0.0.1/", "https://ｌocalhost/",
	"https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://a.LocalHost./", "https://localhost:443/",
	"https://localhost.localdomain/", "https://printer/", "https://printer.local/", "https://metadata.google.internal/", "https://router.home.arpa/",
	"https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/",
	"https://224.0.0.1/", "https://255.255.255.255/", "https://198.18.0.1/", "https://203.0.113.9/",
	"https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:8.8.8.8]/",
	"https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/", "https://[fe80::1]/",
	"https://[fe80::1%25eth0]/", "https://[2606:4700::1%25lo]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/",
	"webcal://127.0.0.1/", "webcals://localhost/", "https://user@localhost/", "https://calendar.example@127.0.0.1/",
	"http://calendar.example/", "HTTP://calendar.example/",
}

func TestRefusedURLs(t *testing.T) {
	f := &Fetcher{Dir: t.TempDir(), Now: newClock().now, AllowHosts: []string{"calendar.acme.example"}, Resolver: names()}
	f.rt = roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("asked %s", r.URL)
		return nil, errors.New("asked")
	})
	for _, u := range refusedURLs {
		u += secret + "/basic.ics"
		if err := f.Check(u); err == nil {
			t.Errorf("Check(%q): no error", u)
		}
		_, _, err := f.Open(t.Context(), u, "")
		if err == nil {
			t.Errorf("Open(%q): no error", u)
			continue
		}
		checkShown(t, err)
		// Some of these are no URLs to begin with.
		if _, malformed := url.Parse(u); malformed == nil && !errors.Is(err, ErrRefused) {
			t.Errorf("Open(%q): got %v, want ErrRefused", u, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMalformedURLs(t *testing.T) {
	f := &Fetcher{Dir: t.TempDir(), Now: newClock().now, Resolver: names()}
	for _, u := range []string{
		"", secret, "https", "https:", "https://", "https:///" + secret, "https:" + secret, "//" + secret, "/" + secret, secret + "://calendar.example/",
		"ftp://calendar.example/" + secret, "file:///" + secret, "javascript:" + secret, "https://calendar.example:port" + secret + "/",
		"https://calendar.example:0/" + secret, "https://calendar.example:65536/" + secret, "https://calendar.example:-1/" + secret,
		"https://calendar.example/\x00" + secret, "https://calendar.example/\r\nX: " + secret, "https://cal\x7fendar.example/" + secret,
		"https://calendar.example/%zz" + secret, "https://[::1/" + secret, "https://a b/" + secret, "https://calendar.example\\@127.0.0.1/" + secret,
		"https://ana:" + secret + "/x@calendar.example/", "https://calendar..example/" + secret, "https://.calendar.example/" + secret,
		"https://" + strings.Repeat("a", 64) + ".example/" + secret, "https://" + strings.Repeat("a.", 130) + "example/" + secret,
		"https://calendar.example/" + strings.Repeat(secret, 1000), "https://\u202ecalendar.example/" + secret,
	} {
		_, _, err := f.Open(t.Context(), u, "")
		if err == nil {
			t.Errorf("Open(%q): no error", u)
			continue
		}
		checkShown(t, err)
	}
}

func TestAllowHosts(t *testing.T) {
	for _, tt := range []struct {
		allow string
		url   string
		want  bool
	}{
		{"localhost", "https://localhost/", true},
		{"localhost", "http://LOCALHOST:8080/", true},
		{"Localhost.", "https://localhost/", true},
		{"localhost", "https://a.localhost/", false},
		{"localhost", "https://127.0.0.1/", false},
		{"localhost:8443", "https://localhost:8443/", true},
		{"localhost:8443", "https://localhost/", false},
		{"localhost:443", "https://localhost/", true},
		{"localhost:80", "http://localhost/", true},
		{"localhost:80", "https://localhost/", false},
		{"10.0.0.5", "https://10.0.0.5/", true},
		{"10.0.0.5", "https://10.0.0.50/", false},
		{"10.0.0.5", "http://10.0.0.5/", true},
		{"10.0.0.5", "https://0xa.5/", false},
		{"2130706433", "https://2130706433/", false},
		{"::1", "https://[::1]/", true},
		{"[::1]", "https://[0::1]/", true},
		{"[::1]:8443", "https://[::1]:8443/", true},
		{"[::1]:8443", "https://[::1]/", false},
		{"::ffff:127.0.0.1", "https://127.0.0.1/", false},
		{"calendar.acme.example", "http://calendar.acme.example/", true},
		{"calendar.acme.example", "http://acme.example/", false},
		{"acme.example", "http://calendar.acme.example/", false},
		{"*", "https://localhost/", false},
		{"", "https://localhost/", false},
		{"https://localhost", "https://localhost/", false},
		{"localhost:", "https://localhost/", false},
		{"localhost:https", "https://localhost/", false},
	} {
		f := &Fetcher{Dir: t.TempDir(), Now: newClock().now, AllowHosts: []string{tt.allow}}
		if err := f.Check(tt.url); (err == nil) != tt.want {
			t.Errorf("%s with %q allowed: got %v, want allowed %v", tt.url, tt.allow, err, tt.want)
		}
	}
}

// A name that is looked up once to be checked and again to be dialled can
// change its answer in between.
func TestNameThatChangesItsMind(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	u := "https://example.com:" + s.port() + "/" + secret
	for _, tt := range []struct {
		allow []string
		want  bool
	}{
		{[]string{"example.com"}, true}, // else this test could not fail
		{nil, false},
		{[]string{"127.0.0.1"}, false}, // a name is not allowed by its address
	} {
		f, _ := s.fetcher(t)
		f.AllowHosts, f.Resolver = tt.allow, names("93.184.216.34", "127.0.0.1")
		if got, err := f.Resolver.LookupHost(t.Context(), "example.com"); err != nil || len(got) != 1 || got[0] != "93.184.216.34" {
			t.Fatalf("the first look-up gives %v, %v, want a public address", got, err)
		}
		before := s.asked()
		_, _, err := read(t, f, u)
		if (err == nil) != tt.want || (s.asked() > before) != tt.want {
			t.Errorf("with %v allowed: got %v after %d requests", tt.allow, err, s.asked()-before)
		}
		if err != nil && (!errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "a loopback address")) {
			t.Errorf("with %v allowed: got %v, want ErrRefused that says why", tt.allow, err)
		}
	}
}

func TestRedirectsAreChecked(t *testing.T) {
	s := newSite(t, nil)
	for _, u := range refusedURLs {
		if strings.Contains(u, "127.0.0.1") && !strings.Contains(u, "[") {
			continue // where the site itself may be asked
		}
		s.set(redirect(strings.Replace(u, "webcal", "https", 1) + secret + "/basic.ics"))
		f, _ := s.fetcher(t)
		f.Resolver = names("10.0.0.1")
		before := s.asked()
		_, _, err := read(t, f, s.url())
		if err == nil || s.asked() != before+1 {
			t.Errorf("redirect to %s: got %v after %d requests", u, err, s.asked()-before)
		}
	}
}

func TestRedirectToNameOfPrivateAddress(t *testing.T) {
	s := newSite(t, redirect("https://example.com/"+secret))
	f, _ := s.fetcher(t)
	f.Resolver = names("10.0.0.1")
	_, _, err := read(t, f, s.url())
	want := "feed https://127.0.0.1/… redirects to https://example.com/…, which leads to a private address, which is refused"
	if !errors.Is(err, ErrRefused) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestRedirectToPlainHTTP(t *testing.T) {
	plain := httptest.NewServer(text(calendarOf("1")))
	defer plain.Close()
	s := newSite(t, redirect(plain.URL+"/"+secret))
	f, _ := s.fetcher(t)
	if got := must(t)(readAll(f.Open(t.Context(), plain.URL, ""))); got != calendarOf("1") { // allowed as such
		t.Errorf("got %q", got)
	}
	if _, _, err := read(t, f, s.url()); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("from https to http: got %v, want ErrRefused", err)
	}
}

func readAll(body io.ReadCloser, _ Info, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	return string(b), err
}

func must(t *testing.T) func(string, error) string {
	return func(s string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestRedirectTellsNothingToOthers(t *testing.T) {
	other := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"other"`)
		io.WriteString(w, calendarOf("1"))
	})
	to := strings.Replace(other.URL, "https://", "https://eve:eve@", 1)
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: secret})
		w.Header().Set("ETag", `"first"`)
		if r.URL.Path == "/step" {
			w.Header().Set("Location", to)
		} else {
			w.Header().Set("Location", "step")
		}
		w.WriteHeader(http.StatusFound)
	})
	f, c := s.fetcher(t)
	u := strings.Replace(s.URL, "https://", "https://ana:"+secret+"@", 1) + "/start"
	mustRead(t, f, u)
	if user, password, ok := s.last(t).BasicAuth(); !ok || user != "ana" || password != secret {
		t.Errorf("the same server was asked as %q", user)
	}
	for _, h := range []string{"Authorization", "Cookie", "Referer", "If-None-Match"} {
		if got := other.last(t).Header.Get(h); got != "" {
			t.Errorf("the other server was told %s: %s", h, got)
		}
	}
	c.add(f.maxAge() + 1)
	mustRead(t, f, u)
	if got := s.last(t).Header.Get("If-None-Match"); got != "" {
		t.Errorf("the first server was asked for %s of the other", got)
	}
	if got := other.last(t).Header.Get("If-None-Match"); got != `"other"` {
		t.Errorf("the other server was asked for %q, want what it said", got)
	}
}

func TestRedirectChain(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if n := len(r.URL.Path); n > 1 {
			http.Redirect(w, r, r.URL.Path[:n-1], http.StatusPermanentRedirect)
			return
		}
		io.WriteString(w, calendarOf("1"))
	})
	f, _ := s.fetcher(t)
	mustRead(t, f, s.URL+"/"+strings.Repeat("x", maxRedirects))
	if _, _, err := read(t, f, s.URL+"/"+strings.Repeat("x", maxRedirects+1)); err == nil || !strings.Contains(err.Error(), "redirects more than 5 times") {
		t.Errorf("got %v", err)
	}
}

func TestProxy(t *testing.T) {
	asked := make(chan string, 10)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	s := newSite(t, text(calendarOf("1")))
	f, _ := s.fetcher(t)
	f.AllowHosts, f.Resolver = []string{"example.com"}, names("127.0.0.1")
	mustRead(t, f, "https://example.com:"+s.port()+"/")
	if len(asked) > 0 {
		t.Errorf("the proxy of the environment was asked to %s", <-asked)
	}
	g, _ := s.fetcher(t)
	var err error
	if g.Proxy, err = url.Parse(strings.Replace(proxy.URL, "://", "://ana:"+secret+"@", 1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, g, "https://calendar.example/"+secret); err == nil {
		t.Error("no error of the proxy")
	}
	if got := <-asked; got != "CONNECT calendar.example:443" {
		t.Errorf("the proxy was asked to %s", got)
	}
}
