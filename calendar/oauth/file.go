package oauth

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/oauth2"
)

// A Token is what is kept of a sign-in.
type Token struct {
	AccessToken  string    `json:"access_token"`
	RefreshToken string    `json:"refresh_token,omitempty"`
	TokenType    string    `json:"token_type,omitempty"`
	Expiry       time.Time `json:"expiry,omitzero"`
	Scope        string    `json:"scope,omitempty"` // what was granted, separated by spaces; "" if that is not known
}

// good reports whether the access token is good for a minute at least and is not
// stale, the one that was just refused.
func (t Token) good(stale string) bool {
	return t.AccessToken != "" && t.AccessToken != stale && (t.Expiry.IsZero() || time.Until(t.Expiry) > time.Minute)
}

// renewed returns t with what fresh brings. A renewal need not repeat the refresh
// token, nor the scopes.
func (t Token) renewed(fresh *oauth2.Token) Token {
	scope, _ := fresh.Extra("scope").(string)
	return Token{
		AccessToken: fresh.AccessToken, TokenType: fresh.TokenType, Expiry: fresh.Expiry,
		RefreshToken: cmp.Or(fresh.RefreshToken, t.RefreshToken),
		Scope:        cmp.Or(scope, t.Scope),
	}
}

// A File is the path of the file that keeps a token. Only its owner may read it.
// If it is a link, what it points to is the file. "" keeps nothing.
type File string

// read returns the token that s gave. Who has none, or one that others can read, is
// an Error.
func (f File) read(s Service) (Token, error) {
	file, err := os.Open(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return Token{}, s.SignedOut("nobody has signed in")
	}
	if err != nil {
		return Token{}, fmt.Errorf("%s token: %w", s.Key, err)
	}
	defer file.Close()
	if err := f.private(s, file); err != nil {
		return Token{}, err
	}
	var t Token
	if err := json.NewDecoder(file).Decode(&t); err != nil || t.RefreshToken == "" {
		return Token{}, s.SignedOut(fmt.Sprintf("the token file %s is damaged", f))
	}
	return t, nil
}

// private refuses a file that others than its owner can read or write: whoever can
// is signed in as well.
func (f File) private(s Service, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%s token: %w", s.Key, err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return &Error{
			Service: s.Key, Reason: fmt.Sprintf("the token file %s is open to others (mode %04o)", f, mode),
			Advice: fmt.Sprintf("run 'chmod 600 %s'; if somebody else may have read it, revoke the sign-in as well, and sign in again", f),
		}
	}
	return nil
}

// Keep replaces the token that s gave, in one step: a reader and a crash find the
// old one or the new one.
func (f File) Keep(s Service, t Token) error {
	if f == "" {
		return nil
	}
	data, err := json.MarshalIndent(t, "", "  ")
	if err == nil {
		err = replaceFile(string(f), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep the %s token: %w", s.Key, err)
	}
	return nil
}

// replaceFile writes a new file, of mode 0600, and renames it over the old one. A
// link stays one.
func replaceFile(path string, data []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	removeAbandoned(path)
	temp := tempPrefix(path) + rand.Text()
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(temp))
	}
	return err
}

func tempPrefix(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new-")
}

// removeAbandoned removes what runs that were killed have left, and spares what
// another run may be writing now.
func removeAbandoned(path string) {
	entries, _ := os.ReadDir(filepath.Dir(path))
	prefix := filepath.Base(tempPrefix(path))
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && len(e.Name()) > len(prefix) && e.Name()[:len(prefix)] == prefix && time.Since(info.ModTime()) > time.Minute {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
