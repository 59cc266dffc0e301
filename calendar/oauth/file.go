package oauth

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"golang.org/x/oauth2"

	"github.com/peerslot/peerslot/calendar/file"
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
	opened, err := file.Open(string(f), 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return Token{}, s.SignedOut("nobody has signed in")
	}
	if err != nil {
		return Token{}, fmt.Errorf("%s token: %w", s.Key, err)
	}
	defer opened.Close()
	if err := f.private(s, opened); err != nil {
		return Token{}, err
	}
	var t Token
	if err := json.NewDecoder(opened).Decode(&t); err != nil || t.RefreshToken == "" {
		return Token{}, s.SignedOut(fmt.Sprintf("the token file %s is damaged", f))
	}
	return t, nil
}

// private refuses a file that others than its owner can read or write: whoever can
// is signed in as well.
func (f File) private(s Service, opened *os.File) error {
	open, mode := openToOthers(opened)
	if !open {
		return nil
	}
	return &Error{
		Service: s.Key, Reason: fmt.Sprintf("the token file %s is open to others (mode %04o)", f, mode),
		Advice: fmt.Sprintf("run 'chmod 600 %s'; if somebody else may have read it, revoke the sign-in as well, and sign in again", f),
	}
}

// openToOthers reports whether others than its owner can read or write a file. On
// Windows the mode does not tell.
func openToOthers(f *os.File) (open bool, mode fs.FileMode) {
	info, err := f.Stat()
	if err != nil || runtime.GOOS == "windows" {
		return false, 0
	}
	return info.Mode().Perm()&0o077 != 0, info.Mode().Perm()
}

// Keep replaces the token that s gave, in one step: a reader and a crash find the
// old one or the new one.
func (f File) Keep(s Service, t Token) error {
	if f == "" {
		return nil
	}
	data, err := json.MarshalIndent(t, "", "  ")
	if err == nil {
		err = file.Replace(string(f), append(data, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the %s token: %w", s.Key, err)
	}
	return nil
}
