package account

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler/mail"
)

// MailServer returns where mail goes out.
func MailServer(a *console.App, c *config.Config) mail.Server {
	m := c.Mail
	s := mail.Server{URL: m.Server, Username: m.Username, Auth: m.Auth}
	if m.PasswordEnv != "" {
		s.Password = a.Getenv(m.PasswordEnv)
	}
	switch {
	case len(m.TokenCommand) > 0:
		s.Token = func(ctx context.Context) (string, error) { return tokenOf(ctx, c.Dir, m.TokenCommand) }
	case m.OAuth.Provider != "":
		s.Token = func(ctx context.Context) (string, error) { return mailToken(ctx, a, c) }
	}
	return s
}

// tokenOf runs a command and returns the access token that it prints.
func tokenOf(ctx context.Context, dir string, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, os.Stderr, time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", fmt.Errorf("run %s: %w", words[0], err)
	}
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(out, most))
	if err = cmp.Or(err, cmd.Wait()); err != nil {
		return "", fmt.Errorf("run %s: %w", words[0], err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \r\n") {
		return "", fmt.Errorf("%s prints no access token", words[0])
	}
	return token, nil
}
