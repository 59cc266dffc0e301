package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
	"github.com/peerslot/peerslot/scheduler/web/internal/guard"
)

// How long a link is good, and how many are sent.
const (
	linkLife    = 15 * time.Minute
	perQuarter  = 3  // to an address in 15 minutes
	perDay      = 10 // and in a day
	perPeerHour = 30 // asked for by one peer
)

type signInData struct {
	Sent    bool   // a link was asked for
	Over    bool   // a form was sent that needed a session
	Gone    bool   // a link was opened that is used or old
	Next    string // where to go then
	Problem string // why another way to sign in failed
	Fault   string // at the field
	Email   string // as it was typed
	OIDC    bool
	Links   bool // can be asked for
	Printed bool // where the server runs, for want of mail
}

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	next := s.next(r.URL.Query().Get("next"))
	if v.Address != "" {
		return s.done(w, r, next)
	}
	return s.signInForm(w, r, http.StatusOK, signInData{Sent: r.URL.Query().Has("sent"), Over: r.URL.Query().Has("over"), Next: next})
}

func (s *Server) signInForm(w http.ResponseWriter, r *http.Request, status int, d signInData) error {
	d.OIDC, d.Links, d.Printed = s.OIDC != nil, s.SendLink != nil, s.Printed != nil && s.Printed()
	return s.render(w, r, status, "signin", page{Title: "Sign in", Data: d})
}

// signInFor returns the path that leads back to u after signing in.
func signInFor(u *url.URL) string {
	if u.Path == "/" {
		return "/signin"
	}
	return "/signin?next=" + url.QueryEscape(u.RequestURI())
}

// next returns the path if it is one of a page of ours, "/" otherwise.
func (s *Server) next(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	if _, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, URL: u}); !strings.HasPrefix(pattern, "GET /") || strings.HasPrefix(pattern, "GET /signin") {
		return "/"
	}
	return path
}

// askForLink answers alike for every address, in words and in time: whether there is
// such a person is found out after the answer.
func (s *Server) askForLink(w http.ResponseWriter, r *http.Request, _ viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	next := s.next(r.PostForm.Get("next"))
	typed := strings.TrimSpace(r.PostForm.Get("email"))
	address, err := calendar.ParseAddress(typed)
	if err != nil {
		return s.signInForm(w, r, http.StatusUnprocessableEntity, signInData{Next: next, Email: typed, Fault: "That is no mail address; it should look like ana@acme.example."})
	}
	browser := secret()
	if s.asked.Allows(guard.Peer(r, s.Trusted), s.Now(), perPeerHour) {
		s.post(letter{to: address, browser: hashOf(browser), next: next})
	}
	http.SetCookie(w, s.cookie(s.cookieName()+"-asked", browser, linkLife))
	to := "/signin?sent"
	if next != "/" {
		to += "&next=" + url.QueryEscape(next)
	}
	return s.done(w, r, to)
}

// A letter is a link that somebody asked for.
type letter struct {
	to      calendar.Address
	browser string
	next    string
}

// post leaves a letter to Run. When very many wait, it is lost: who asked will again.
func (s *Server) post(l letter) {
	select {
	case s.letters <- l:
	default:
		s.Log.Warn("too many ask for links to sign in; some get none")
	}
}

// lastLetters is how long the links that wait have once Run is to end.
const lastLetters = 5 * time.Second

// Run sends the links that are asked for until ctx ends, and then those that wait.
func (s *Server) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastLetters, cancel) })()
	for {
		select {
		case l := <-s.letters:
			s.deliver(work, l)
		case <-ctx.Done():
			for len(s.letters) > 0 {
				s.deliver(work, <-s.letters)
			}
			return nil
		}
	}
}

func (s *Server) deliver(ctx context.Context, l letter) {
	if err := s.sendLink(ctx, l); err != nil {
		s.Log.Error("a link to sign in was not sent", "err", err)
	}
}

func (s *Server) sendLink(ctx context.Context, l letter) error {
	now, err := s.view(ctx)
	if err != nil {
		return err
	}
	person, ok := now.person(l.to)
	if !ok || s.SendLink == nil {
		return nil
	}
	if enough, err := s.sentEnough(ctx, person); err != nil || enough {
		return err
	}
	link, err := s.Link(ctx, person, l.browser, l.next)
	if err != nil {
		return err
	}
	return s.SendLink(ctx, l.to, link)
}

// person returns whose address or alias a is, if they may sign in.
func (n *view) person(a calendar.Address) (calendar.Address, bool) {
	if _, known := n.viewer(a); known {
		return a, true
	}
	person, ok := n.aliases[a]
	return person, ok
}

func (s *Server) sentEnough(ctx context.Context, person calendar.Address) (bool, error) {
	at := s.Now()
	made, err := s.Accounts.Links(ctx, person, at.Add(-24*time.Hour))
	if err != nil {
		return true, err
	}
	late := 0
	for _, t := range made {
		if t.After(at.Add(-linkLife)) {
			late++
		}
	}
	return len(made) >= perDay || late >= perQuarter, nil
}

