package oauth

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/calendar"
)

// entra answers requests for tokens, and keeps what was asked.
type entra struct {
	forms  []url.Values
	paths  []string
	status int
	body   string
}

// RoundTrip implements http.RoundTripper.
func (e *entra) RoundTrip(r *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(data))
	e.forms, e.paths = append(e.forms, form), append(e.paths, r.URL.String())
	return &http.Response{
		StatusCode: e.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(e.body)), Request: r,
	}, err
}

const granted = `{"access_token": "secret-token", "token_type": "Bearer", "expires_in": 3600}`

func (e *entra) app() Microsoft {
	return Microsoft{Tenant: "acme.example", ClientID: "client", HTTP: &http.Client{Transport: e}}
}

func TestApplicationWithSecret(t *testing.T) {
	e := &entra{status: 200, body: granted}
	s := e.app().WithSecret("https://graph.microsoft.com", "s3cret")
	for range 3 {
		if token, err := s.Token(t.Context(), ""); err != nil || token != "secret-token" {
			t.Fatalf("got %q, %v", token, err)
		}
	}
	if len(e.forms) != 1 || e.paths[0] != "https://login.microsoftonline.com/acme.example/oauth2/v2.0/token" {
		t.Errorf("asked %v, want once, the tenant's token endpoint", e.paths)
	}
	want := url.Values{"grant_type": {"client_credentials"}, "client_id": {"client"}, "client_secret": {"s3cret"}, "scope": {"https://graph.microsoft.com/.default"}}
	if e.forms[0].Encode() != want.Encode() {
		t.Errorf("got %v, want %v", e.forms[0], want)
	}
}

// pair writes a certificate and its key, and returns both.
func pair(t *testing.T, mode os.FileMode, until time.Time) (path string, der []byte, key *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peerslot"}, NotBefore: time.Unix(0, 0), NotAfter: until}
	der, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	text := slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	path = filepath.Join(t.TempDir(), "app.pem")
	if err := errors.Join(err, os.WriteFile(path, text, mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path, der, key
}

func TestApplicationWithCertificate(t *testing.T) {
	path, der, key := pair(t, 0o600, time.Now().Add(time.Hour))
	c, err := ReadCertificate(path)
	if err != nil {
		t.Fatal(err)
	}
	e := &entra{status: 200, body: granted}
	if _, err := e.app().WithCertificate("https://graph.microsoft.com", c).Token(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	form := e.forms[0]
	if form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || form.Has("client_secret") || form.Get("client_id") != "client" {
		t.Errorf("got %v", form)
	}
	parts := strings.Split(form.Get("client_assertion"), ".")
	if len(parts) != 3 {
		t.Fatalf("got an assertion of %d parts", len(parts))
	}
	var header struct {
		Alg, Typ string
		Thumb    string `json:"x5t#S256"`
	}
	var claims struct {
		Aud, Iss, Sub, Jti string
		Exp, Nbf           int64
	}
	decode(t, parts[0], &header)
	decode(t, parts[1], &claims)
	thumb := sha256.Sum256(der)
	if header.Alg != "PS256" || header.Thumb != base64.RawURLEncoding.EncodeToString(thumb[:]) {
		t.Errorf("header: got %+v", header)
	}
	life := time.Until(time.Unix(claims.Exp, 0))
	if claims.Aud != e.paths[0] || claims.Iss != "client" || claims.Sub != "client" || claims.Jti == "" || life <= 0 || life > 10*time.Minute {
		t.Errorf("claims: got %+v, good for %v", claims, life)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err := errors.Join(err, rsa.VerifyPSS(&key.PublicKey, crypto.SHA256, sum[:], signature, nil)); err != nil {
		t.Errorf("signature: %v", err)
	}
}

func decode(t *testing.T, part string, into any) {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err := errors.Join(err, json.Unmarshal(data, into)); err != nil {
		t.Fatal(err)
	}
}

func TestBadCertificates(t *testing.T) {
	open, _, _ := pair(t, 0o644, time.Now().Add(time.Hour))
	expired, _, _ := pair(t, 0o600, time.Now().Add(-time.Hour))
	half := filepath.Join(t.TempDir(), "half.pem")
	if err := os.WriteFile(half, []byte("-----BEGIN CERTIFICATE-----\nsecret-text\n-----END CERTIFICATE-----\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{open: "chmod 600", expired: "expired", half: "PRIVATE KEY", "missing.pem": "no such file"} {
		if _, err := ReadCertificate(path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want an error that says %q", err, want)
		}
	}
}

// What to do is decided by the error's code, its numbers only add words.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
		again  bool
		passes bool
	}{
		"wrong secret":   {401, `{"error": "invalid_client", "error_description": "AADSTS7000215: SECRET", "error_codes": [7000215]}`, "the client secret is wrong (AADSTS7000215)", false, false},
		"number in text": {401, `{"error": "invalid_client", "error_description": "AADSTS7000222: SECRET"}`, "expired (AADSTS7000222)", false, false},
		"unknown number": {400, `{"error": "invalid_grant", "error_codes": [99]}`, "expired or was revoked (invalid_grant, AADSTS99)", true, false},
		"no number":      {400, `{"error": "invalid_grant"}`, "expired or was revoked", true, false},
		"interaction":    {400, `{"error": "interaction_required", "error_codes": [50076]}`, "second factor", true, false},
		"not an app":     {400, `{"error": "unauthorized_client", "error_codes": [700016]}`, "not registered in this tenant", false, false},
		"busy":           {400, `{"error": "temporarily_unavailable"}`, "temporarily_unavailable", false, true},
		"passing number": {400, `{"error": "server_error", "error_codes": [90033]}`, "server_error", false, true},
		"down":           {503, `<html>SECRET`, "503", false, true},
		"a page":         {400, `<html>SECRET`, "Bad Request", true, false},
	} {
		e := &entra{status: c.status, body: c.body}
		_, err := e.app().WithSecret("https://graph.microsoft.com", "s").Token(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		_, passes := errors.AsType[*calendar.RetryError](err)
		refused, final := errors.AsType[*Error](err)
		if passes != c.passes || final == c.passes || final && refused.Again != c.again {
			t.Errorf("%s: got %#v; want that it passes: %v, that signing in helps: %v", name, err, c.passes, c.again)
		}
	}
}
