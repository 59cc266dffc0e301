package main

import (
	"context"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

// mailClient returns the application by which the organizer signs in for mail.
// Google and Microsoft both ask for wider permissions for mail than for a calendar.
func (a *app) mailClient(c *config.Config) *oauth.Client {
	o := c.Mail.OAuth
	conf := oauth2.Config{ClientID: o.ClientID, ClientSecret: a.getenv(o.SecretEnv)}
	client := &oauth.Client{Service: oauth.Service{Key: "mail", Name: "Google"}, Redirect: "http://127.0.0.1:%d/"}
	switch o.Provider {
	case "google":
		conf.Endpoint = oauth2.Endpoint{AuthURL: "https://accounts.google.com/o/oauth2/auth", TokenURL: "https://oauth2.googleapis.com/token"}
		conf.Scopes = []string{"https://mail.google.com/"}
		client.Ask = url.Values{"access_type": {"offline"}, "prompt": {"consent"}}
	default:
		client.Name, client.Redirect = "Microsoft", "http://localhost:%d/"
		login := "https://login.microsoftonline.com/" + url.PathEscape(o.Tenant) + "/oauth2/v2.0/"
		conf.Endpoint = oauth2.Endpoint{AuthURL: login + "authorize", TokenURL: login + "token"}
		conf.Scopes = []string{"https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"}
	}
	client.Config = conf
	return client
}

// mailToken returns an access token for the mail servers.
func (a *app) mailToken(ctx context.Context, c *config.Config) (string, error) {
	source, err := a.mailClient(c).Source(oauth.File(inDir(c.Dir, c.Mail.OAuth.Token)))
	if err != nil {
		return "", err
	}
	return source.Token(ctx, "")
}

// mailAccount is where the organizer signs in for mail.
func (a *app) mailAccount(c *config.Config) (account, error) {
	if c.Mail.OAuth.Provider == "" {
		return account{}, usagef("say oauth: {provider: google} or microsoft in mail:", "mail does not sign in with a token")
	}
	path := inDir(c.Dir, c.Mail.OAuth.Token)
	return account{token: path, signIn: func(ctx context.Context, open func(string) error) error {
		client := a.mailClient(c)
		token, err := client.SignIn(ctx, string(c.Mail.From.Address), open)
		if err != nil {
			return err
		}
		return oauth.File(path).Keep(client.Service, token)
	}}, nil
}
