//go:build !nogoogle

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	googleoauth "golang.org/x/oauth2/google"

	"github.com/peerslot/peerslot/calendar/google"
)

// credentials.example.json shows an OAuth client as Google writes it, and holds no
// secret of anybody.
func TestCredentialsExample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "credentials.example.json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := googleoauth.ConfigFromJSON(text, google.Scopes()...)
	if err != nil {
		t.Fatalf("it is no OAuth client: %v", err)
	}
	if c.ClientID == "" || c.Endpoint.AuthURL != "https://accounts.google.com/o/oauth2/auth" || c.Endpoint.TokenURL != "https://oauth2.googleapis.com/token" {
		t.Errorf("client %q with %+v; want an id and Google's addresses", c.ClientID, c.Endpoint)
	}
	if !strings.Contains(c.ClientSecret, "replace") {
		t.Errorf("the secret %q does not look like an example's", c.ClientSecret)
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil || len(whole) != 1 || whole["installed"] == nil {
		t.Errorf("it has %d parts, %v; want \"installed\" alone", len(whole), err)
	}
}
