package web_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/peerslot/peerslot/scheduler/web/issuer"
)

// A fakeIssuer is a provider of OpenID Connect that vouches for whomever the test says.
type fakeIssuer struct {
	*httptest.Server
	key       *rsa.PrivateKey
	claims    map[string]any // of the next token, beside those that are always there
	challenge string         // S256, that the code is bound to
	nonce     string
	down      bool
}

// issuerKey is one for all issuers: making one takes long.
var issuerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newIssuer(t *testing.T) *fakeIssuer {
	t.Helper()
	key := issuerKey()
	i := &fakeIssuer{key: key}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if encode(sum[:]) != i.challenge || r.FormValue("code") != "the-code" {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": i.token(t)})
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (i *fakeIssuer) token(t *testing.T) string {
	claims := map[string]any{"iss": i.URL, "aud": "peerslot", "sub": "17", "nonce": i.nonce, "iat": start.Unix(), "exp": start.Add(time.Hour).Unix()}
	maps.Copy(claims, i.claims)
	body, err := json.Marshal(claims)
	if err != nil {
		t.Error(err)
	}
	signed := encode([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + encode(body)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Error(err)
	}
	return signed + "." + encode(sig)
}

// signIn sends the browser to the issuer and back, and returns the answer to that.
func (i *fakeIssuer) signIn(c *client, next string) *httptest.ResponseRecorder {
	c.t.Helper()
	w := c.get("/signin/oidc?next=" + url.QueryEscape(next))
	to, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusSeeOther || err != nil || to.Path != "/auth" {
		c.t.Fatalf("GET /signin/oidc: %d to %v, %v", w.Code, to, err)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "https://peers.acme.example/signin/oidc" {
		c.t.Fatalf("asked the issuer %v", q)
	}
	i.nonce, i.challenge = q.Get("nonce"), q.Get("code_challenge")
	return c.get("/signin/oidc?code=the-code&state=" + q.Get("state"))
}

func withOIDC(i *fakeIssuer, trust bool) func(*site) {
	return func(s *site) {
		s.OIDC = &issuer.Provider{Issuer: i.URL, ClientID: "peerslot", Secret: "s", TrustEmail: trust}
	}
}

func TestProviderVouches(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSite(t, withOIDC(i, false))
	i.claims = map[string]any{"email": "Ana@acme.example", "email_verified": true}
	c := s.browser(t)
	if w := i.signIn(c, "/hours"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/hours" {
		t.Fatalf("coming back: %d to %q\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	if got := c.read("/"); !strings.Contains(got, "Ana Lima") {
		t.Errorf("ana is not signed in:\n%s", got)
	}
	// The subject stays ana, whatever address it has later; and nobody else becomes her.
	i.claims = map[string]any{"email": "bo@acme.example", "email_verified": true}
	again := s.browser(t)
	if w := i.signIn(again, "/"); w.Code != http.StatusSeeOther || !strings.Contains(again.read("/"), "Ana Lima") {
		t.Errorf("the same subject under another address: %d; want that it stays ana", w.Code)
	}
}

func TestProviderDoesNotVouch(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string]map[string]any{
		"an address that is not verified":     {"email": "ana@acme.example", "email_verified": false},
		"an address that nobody speaks of":    {"email": "ana@acme.example"},
		"an address of nobody":                {"email": "eve@acme.example", "email_verified": true},
		"no address":                          {},
		"a token for another client":          {"email": "ana@acme.example", "email_verified": true, "aud": "other"},
		"a token of another issuer":           {"email": "ana@acme.example", "email_verified": true, "iss": "https://other.example"},
		"an old token":                        {"email": "ana@acme.example", "email_verified": true, "exp": start.Add(-time.Hour).Unix()},
		"a token that answers somebody else":  {"email": "ana@acme.example", "email_verified": true, "nonce": "other"},
		"a claim of a kind that is not known": {"email": []string{"ana@acme.example"}, "email_verified": true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(t)
			s := newSite(t, withOIDC(i, false))
			i.claims = claims
			c := s.browser(t)
			if w := i.signIn(c, "/"); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "Send me a link") {
				t.Errorf("coming back: %d; want 403 with the other way to sign in\n%s", w.Code, w.Body)
			}
			if w := c.get("/"); w.Code != http.StatusSeeOther {
				t.Errorf("GET / after it: %d; want that nobody is signed in", w.Code)
			}
		})
	}
}

func TestTrustedProviderNeedNotSayThatAddressesAreVerified(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSite(t, withOIDC(i, true))
	i.claims = map[string]any{"email": "ana@acme.example"}
	if w := i.signIn(s.browser(t), "/"); w.Code != http.StatusSeeOther {
		t.Errorf("coming back: %d\n%s", w.Code, w.Body)
	}
	i.claims = map[string]any{"email": "bo@acme.example", "email_verified": false, "sub": "18"}
	if w := i.signIn(s.browser(t), "/"); w.Code != http.StatusForbidden {
		t.Errorf("an address that the provider says is not verified: %d, want 403", w.Code)
	}
}

func TestWayToTheProviderBelongsToOneBrowser(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	s := newSite(t, withOIDC(i, false))
	i.claims = map[string]any{"email": "ana@acme.example", "email_verified": true}
	c, other := s.browser(t), s.browser(t)
	to, err := url.Parse(c.get("/signin/oidc").Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	i.nonce, i.challenge = to.Query().Get("nonce"), to.Query().Get("code_challenge")
	back := "/signin/oidc?code=the-code&state="
	if w := other.get(back + to.Query().Get("state")); w.Code != http.StatusForbidden {
		t.Errorf("another browser comes back: %d, want 403", w.Code)
	}
	if w := c.get(back + "other"); w.Code != http.StatusForbidden {
		t.Errorf("coming back with another state: %d, want 403", w.Code)
	}
	if w := c.get(back + to.Query().Get("state")); w.Code != http.StatusForbidden {
		t.Errorf("coming back a second time: %d, want 403", w.Code)
	}
}

func TestProviderThatIsDownHindersNobodyElse(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.down = true
	s := newSite(t, withOIDC(i, false))
	c := s.browser(t)
	if w := c.get("/signin/oidc"); w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), "Send me a link") {
		t.Errorf("GET /signin/oidc: %d; want 502 with the other way to sign in", w.Code)
	}
	s.as(t, ana).read("/")
	i.down = false
	i.claims = map[string]any{"email": "ana@acme.example", "email_verified": true}
	if w := i.signIn(c, "/"); w.Code != http.StatusSeeOther {
		t.Errorf("once it is back: %d", w.Code)
	}
}

func TestWithoutAProviderThereIsNone(t *testing.T) {
	t.Parallel()
	if w := newSite(t).browser(t).get("/signin/oidc"); w.Code != http.StatusNotFound {
		t.Errorf("GET /signin/oidc: %d, want 404", w.Code)
	}
}
