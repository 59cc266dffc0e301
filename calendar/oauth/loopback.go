package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// SignIn has a person sign in on this machine. open is given the address that must
// be visited, to show it in a browser or print it; SignIn then waits until the
// service sends the browser back, or ctx ends. login is the address of who should
// sign in, "" if anybody may. Nothing is kept: see [File.Keep].
//
// It is OAuth for installed apps (RFC 8252): a port of this machine that the answer
// comes to, and proof of having asked (PKCE, RFC 7636).
func (c *Client) SignIn(ctx context.Context, login string, open func(address string) error) (Token, error) {
	back, err := listen()
	if err != nil {
		return Token{}, err
	}
	defer back.close(ctx)
	conf := c.Config
	conf.RedirectURL = fmt.Sprintf(c.Redirect, back.port.Addr().(*net.TCPAddr).Port)
	verifier := oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for name, values := range c.Ask {
		options = append(options, oauth2.SetAuthURLParam(name, values[0]))
	}
	if login != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", login))
	}
	if err := open(conf.AuthCodeURL(back.state, options...)); err != nil {
		return Token{}, err
	}
	code, err := back.wait(ctx, c.Service)
	if err != nil {
		return Token{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, c.client()), deadline)
	defer cancel()
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Token{}, c.explain(err)
	}
	return c.accept(token)
}

// A callback receives the browser that the service sends back.
type callback struct {
	state  string
	answer chan url.Values
	port   net.Listener
	server *http.Server
	done   chan struct{}
}

func listen() (*callback, error) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &callback{state: rand.Text(), answer: make(chan url.Values, 1), port: port, done: make(chan struct{})}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 10 * time.Second}
	go func() { defer close(c.done); _ = c.server.Serve(port) }()
	return c, nil
}

func (c *callback) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	_ = c.server.Shutdown(ctx)
	<-c.done
}

// ServeHTTP implements http.Handler. Whoever does not bring the state was not sent
// by us, and is ignored.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.URL.Path != "/" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(c.state)) != 1 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "peerslot has your answer. You can close this window.\n")
	select {
	case c.answer <- q:
	default: // a reloaded page
	}
}

func (c *callback) wait(ctx context.Context, s Service) (code string, err error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case q := <-c.answer:
		switch {
		case q.Get("code") != "":
			return q.Get("code"), nil
		case q.Get("error") != "":
			return "", s.refused(newRefusal(http.StatusBadRequest, q.Get("error"), q.Get("error_description")))
		}
		return "", s.SignedOut(s.Name + " sent neither a code nor a reason")
	}
}
