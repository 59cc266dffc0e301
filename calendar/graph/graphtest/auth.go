package graphtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// The application that the stand-in knows.
const (
	Tenant   = "acme.example"
	ClientID = "6c1fa0b5-6ad4-4e9c-b4d2-6f7f5d5d3f10"
	Secret   = "client-secret"

	delegated = "Calendars.ReadWrite offline_access"
)

// Auth is the sign-in of the stand-in. Fields are set before it is used.
type Auth struct {
	Account string // who signs in; "" means the organizer
	Grant   string // scopes that are granted; "" means what is asked for
	Error   string // what the pages and the token endpoint answer instead
	Number  int    // of Entra's, with Error
	Static  bool   // renewals bring no new refresh token
	Pending int    // how often a device code is asked for before it is entered
	Without bool   // tokens of the application have no roles
	Fail    func(grantType string, n int) int

	// Certificate is the public key that a signed assertion must fit; see Verify.
	Verify func(assertion, audience string) error

	mu       sync.Mutex
	codes    map[string]url.Values
	refresh  map[string]bool // those that are good: an old one stays so
	newest   string
	access   map[string]grant
	requests []string // grant types
}

type grant struct {
	account string // "" for the application
	expiry  time.Time
}

func (a *Auth) init(testing.TB) {
	a.newest = "refresh-" + rand.Text()
	a.codes, a.access, a.refresh = map[string]url.Values{}, map[string]grant{}, map[string]bool{a.newest: true}
}

// Revoke ends all access, as when the person's password changes.
func (s *Server) Revoke() {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	clear(s.Auth.access)
	clear(s.Auth.refresh)
}

// DropTokens has the API refuse all access tokens that are out.
func (s *Server) DropTokens() {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	clear(s.Auth.access)
}

// Requests returns the grant types that the token endpoint was asked for.
func (s *Server) Requests() []string {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	return slices.Clone(s.Auth.requests)
}

// WriteToken writes the token file of an organizer who signed in a while ago.
func (s *Server) WriteToken(path string) {
	data, err := json.Marshal(doc{"access_token": "stale", "refresh_token": s.Auth.newest, "expiry": time.Unix(0, 0).UTC(), "scope": "Calendars.ReadWrite"})
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

// granted returns what a call's token stands for.
func (s *Server) granted(r request) (grant, bool) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	g, ok := s.Auth.access[token]
	return g, ok
}

// allowed reports whether a call's token may do it: a person's reaches that person's
// mailbox alone.
func (s *Server) allowed(r request, g grant, ok bool) error {
	switch {
	case !ok || !time.Now().Before(g.expiry):
		return webtest.Refuse(http.StatusUnauthorized, "InvalidAuthenticationToken")
	case g.account == "" && (s.Auth.Without || s.HideMailbox), g.account != "" && g.account != r.user:
		return webtest.Refuse(http.StatusForbidden, "ErrorAccessDenied")
	case r.user != s.Organizer:
		s.T.Errorf("a call for the mailbox of %s", r.user)
		return webtest.Refuse(http.StatusNotFound, "ErrorItemNotFound")
	}
	return nil
}

func (s *Server) serveAuth(w http.ResponseWriter, r *http.Request) {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	switch r.URL.Path {
	case "/login/" + Tenant + "/oauth2/v2.0/authorize":
		s.consent(w, r)
	case "/login/" + Tenant + "/oauth2/v2.0/token":
		s.token(w, r)
	case "/login/" + Tenant + "/oauth2/v2.0/devicecode":
		s.device(w, r)
	default:
		s.T.Errorf("a request for %s, which nobody knows", r.URL.Path)
		http.NotFound(w, r)
	}
}

// consent plays the page on which a person allows or denies access.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	for name, want := range map[string]string{
		"client_id": ClientID, "response_type": "code", "scope": delegated, "code_challenge_method": "S256", "login_hint": s.Organizer,
	} {
		if q.Get(name) != want {
			s.T.Errorf("sign-in: got %s %q, want %q", name, q.Get(name), want)
		}
	}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Scheme != "http" || back.Hostname() != "localhost" || q.Get("state") == "" || q.Get("code_challenge") == "" {
		s.T.Errorf("sign-in: redirect %q, state %q, challenge %q", back, q.Get("state"), q.Get("code_challenge"))
	}
	answer := url.Values{"state": {q.Get("state")}}
	if s.Auth.Error != "" {
		answer.Set("error", s.Auth.Error)
		answer.Set("error_description", "AADSTS65004: SECRET that nobody may read")
	} else {
		code := rand.Text()
		s.Auth.codes[code] = q
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) device(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("client_id") != ClientID || r.PostForm.Get("scope") != delegated {
		s.T.Errorf("device code: %v, %v", r.PostForm, err)
	}
	s.reply(w, doc{"device_code": "device", "user_code": "ABCD-EFGH", "verification_uri": s.URL + "/device", "expires_in": 900, "interval": 1, "message": "SECRET"})
}

