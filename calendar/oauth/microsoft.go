package oauth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// A Microsoft is an application that is registered with a tenant of Microsoft Entra.
type Microsoft struct {
	Tenant   string       // its domain or id
	ClientID string       // of the application
	Login    string       // root of a stand-in; "" means Microsoft
	HTTP     *http.Client // nil means http.DefaultClient
}

const microsoftLogin = "https://login.microsoftonline.com"

// Check returns what makes m impossible to sign in to, or nil.
func (m Microsoft) Check() error {
	switch strings.ToLower(m.Tenant) {
	case "":
		return fmt.Errorf("tenant: want the tenant's domain or id")
	case "common", "organizations", "consumers":
		return fmt.Errorf("tenant: want the tenant's domain or id, not %q: personal accounts have no free/busy times, and an application belongs to one tenant", m.Tenant)
	}
	if m.ClientID == "" {
		return fmt.Errorf("client_id: want the application's id")
	}
	if m.Login != "" {
		return Secure("login", m.Login)
	}
	return nil
}

func (m Microsoft) endpoint() oauth2.Endpoint {
	root := microsoftLogin
	if m.Login != "" {
		root = strings.TrimSuffix(m.Login, "/")
	}
	root += "/" + url.PathEscape(m.Tenant) + "/oauth2/v2.0/"
	return oauth2.Endpoint{
		AuthURL: root + "authorize", TokenURL: root + "token", DeviceAuthURL: root + "devicecode",
		AuthStyle: oauth2.AuthStyleInParams,
	}
}

func (m Microsoft) service() Service {
	return Service{Key: "microsoft", Name: "Microsoft", HTTP: m.HTTP, Explain: explainMicrosoft}
}

// Client returns the application as one by which people sign in: a public client,
// which has no secret. Scopes are those of the service, without offline_access.
func (m Microsoft) Client(scopes ...string) *Client {
	return &Client{
		Service:  m.service(),
		Config:   oauth2.Config{ClientID: m.ClientID, Endpoint: m.endpoint(), Scopes: append(slices.Clone(scopes), "offline_access")},
		Redirect: "http://localhost:%d", // of 127.0.0.1 Entra does not take any port
		Ask:      url.Values{"response_mode": {"query"}, "prompt": {"select_account"}},
		Granted: func(granted string) *Error {
			var missing []string
			for _, scope := range scopes {
				if !grants(granted, scope) {
					missing = append(missing, scope)
				}
			}
			if len(missing) == 0 {
				return nil
			}
			return &Error{Reason: "not granted: " + strings.Join(missing, ", "), Advice: "sign in again and consent to all of it", Again: true}
		},
	}
}

// grants reports whether a scope is among those granted, which Entra writes with or
// without the address of their service, in any case.
func grants(granted, scope string) bool {
	return slices.ContainsFunc(strings.Fields(granted), func(g string) bool {
		return strings.EqualFold(g[strings.LastIndex(g, "/")+1:], scope[strings.LastIndex(scope, "/")+1:])
	})
}

// WithSecret returns the source of the application's own tokens for a resource such
// as https://graph.microsoft.com, by its secret.
func (m Microsoft) WithSecret(resource, secret string) *Source {
	conf := m.application(resource)
	conf.ClientSecret = secret
	return ForApplication(m.service(), func(ctx context.Context, _ string) (*oauth2.Token, error) { return conf.Token(ctx) })
}

// WithCertificate is WithSecret, by a certificate (RFC 7523).
func (m Microsoft) WithCertificate(resource string, c *Certificate) *Source {
	conf := m.application(resource)
	return ForApplication(m.service(), func(ctx context.Context, _ string) (*oauth2.Token, error) {
		assertion, err := c.sign(m.ClientID, conf.TokenURL)
		if err != nil {
			return nil, err
		}
		signed := conf
		signed.EndpointParams = url.Values{
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {assertion},
		}
		return signed.Token(ctx)
	})
}

func (m Microsoft) application(resource string) clientcredentials.Config {
	return clientcredentials.Config{
		ClientID: m.ClientID, TokenURL: m.endpoint().TokenURL, AuthStyle: oauth2.AuthStyleInParams,
		Scopes: []string{strings.TrimSuffix(resource, "/") + "/.default"},
	}
}

// SignedOut returns an error that says that somebody must sign in anew, and why.
func (m Microsoft) SignedOut(reason string) *Error { return m.service().SignedOut(reason) }
