//go:build nogoogle

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/oauth"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

const withGoogle = false

func newAuthGoogleCmd(*app) *cobra.Command { return leftOut("google", "Google") }

func (a *app) openGoogle(context.Context, *config.Config) (calendar.Backend, error) {
	return nil, notBuilt("Google")
}

func googleClient(*config.Config, ...string) (*oauth.Client, error) { return nil, notBuilt("Google") }