func (s *Server) reply(w http.ResponseWriter, d doc) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(d)
}

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuse(w, "invalid_request", 0)
		return
	}
	form := r.PostForm
	kind := form.Get("grant_type")
	s.Auth.requests = append(s.Auth.requests, kind)
	if s.Auth.Fail != nil {
		if status := s.Auth.Fail(kind, len(s.Auth.requests)); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	if form.Get("client_id") != ClientID {
		s.refuse(w, "unauthorized_client", 700016)
		return
	}
	account, code, number := s.Auth.account(s), "", 0
	switch kind {
	case "client_credentials":
		account = ""
		code, number = s.application(form)
	case "authorization_code":
		code = s.redeem(form)
	case "refresh_token":
		if !s.Auth.refresh[form.Get("refresh_token")] {
			code, number = "invalid_grant", 50173
		}
	case "urn:ietf:params:oauth:grant-type:device_code":
		if s.Auth.Pending--; s.Auth.Pending >= 0 {
			code, number = "authorization_pending", 70016
		}
	default:
		code = "unsupported_grant_type"
	}
	if kind != "client_credentials" && (form.Get("client_secret") != "" || form.Get("client_assertion") != "") {
		code, number = "invalid_client", 700025
	}
	if s.Auth.Error != "" && code == "" {
		code, number = s.Auth.Error, s.Auth.Number
	}
	if code != "" {
		s.refuse(w, code, number)
		return
	}
	s.issue(w, kind, account)
}

func (a *Auth) account(s *Server) string {
	if a.Account != "" {
		return a.Account
	}
	return s.Organizer
}

func (s *Server) issue(w http.ResponseWriter, kind, account string) {
	answer := doc{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}
	s.Auth.access[answer["access_token"].(string)] = grant{account, time.Now().Add(time.Hour)}
	if kind != "client_credentials" {
		if !s.Auth.Static || kind != "refresh_token" {
			s.Auth.newest = "refresh-" + rand.Text()
			s.Auth.refresh[s.Auth.newest] = true
			answer["refresh_token"] = s.Auth.newest
		}
		answer["scope"] = "https://graph.microsoft.com/Calendars.ReadWrite profile openid email"
		if s.Auth.Grant != "" {
			answer["scope"] = s.Auth.Grant
		}
	}
	s.reply(w, answer)
}

func (s *Server) refuse(w http.ResponseWriter, code string, number int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	d := doc{"error": code, "error_description": "SECRET that nobody may read", "correlation_id": "c"}
	if number != 0 {
		d["error_codes"] = []any{number}
	}
	_ = json.NewEncoder(w).Encode(d)
}

// application checks who asks for the application's own token.
func (s *Server) application(form url.Values) (code string, number int) {
	if form.Get("scope") != "https://graph.microsoft.com/.default" {
		s.T.Errorf("client credentials for %q", form.Get("scope"))
	}
	if assertion := form.Get("client_assertion"); assertion != "" {
		if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Get("client_secret") != "" {
			s.T.Errorf("an assertion with %v", form)
		}
		if s.Auth.Verify == nil {
			return "invalid_client", 700027
		}
		if err := s.Auth.Verify(assertion, s.Login()+"/"+Tenant+"/oauth2/v2.0/token"); err != nil {
			s.T.Errorf("an assertion: %v", err)
			return "invalid_client", 700027
		}
		return "", 0
	}
	if form.Get("client_secret") != Secret {
		return "invalid_client", 7000215
	}
	return "", 0
}

func (s *Server) redeem(form url.Values) (code string) {
	asked, ok := s.Auth.codes[form.Get("code")]
	delete(s.Auth.codes, form.Get("code"))
	proof := sha256.Sum256([]byte(form.Get("code_verifier")))
	if !ok || asked.Get("redirect_uri") != form.Get("redirect_uri") ||
		asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(proof[:]) {
		return "invalid_grant"
	}
	return ""
}
