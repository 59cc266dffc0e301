package googletest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
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

// The scopes that the stand-in expects to be asked for, and no others.
var scopes = []string{
	scopeOwned, // all of events on calendars that one owns, and nothing of others
	scopeFree,  // when calendars are busy, and no more of their events
}

const (
	scopeOwned = "https://www.googleapis.com/auth/calendar.events.owned"
	scopeFree  = "https://www.googleapis.com/auth/calendar.events.freebusy"
)

const (
	clientID     = "peerslot-test.apps.googleusercontent.example"
	clientSecret = "client-secret"
	serviceEmail = "robot@project.iam.gserviceaccount.example"
)

// Auth is the sign-in of the stand-in. Fields are set before it is used.
type Auth struct {
	Grant      []string      // scopes that the person ticks; nil means all
	Deny       bool          // the person does not consent
	Clock      time.Duration // how far Google's clock is ahead of this machine's
	Rotate     bool          // each renewal brings a new refresh token
	Undelegate bool          // no service account may act for anybody
	Suspended  string        // for whom none may act any more
	Fail       func(grantType string, n int) int

	mu       sync.Mutex
	key      *rsa.PrivateKey
	revoked  bool
	codes    map[string]url.Values // asked with, by code
	refresh  string
	account  string // whose refresh is
	access   map[string]grant
	requests []string // grant types
}

type grant struct {
	account string
	scopes  []string
	expiry  time.Time
}

func (g grant) may(scope string) bool { return slices.Contains(g.scopes, scope) }

// testKey is made once: that takes a while.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func (a *Auth) init(t testing.TB, account string) {
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	a.key, a.codes, a.access, a.refresh, a.account = key, map[string]url.Values{}, map[string]grant{}, "refresh-"+rand.Text(), account
}

// Revoke ends all access, as when the person takes it back.
func (s *Server) Revoke() {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	s.Auth.revoked = true
	clear(s.Auth.access)
}