// Link makes a link with which the person signs in, once and within 15 minutes.
// browser is the hash of what the browser that asked was given, "" if none did; next is
// the path to go to, "" for the first page.
func (s *Server) Link(ctx context.Context, person calendar.Address, browser, next string) (string, error) {
	token, at := secret(), s.Now()
	err := s.Accounts.AddLink(ctx, account.SignInLink{Hash: hashOf(token), Person: person, Browser: browser, Made: at, Expires: at.Add(linkLife)})
	if err != nil {
		return "", err
	}
	link := s.URL.JoinPath("signin", token)
	if next != "" && next != "/" {
		link.RawQuery = url.Values{"next": {next}}.Encode()
	}
	return link.String(), nil
}

// LinkFor is Link for an operator, who names somebody by one of their addresses.
func (s *Server) LinkFor(ctx context.Context, typed string) (string, error) {
	now, err := s.view(ctx)
	if err != nil {
		return "", err
	}
	address, err := calendar.ParseAddress(typed)
	if err != nil {
		return "", err
	}
	person, ok := now.person(address)
	if !ok {
		return "", fmt.Errorf("%s may not sign in", address)
	}
	return s.Link(ctx, person, "", "")
}

type linkData struct {
	Ask   bool // for the address: this browser did not ask for the link
	Next  string
	Fault string
}

// linkPage spends nothing: mail scanners open links.
func (s *Server) linkPage(w http.ResponseWriter, r *http.Request, v viewer) error {
	link, err := s.Accounts.Link(r.Context(), hashOf(r.PathValue("token")), s.Now())
	if err != nil {
		return s.noLink(w, r, v, err)
	}
	return s.linkForm(w, r, http.StatusOK, linkData{Ask: !s.isAsker(r, link), Next: s.next(r.URL.Query().Get("next"))})
}

func (s *Server) linkForm(w http.ResponseWriter, r *http.Request, status int, d linkData) error {
	return s.render(w, r, status, "link", page{Title: "Sign in", Data: d})
}

// noLink answers that a link is used or too old, with the form to ask for another. Who is
// signed in needs none: they pressed twice, or opened the mail again.
func (s *Server) noLink(w http.ResponseWriter, r *http.Request, v viewer, err error) error {
	next := s.next(r.FormValue("next"))
	switch {
	case !errors.Is(err, account.ErrNoLink):
		return err
	case v.Address != "":
		return s.done(w, r, next)
	}
	return s.signInForm(w, r, http.StatusGone, signInData{Gone: true, Next: next})
}

// isAsker reports whether the link was asked for in this browser.
func (s *Server) isAsker(r *http.Request, link account.SignInLink) bool {
	cookie, err := r.Cookie(s.cookieName() + "-asked")
	return err == nil && link.Browser != "" && hashOf(cookie.Value) == link.Browser
}

func (s *Server) spendLink(w http.ResponseWriter, r *http.Request, v viewer) error {
	if err := guard.Form(r); err != nil {
		return err
	}
	hash := hashOf(r.PathValue("token"))
	link, err := s.Accounts.Link(r.Context(), hash, s.Now())
	if err != nil {
		return s.noLink(w, r, v, err)
	}
	next := s.next(r.PostForm.Get("next"))
	if !s.isAsker(r, link) {
		typed, err := calendar.ParseAddress(strings.TrimSpace(r.PostForm.Get("email")))
		if person, _ := v.view.person(typed); err != nil || person != link.Person {
			return s.linkForm(w, r, http.StatusUnprocessableEntity, linkData{Ask: true, Next: next, Fault: "This link was not sent to that address. Type the one at which you got it."})
		}
	}
	begun, token := s.session(link.Person)
	if err := s.Accounts.SpendLink(r.Context(), hash, s.Now(), begun); err != nil {
		return s.noLink(w, r, v, err)
	}
	return s.signedIn(w, r, v, token, next)
}

// session returns a new session of a person, and its secret.
func (s *Server) session(person calendar.Address) (account.SignInSession, string) {
	token, at := secret(), s.Now()
	return account.SignInSession{Hash: hashOf(token), Person: person, Began: at, Used: at}, token
}

// signedIn gives the browser its session. The one that it had ends.
func (s *Server) signedIn(w http.ResponseWriter, r *http.Request, was viewer, token, next string) error {
	if was.session != "" {
		if err := s.Accounts.End(r.Context(), was.session); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.cookie(s.cookieName(), token, memberMost))
	http.SetCookie(w, s.cookie(s.cookieName()+"-asked", "", 0))
	return s.done(w, r, next)
}

// signOut ends the session, or all of the person's.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request, v viewer) error {
	if v.Address == "" {
		return s.done(w, r, "/signin") // in another window already
	}
	if err := guard.Form(r); err != nil {
		return err
	}
	end := s.Accounts.End(r.Context(), v.session)
	if r.PostForm.Has("everywhere") {
		end = s.Accounts.EndAll(r.Context(), v.Address)
	}
	if end != nil {
		return end
	}
	http.SetCookie(w, s.cookie(s.cookieName(), "", 0))
	return s.done(w, r, "/signin")
}
