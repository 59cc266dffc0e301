package account

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// The permissions to send mail and to read the mailbox. Google has none that is
// narrower and works with SMTP and IMAP.
const (
	googleMail        = "https://mail.google.com/"
	microsoftMail     = "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
	microsoftLogin    = "https://login.microsoftonline.com"
	microsoftRedirect = "http://localhost:%d/"
)

// mailClient returns the application by which the organizer signs in for mail: the
// one that mail.oauth names, or that of calendar:.
func mailClient(a *console.App, c *config.Config) (*oauth.Client, error) {
	o := c.Mail.OAuth
	if o.Provider == "google" {
		return googleMailClient(a, c)
	}
	m := c.Calendar.Microsoft
	id := cmp.Or(o.ClientID, m.ClientID)
	if id == "" {
		return nil, console.Usagef("register an application as the README tells for Microsoft 365, and name it", "mail.oauth: client_id is missing")
	}
	tenant := cmp.Or(o.Tenant, m.Tenant, "organizations")
	login := cmp.Or(strings.TrimSuffix(m.Login, "/"), microsoftLogin) + "/" + url.PathEscape(tenant) + "/oauth2/v2.0/"
	return &oauth.Client{
		Service: oauth.Service{Key: "mail", Name: "Microsoft"}, Redirect: microsoftRedirect,
		Config: oauth2.Config{
			ClientID: id, ClientSecret: a.Getenv(o.SecretEnv), Scopes: strings.Fields(microsoftMail),
			Endpoint: oauth2.Endpoint{AuthURL: login + "authorize", TokenURL: login + "token", AuthStyle: oauth2.AuthStyleInParams},
		},
	}, nil
}

func googleMailClient(a *console.App, c *config.Config) (*oauth.Client, error) {
	o := c.Mail.OAuth
	if o.ClientID == "" {
		client, err := googleClient(c, googleMail)
		if err != nil {
			return nil, console.WithHint(err, "name an OAuth client in mail.oauth: client_id and secret_env, or keep its JSON file where calendar.google.credentials says")
		}
		client.Key = "mail"
		return client, nil
	}
	return &oauth.Client{
		Service: oauth.Service{Key: "mail", Name: "Google"}, Redirect: "http://127.0.0.1:%d/",
		Ask: url.Values{"access_type": {"offline"}, "prompt": {"consent"}},
		Config: oauth2.Config{
			ClientID: o.ClientID, ClientSecret: a.Getenv(o.SecretEnv), Scopes: []string{googleMail},
			Endpoint: oauth2.Endpoint{AuthURL: "https://accounts.google.com/o/oauth2/auth", TokenURL: "https://oauth2.googleapis.com/token", AuthStyle: oauth2.AuthStyleInParams},
		},
	}, nil
}

// mailToken returns an access token for the mail servers.
func mailToken(ctx context.Context, a *console.App, c *config.Config) (string, error) {
	client, err := mailClient(a, c)
	if err != nil {
		return "", err
	}
	source, err := client.Source(oauth.File(c.Path(c.Mail.OAuth.Token)))
	if err != nil {
		return "", err
	}
	return source.Token(ctx, "")
}

// mailAccount is where the organizer signs in for mail.
func mailAccount(a *console.App, c *config.Config) (account, error) {
	if c.Mail.OAuth.Provider == "" {
		return account{}, console.Usagef("say oauth: {provider: google} or microsoft in mail:", "mail does not sign in with a token")
	}
	client, err := mailClient(a, c)
	if err != nil {
		return account{}, err
	}
	path := c.Path(c.Mail.OAuth.Token)
	return account{token: path, signIn: func(ctx context.Context, open func(string) error) error {
		token, err := client.SignIn(ctx, string(c.Mail.From.Address), open)
		if err != nil {
			return err
		}
		return oauth.File(path).Keep(client.Service, token)
	}}, nil
}