// Expire has the API refuse all access tokens that are out.
func (s *Server) Expire() {
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

// WriteClient writes the credentials file of an OAuth client.
func (s *Server) WriteClient(path string) {
	s.write(path, doc{"installed": doc{
		"client_id": clientID, "client_secret": clientSecret, "redirect_uris": []any{"http://localhost"},
		"auth_uri": s.URL + "/o/oauth2/auth", "token_uri": s.URL + "/token",
	}})
}

// WriteServiceAccount writes the key file of a service account.
func (s *Server) WriteServiceAccount(path string) {
	der, err := x509.MarshalPKCS8PrivateKey(s.Auth.key)
	if err != nil {
		s.T.Fatal(err)
	}
	s.write(path, doc{
		"type": "service_account", "client_email": serviceEmail, "private_key_id": "1", "token_uri": s.URL + "/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
}

// WriteToken writes the token file of Account, which signed in a while ago.
func (s *Server) WriteToken(path string) {
	s.Set(func() { s.Auth.account = s.Account })
	s.write(path, doc{"access_token": "stale", "refresh_token": s.Auth.refresh, "expiry": time.Unix(0, 0).UTC(), "scope": strings.Join(scopes, " ")})
}

func (s *Server) write(path string, d doc) {
	data, err := json.Marshal(d)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		s.T.Fatal(err)
	}
}

// caller returns the account that a call comes from, and what it may do.
func (s *Server) caller(req request) (grant, error) {
	token, _ := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	s.Auth.mu.Lock()
	g, ok := s.Auth.access[token]
	s.Auth.mu.Unlock()
	if !ok || !time.Now().Before(g.expiry) {
		return grant{}, webtest.Refuse(http.StatusUnauthorized, "authError")
	}
	for _, scope := range g.scopes {
		if slices.Contains(req.method.Scopes, scope) {
			return g, nil
		}
	}
	return grant{}, webtest.Refuse(http.StatusForbidden, "insufficientPermissions")
}

func (s *Server) serveAuth(w http.ResponseWriter, r *http.Request) {
	s.Auth.mu.Lock()
	defer s.Auth.mu.Unlock()
	switch r.URL.Path {
	case "/o/oauth2/auth":
		s.consent(w, r)
	case "/token":
		s.token(w, r)
	default:
		s.T.Errorf("a request for %s, which nobody knows", r.URL.Path)
		http.NotFound(w, r)
	}
}

// consent plays the page on which a person allows or denies access.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	asked := strings.Fields(q.Get("scope"))
	for name, want := range map[string]string{
		"client_id": clientID, "response_type": "code", "access_type": "offline", "prompt": "consent", "code_challenge_method": "S256",
	} {
		if q.Get(name) != want {
			s.T.Errorf("sign-in: got %s %q, want %q", name, q.Get(name), want)
		}
	}
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Scheme != "http" || back.Hostname() != "127.0.0.1" || q.Get("state") == "" || q.Get("code_challenge") == "" {
		s.T.Errorf("sign-in: redirect %q, state %q, challenge %q", back, q.Get("state"), q.Get("code_challenge"))
	}
	slices.Sort(asked)
	if want := slices.Sorted(slices.Values(scopes)); !slices.Equal(asked, want) {
		s.T.Errorf("sign-in: asked for %v, want %v", asked, want)
	}
	answer := url.Values{"state": {q.Get("state")}}
	if s.Auth.Deny {
		answer.Set("error", "access_denied")
	} else {
		code := rand.Text()
		s.Auth.codes[code] = q
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	kind := r.PostForm.Get("grant_type")
	s.Auth.requests = append(s.Auth.requests, kind)
	if s.Auth.Fail != nil {
		if status := s.Auth.Fail(kind, len(s.Auth.requests)); status != 0 {
			s.refuse(w, status, "server_error")
			return
		}
	}
	account, code := "", "unsupported_grant_type"
	switch kind {
	case "authorization_code":
		account, code = s.redeem(r.PostForm)
	case "refresh_token":
		account, code = s.renew(r.PostForm)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		account, code = s.assert(r.PostForm.Get("assertion"))
	}
	if code != "" {
		s.refuse(w, http.StatusBadRequest, code)
		return
	}
	granted := s.Auth.Grant
	if granted == nil {
		granted = scopes
	}
	answer := doc{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 3599, "scope": strings.Join(granted, " ")}
	s.Auth.access[answer["access_token"].(string)] = grant{account, granted, time.Now().Add(time.Hour)}
	if kind == "refresh_token" && s.Auth.Rotate {
		s.Auth.refresh = "refresh-" + rand.Text()
	}
	if kind == "authorization_code" || kind == "refresh_token" && s.Auth.Rotate {
		answer["refresh_token"] = s.Auth.refresh
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *Server) refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", time.Now().Add(s.Auth.Clock).UTC().Format(http.TimeFormat))
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(doc{"error": code, "error_description": "SECRET that nobody may read"})
}

func (s *Server) redeem(form url.Values) (account, code string) {
	asked, ok := s.Auth.codes[form.Get("code")]
	delete(s.Auth.codes, form.Get("code"))
	proof := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case !ok, asked.Get("redirect_uri") != form.Get("redirect_uri"),
		asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(proof[:]):
		return "", "invalid_grant"
	case form.Get("client_id") != clientID || form.Get("client_secret") != clientSecret:
		return "", "invalid_client"
	}
	s.Auth.revoked, s.Auth.refresh, s.Auth.account = false, "refresh-"+rand.Text(), s.Account
	return s.Account, ""
}

func (s *Server) renew(form url.Values) (account, code string) {
	switch {
	case form.Get("client_id") != clientID || form.Get("client_secret") != clientSecret:
		return "", "invalid_client"
	case s.Auth.revoked || form.Get("refresh_token") != s.Auth.refresh:
		return "", "invalid_grant"
	}
	return s.Auth.account, ""
}

// assert checks what a service account has signed.
func (s *Server) assert(jwt string) (account, code string) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return "", "invalid_request"
	}
	var head struct{ Alg, Typ, Kid string }
	var c struct {
		Iss, Sub, Scope, Aud string
		Iat, Exp             int64
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || !decode(parts[0], &head) || !decode(parts[1], &c) || head.Alg != "RS256" || head.Kid != "1" ||
		rsa.VerifyPKCS1v15(&s.Auth.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return "", "invalid_grant"
	}
	asked := slices.Sorted(slices.Values(strings.Fields(c.Scope)))
	if c.Iss != serviceEmail || c.Aud != s.URL+"/token" || !slices.Equal(asked, slices.Sorted(slices.Values(scopes))) {
		s.T.Errorf("assertion of a service account: got %+v", c)
	}
	issued, expires := time.Unix(c.Iat, 0), time.Unix(c.Exp, 0)
	now := time.Now().Add(s.Auth.Clock)
	switch {
	case expires.Sub(issued) > time.Hour, issued.After(now.Add(mostSkew)), !now.Before(expires):
		return "", "invalid_grant"
	case c.Sub == "":
		return serviceEmail, ""
	case s.Auth.Undelegate:
		return "", "unauthorized_client"
	case s.calendars[c.Sub] == nil, c.Sub == s.Auth.Suspended:
		return "", "invalid_grant"
	}
	return c.Sub, ""
}

// mostSkew is how far in the future an assertion may have been issued.
const mostSkew = 5 * time.Minute

// decode reads a part of a token: JSON in base64.
func decode(part string, v any) bool {
	data, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(data, v) == nil
}
