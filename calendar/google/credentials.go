package google

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/oauth"

	"github.com/peerslot/peerslot/calendar/google/internal/api"
)

// Google's own endpoints, for credentials files that name none.
const (
	googleAuthURI  = "https://accounts.google.com/o/oauth2/auth"
	googleTokenURI = "https://oauth2.googleapis.com/token"
)

// credentials are what a credentials file holds: an OAuth client, with which a
// person signs in, or a service account. One of the two is set.
type credentials struct {
	client  *oauth.Client
	account *jwt.Config
}

// service returns who issues the tokens.
func service(cfg Config) oauth.Service {
	return oauth.Service{Key: "google", Name: "Google", HTTP: cfg.HTTPClient, Explain: func(r oauth.Refusal) *oauth.Error {
		switch {
		case r.Skew.Abs() > mostSkew:
			return &oauth.Error{
				Reason: fmt.Sprintf("the clock of this machine is %v off Google's (%s)", r.Skew.Abs().Round(time.Minute), r.Code),
				Advice: "set the clock, or have it set over the network (NTP)",
			}
		case r.Code == "unauthorized_client":
			return undelegated()
		case r.Code == "invalid_grant" && cfg.Subject != "":
			return &oauth.Error{
				Reason: fmt.Sprintf("Google does not know the account %s, or the service account's key was revoked (invalid_grant)", cfg.Subject),
				Advice: "set calendar.google.subject to the address of an account of your Workspace that is not suspended, or make a new key",
			}
		case r.Code == "invalid_client" || r.Code == "deleted_client":
			return &oauth.Error{
				Reason: fmt.Sprintf("Google does not know the OAuth client of the credentials (%s)", r.Code),
				Advice: "download the credentials anew from the Cloud console (APIs & Services, Credentials), and sign in again", Again: true,
			}
		}
		return nil
	}}
}

// mostSkew is how far a clock may be off before Google takes what it signs for
// expired, or for not yet valid.
const mostSkew = 5 * time.Minute

func undelegated() *oauth.Error {
	return &oauth.Error{
		Reason: "the service account may not act for that account (unauthorized_client)",
		Advice: "have the Workspace administrator allow its client id these scopes, in API controls, domain-wide delegation: " + strings.Join(Scopes(), ","),
	}
}

// canInvite reports whether Google lets the account invite people. A service
// account must act for a person (domain-wide delegation) to be allowed to.
func (c credentials) canInvite() bool { return c.account == nil || c.account.Subject != "" }

// tokens returns the source of access tokens, ready to be used.
func (c credentials) tokens(cfg Config) (*oauth.Source, error) {
	if c.client != nil {
		return c.client.Source(oauth.File(cfg.Token))
	}
	return oauth.ForApplication(service(cfg), func(ctx context.Context, _ string) (*oauth2.Token, error) {
		return c.account.TokenSource(ctx).Token()
	}), nil
}

// credentialsFile is the JSON that the Google Cloud console hands out.
type credentialsFile struct {
	Installed, Web *struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		AuthURI      string `json:"auth_uri"`
		TokenURI     string `json:"token_uri"`
	}
	Type         string
	ClientEmail  string `json:"client_email"`
	PrivateKey   string `json:"private_key"`
	PrivateKeyID string `json:"private_key_id"`
	TokenURI     string `json:"token_uri"`
}

// readCredentials reads the file. Its errors never quote from it.
func readCredentials(cfg Config) (credentials, error) {
	data, err := file.Read(cfg.Credentials, 1<<20)
	if err != nil {
		return credentials{}, fmt.Errorf("google credentials: %w", err)
	}
	var read credentialsFile
	if err := json.Unmarshal(data, &read); err != nil {
		return credentials{}, fmt.Errorf("google credentials %s: want the JSON file of an OAuth client or a service account's key", cfg.Credentials)
	}
	creds, err := read.credentials(cfg)
	if err != nil {
		return credentials{}, fmt.Errorf("google credentials %s: %w", cfg.Credentials, err)
	}
	return creds, nil
}

// Client returns the OAuth client of cfg.Credentials, by which people sign in for
// scopes that have nothing to do with calendars.
func Client(cfg Config, scopes ...string) (*oauth.Client, error) {
	read, err := readCredentials(cfg)
	if err != nil {
		return nil, err
	}
	if read.client == nil {
		return nil, fmt.Errorf("google credentials %s: nobody signs in with a service account's key; want an OAuth client", cfg.Credentials)
	}
	client := *read.client
	client.Config.Scopes, client.Granted = scopes, nil
	return &client, nil
}

func (f credentialsFile) credentials(cfg Config) (credentials, error) {
	client := f.Installed
	if client == nil {
		client = f.Web
	}
	switch {
	case f.Type == "service_account":
		return f.serviceAccount(cfg.Subject)
	case client == nil:
		return credentials{}, errors.New("want an OAuth client for desktop apps (with \"installed\") or a service account's key (with \"type\": \"service_account\")")
	case client.ClientID == "":
		return credentials{}, errors.New("client_id is missing")
	case cfg.Subject != "":
		return credentials{}, errors.New("subject is set, which only a service account can act for")
	}
	conf := oauth2.Config{
		ClientID: client.ClientID, ClientSecret: client.ClientSecret, Scopes: Scopes(),
		Endpoint: oauth2.Endpoint{
			AuthURL: cmp.Or(client.AuthURI, googleAuthURI), TokenURL: cmp.Or(client.TokenURI, googleTokenURI),
			// Else a refused request is made a second time, in the other style.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	if err := oauth.Secure("auth_uri", conf.Endpoint.AuthURL); err != nil {
		return credentials{}, err
	}
	return credentials{client: &oauth.Client{
		Service: service(cfg), Config: conf, Redirect: "http://127.0.0.1:%d/", Granted: granted,
		// Without consent, a second sign-in brings no refresh token.
		Ask: url.Values{"access_type": {"offline"}, "prompt": {"consent"}},
	}}, oauth.Secure("token_uri", conf.Endpoint.TokenURL)
}

func (f credentialsFile) serviceAccount(subject string) (credentials, error) {
	if f.ClientEmail == "" || f.PrivateKey == "" {
		return credentials{}, errors.New("client_email or private_key is missing")
	}
	if err := checkKey(f.PrivateKey); err != nil {
		return credentials{}, err
	}
	conf := &jwt.Config{
		Email: f.ClientEmail, PrivateKey: []byte(f.PrivateKey), PrivateKeyID: f.PrivateKeyID,
		Scopes: Scopes(), TokenURL: cmp.Or(f.TokenURI, googleTokenURI), Subject: subject,
	}
	return credentials{account: conf}, oauth.Secure("token_uri", conf.TokenURL)
}

// checkKey finds out now what would else look like a broken connection later.
func checkKey(key string) error {
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return errors.New("private_key: want a key in PEM form")
	}
	if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return nil
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
		return errors.New("private_key: want an RSA key")
	}
	return nil
}

// rootOf returns the address under which the methods of the API are, for an
// endpoint given with or without the API's own path, or none.
func rootOf(endpoint string) (string, error) {
	if endpoint == "" {
		return api.Root, nil
	}
	if err := oauth.Secure("endpoint", endpoint); err != nil {
		return "", fmt.Errorf("google calendar: %w", err)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", fmt.Errorf("google calendar: endpoint: want a URL")
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/calendar/v3"
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}
