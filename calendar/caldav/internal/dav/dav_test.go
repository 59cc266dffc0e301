package dav

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/calendar"
)

// network answers requests in the process, and remembers them.
type network struct {
	answer func(r *http.Request, body string) (status int, header http.Header, text string)
	asked  []*http.Request
	bodies []string
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(text)
	}
	n.asked, n.bodies = append(n.asked, r), append(n.bodies, body)
	status, header, text := n.answer(r, body)
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

func client(t *testing.T, n *network) *Client {
	t.Helper()
	c, err := NewClient("https://dav.cloud.example/", Account{Username: "robot", Password: "secret-pw"}, nil, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseRefusesWhatIsNotAnAnswer(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"a page":       "<!DOCTYPE html><html></html>",
		"entities":     `<!DOCTYPE a [<!ENTITY e "eeee">]><a>&e;</a>`,
		"own entity":   "<a>&e;</a>",
		"cut off":      "<a><b></b>",
		"two roots":    "<a></a><b></b>",
		"too deep":     strings.Repeat("<a>", maxDepth+2) + strings.Repeat("</a>", maxDepth+2),
		"another text": `<?xml version="1.0" encoding="utf-16"?><a/>`,
	} {
		if n, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: got %+v, want an error", name, n)
		}
	}
}

// Method and body are kept over a redirect, and the password goes along only within
// the domain, and only encrypted.
func TestRedirects(t *testing.T) {
	for location, follow := range map[string]bool{
		"/dav/":                           true,
		"https://p12-dav.cloud.example/x": true,
		"https://dav.other.example/":      false,
		"http://dav.cloud.example/":       false,
		"https://10.0.0.1/":               false,
		"https://cloud.example.evil.test": false,
	} {
		n := &network{}
		n.answer = func(r *http.Request, body string) (int, http.Header, string) {
			if len(n.asked) == 1 {
				return http.StatusFound, http.Header{"Location": {location}}, ""
			}
			return http.StatusMultiStatus, nil, `<multistatus xmlns="DAV:"/>`
		}
		c := client(t, n)
		_, _, err := c.Propfind(t.Context(), c.Root(), "0", "D:getetag")
		if (err == nil) != follow || len(n.asked) > 1 != follow {
			t.Errorf("to %s: %d requests, %v; want it followed: %v", location, len(n.asked), err, follow)
			continue
		}
		if follow && (n.asked[1].Method != "PROPFIND" || n.bodies[1] != n.bodies[0] || n.asked[1].Header.Get("Authorization") == "") {
			t.Errorf("to %s: asked %s with %q", location, n.asked[1].Method, n.bodies[1])
		}
	}
}

func TestDigestIsUsedWhereItIsWanted(t *testing.T) {
	n := &network{}
	n.answer = func(r *http.Request, _ string) (int, http.Header, string) {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Digest ") {
			return http.StatusOK, nil, ""
		}
		return http.StatusUnauthorized, http.Header{"Www-Authenticate": {`Digest realm="r", nonce="n1", qop="auth", algorithm=MD5`}}, ""
	}
	c := client(t, n)
	for range 2 {
		if _, err := c.Read(t.Context(), Request{Method: http.MethodGet, URL: c.Root()}); err != nil {
			t.Fatal(err)
		}
	}
	if len(n.asked) != 3 {
		t.Errorf("%d requests for two answers, want 3: the challenge is used again", len(n.asked))
	}
}

func TestErrorsShowNoSecrets(t *testing.T) {
	n := &network{answer: func(*http.Request, string) (int, http.Header, string) {
		return http.StatusUnauthorized, nil, "robot:secret-pw"
	}}
	c := client(t, n)
	_, err := c.Read(t.Context(), Request{Method: http.MethodGet, URL: c.Root().JoinPath("t0ken")})
	if !errors.Is(err, calendar.ErrSignIn) || strings.Contains(err.Error(), "secret-pw") || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("got %v", err)
	}
	if _, err = NewClient("https://robot:secret-pw@[::1]/t0ken", Account{}, nil, n); err == nil || strings.Contains(err.Error(), "secret-pw") || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("a URL that is refused: %v", err)
	}
}

// A text in many pieces takes room once, however many there are.
func TestTextInPieces(t *testing.T) {
	const pieces = 100_000
	for _, piece := range []string{"x<!---->", "x<b/>"} {
		text := []byte("<a>" + strings.Repeat(piece, pieces) + "</a>")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err := Parse(text)
		runtime.ReadMemStats(&after)
		if err != nil || len(n.Text) != pieces-len(n.Children) {
			t.Fatalf("%s: a text of %d bytes, %d children, %v", piece, len(n.Text), len(n.Children), err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 100<<20 {
			t.Errorf("%s: took %d MB for %d kB", piece, took>>20, len(text)>>10)
		}
	}
}

// Attributes take thirty times the room of their text: a tag of nothing else is refused.
func TestLongTags(t *testing.T) {
	many := strings.Repeat(` b=""`, 20_000)
	for text, want := range map[string]bool{
		"<a" + many + "/>":                                        false,
		"<a c='\">' d=\">\"" + many + "/>":                        false,
		"<a><![CDATA[<" + many + "]]></a>":                        true,
		"<a><!-- <" + many + " --></a>":                           true,
		"<?xml version=\"1.0\"?><a><?it's?>" + many + "</a>":      true,
		"<a>" + strings.Repeat(`<c d="'">x</c>`, 20_000) + "</a>": true,
	} {
		if _, err := Parse([]byte(text)); (err == nil) != want {
			t.Errorf("%.30s… of %d bytes: %v", text, len(text), err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>/a</href></response></multistatus>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if n, err := Parse(text); err == nil && n == nil {
			t.Error("neither a document nor an error")
		}
	})
}
