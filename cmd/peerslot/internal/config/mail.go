package config

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/mail"
)

// Mail says how people are told by mail, and where their replies arrive.
type Mail struct {
	Server       *url.URL
	Username     string // "" for the organizer
	Auth         string
	PasswordEnv  string
	TokenCommand []string
	OAuth        MailOAuth
	From         calendar.Attendee
	Replies      *url.URL // nil if nobody reads them
	Authserv     string
	Rate         float64 // messages a second; 0 for no limit
	Invite       mail.Invite
	Templates    string // folder of templates, "" for the built-in ones
}

// MailOAuth says who gives out access tokens.
type MailOAuth struct {
	Provider  string // google, microsoft, or "" for nobody
	Token     string // path of the file that keeps what 'peerslot auth mail' got
	ClientID  string // "" for the client of calendar:
	SecretEnv string
	Tenant    string
}

// Configured reports whether there is a mail: section.
func (m Mail) Configured() bool { return m.Server != nil }

// mail reads how people are told by mail.
func (v value) mail(m *Mail) {
	v.fields(fields{
		"server":        func(v value) { m.Server = v.mailServer("smtps", "smtp") },
		"username":      func(v value) { m.Username = v.text() },
		"auth":          func(v value) { m.Auth = word(v, "auto", "plain", "login", "xoauth2", "oauthbearer") },
		"password_env":  func(v value) { m.PasswordEnv = v.variable("password") },
		"token_command": func(v value) { m.TokenCommand = v.command() },
		"oauth":         func(v value) { v.mailOAuth(&m.OAuth) },
		"from":          func(v value) { m.From = v.attendee() },
		"replies":       func(v value) { m.Replies = v.mailServer("imaps", "imap") },
		"authserv":      func(v value) { m.Authserv = v.text() },
		"rate":          func(v value) { m.Rate = v.rate() },
		"invite":        func(v value) { m.Invite = word(v, mail.InviteAuto, mail.InviteAll, mail.InviteNone) },
		"templates":     func(v value) { m.Templates = v.filePath("") },
	})
	v.require("server", "the address of a mail server such as smtps://mail.acme.example:465")
	ways := 0
	for _, used := range []bool{m.PasswordEnv != "", len(m.TokenCommand) > 0, m.OAuth.Provider != ""} {
		if used {
			ways++
		}
	}
	if ways > 1 {
		v.fail("want one of password_env, token_command and oauth")
	}
}

func (v value) mailServer(schemes ...string) *url.URL {
	u, err := mail.ParseServer(v.text(), schemes...)
	if err != nil {
		v.fail("%v", err)
	}
	return u
}

func (v value) command() []string {
	var words []string
	for _, item := range v.list("a list of words such as [get-token, people-ops]") {
		words = append(words, item.text())
	}
	if len(words) == 0 || words[0] == "" {
		v.fail("want a program and its arguments, such as [get-token, people-ops]")
	}
	return words
}

func (v value) mailOAuth(o *MailOAuth) {
	o.Token = "mail-token.json"
	v.fields(fields{
		"provider":   func(v value) { o.Provider = word(v, "google", "microsoft") },
		"token":      func(v value) { o.Token = v.filePath(o.Token) },
		"client_id":  func(v value) { o.ClientID = v.text() },
		"secret_env": func(v value) { o.SecretEnv = v.variable("secret") },
		"tenant":     func(v value) { o.Tenant = v.text() },
	})
	v.require("provider", "google or microsoft")
}

// rate reads messages a second, a minute, an hour or a day, as messages a second.
func (v value) rate() float64 {
	const want = "a rate such as 30/min, 2/s, 500/h or 2000/d"
	s := v.text()
	number, unit, _ := strings.Cut(s, "/")
	seconds := map[string]float64{"s": 1, "min": 60, "h": 3600, "d": 86400}[strings.TrimSpace(unit)]
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 20)
	if s != "" && (err != nil || n == 0 || seconds == 0) {
		v.fail("want %s, not %s", want, quote(s))
		return 0
	}
	return float64(n) / max(seconds, 1)
}

// checkMail compares what mail: says with the rest: replies go to the organizer,
// whatever stands in From.
func (v value) checkMail(m *Mail, organizer calendar.Attendee) {
	if m.From.Address == "" {
		m.From = organizer
	}
	if m.From.Address != organizer.Address {
		v.fail("from: want the organizer's address %s, to which replies go, not %s", organizer.Address, m.From.Address)
	}
	if m.Username == "" {
		m.Username = string(organizer.Address)
	}
}
