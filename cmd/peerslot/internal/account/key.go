package account

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
)

// keyLength is the fewest bytes that a key must have: a shorter one could be guessed.
const keyLength = 16

// AnswerKey returns the key that hides whose answer is whose. create makes the file
// if there is none.
func AnswerKey(a *console.App, c *config.Config, create bool) ([]byte, error) {
	if c.AnswerKeyEnv == "" {
		path := c.Path(c.AnswerKey)
		key, err := keyFile(path)
		if create && errors.Is(err, fs.ErrNotExist) {
			return newKeyFile(path)
		}
		return key, err
	}
	key := a.Getenv(c.AnswerKeyEnv)
	if len(key) < keyLength {
		return nil, console.WithHint(fmt.Errorf("the environment variable %s has %d bytes, want %d or more", c.AnswerKeyEnv, len(key), keyLength),
			"set it to the same random text in every run, such as the output of 'openssl rand -base64 32'")
	}
	return []byte(key), nil
}

// keyFile returns the key in the file. It is kept apart from the store, so that
// neither tells anything without the other.
func keyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, console.WithHint(fmt.Errorf("%s can be read by others (mode %04o)", path, info.Mode().Perm()), "chmod 600 "+path)
	}
	key, err := file.Read(path, 1<<10)
	if err == nil && len(key) < keyLength {
		err = fmt.Errorf("%s has %d bytes, want %d or more; restore it from a backup", path, len(key), keyLength)
	}
	return key, err
}

func newKeyFile(path string) ([]byte, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if err := file.Create(path, key, 0o600); errors.Is(err, fs.ErrExist) {
		return keyFile(path) // another run was faster
	} else if err != nil {
		return nil, err
	}
	return key, nil
}

// FeedKey returns what the addresses of feeds are made with; it makes the key if there is
// none.
func FeedKey(dir string) ([]byte, error) {
	path := feedKeyPath(dir)
	key, err := keyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = newKeyFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the feeds: %w", err)
	}
	return key, nil
}

func feedKeyPath(dir string) string { return filepath.Join(dir, ".peerslot", "web.key") }

// CheckKeys returns what hinders each key that is there from being used, by what it is for.
func CheckKeys(a *console.App, c *config.Config) map[string]error {
	faults := map[string]error{}
	if _, err := keyFile(feedKeyPath(c.Dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		faults["key of the feeds"] = err
	}
	if _, err := AnswerKey(a, c, false); err != nil && !errors.Is(err, fs.ErrNotExist) {
		faults["key of the answers"] = err
	}
	return faults
}
