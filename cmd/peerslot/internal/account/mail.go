package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// tokenOf runs a command and returns the access token that it prints. What the command
// leaves running, as an agent that keeps keys, is not waited for, though it holds the output.
func tokenOf(ctx context.Context, dir string, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var out beginning
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &out, os.Stderr, time.Second
	err := cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fmt.Errorf("run %s: it takes longer than a minute", words[0])
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", fmt.Errorf("run %s: %w", words[0], err)
	}
	token := strings.TrimSpace(out.String())
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", fmt.Errorf("%s prints no access token", words[0])
	}
	return token, nil
}

// A beginning keeps the first 64 kB of what is written to it, and takes the rest.
type beginning struct{ bytes.Buffer }

func (b *beginning) Write(p []byte) (int, error) {
	const most = 64 << 10
	b.Buffer.Write(p[:min(len(p), max(0, most-b.Len()))])
	return len(p), nil
}
