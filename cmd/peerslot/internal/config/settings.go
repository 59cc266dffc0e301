package config

import (
	"net/url"
	"strings"

	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/scheduler"
)

// calendar reads where calendars live.
func (v value) calendar(c *Calendar) {
	v.fields(fields{
		"backend":     func(v value) { c.Backend = v.backend() },
		"folder":      func(v value) { v.folder(&c.Folder) },
		"google":      func(v value) { v.google(&c.Google) },
		"caldav":      func(v value) { v.caldav(&c.CalDAV) },
		"microsoft":   func(v value) { v.microsoft(&c.Microsoft) },
		"allow_hosts": func(v value) { c.AllowHosts = v.hosts() },
	})
	switch c.Backend {
	case Microsoft:
		v.require("microsoft", "{tenant: …, client_id: …}")
	case CalDAV:
		v.require("caldav", "{url: https://…, username: …, password_env: …}")
	}
}

// backend reads the kind of place where series are booked.
func (v value) backend() Backend { return word(v, Folder, Google, CalDAV, Microsoft) }

func (v value) folder(o *FolderOptions) {
	v.fields(fields{"path": func(v value) { o.Path = v.filePath(o.Path) }})
}

func (v value) google(o *GoogleOptions) {
	v.fields(fields{
		"credentials": func(v value) { o.Credentials = v.filePath(o.Credentials) },
		"token":       func(v value) { o.Token = v.filePath(o.Token) },
		"subject": func(v value) {
			if v.kind != text || v.node.text != "" {
				o.Subject = string(v.address())
			}
		},
		"endpoint": func(v value) { o.Endpoint = v.url() },
		"meet":     func(v value) { o.Meet = v.boolean() },
		// Projects differ in what Google allows them.
		"calls_per_minute": func(v value) { o.CallsPerMinute = v.integer(1, 1_000_000) },
	})
}

// caldav reads the account on which series are booked.
func (v value) caldav(o *CalDAVOptions) {
	invite := "server"
	keys := v.signIn("url", o)
	keys["calendar"] = func(v value) { o.Calendar = v.text() }
	keys["invite"] = func(v value) { invite = word(v, "server", "mail") }
	v.fields(keys)
	o.InviteByMail = invite == "mail"
	v.require("url", "the server's address, such as https://cloud.acme.example/remote.php/dav")
	if !v.has("token_env") && !v.has("password_env") {
		v.require("username", "the name of the organizer's account there")
	}
	v.checkSignIn()
}

// ownCaldav reads a person's own account, or the address of one calendar.
func (v value) ownCaldav() *CalDAVOptions {
	o := &CalDAVOptions{}
	v.fields(v.signIn("caldav", o))
	v.require("caldav", "the address of a CalDAV server, or of one calendar on it")
	v.checkSignIn()
	return o
}

// signIn are the keys that say where an account is, and who signs in.
func (v value) signIn(url string, o *CalDAVOptions) fields {
	return fields{
		url:            func(v value) { o.URL = v.url() },
		"username":     func(v value) { o.Username = v.text() },
		"password_env": func(v value) { o.PasswordEnv = v.variable("password") },
		"token_env":    func(v value) { o.TokenEnv = v.variable("token") },
	}
}

func (v value) checkSignIn() {
	switch {
	case v.has("token_env") && (v.has("username") || v.has("password_env")):
		v.fail("want username and password_env, or token_env, not both")
	case v.has("username"):
		v.require("password_env", "the name of the environment variable that holds the password")
	case v.has("password_env"):
		v.require("username", "the name of the account")
	}
}

func (v value) microsoft(o *MicrosoftOptions) {
	v.fields(fields{
		"tenant":      func(v value) { o.Tenant = v.tenant() },
		"client_id":   func(v value) { o.ClientID = v.text() },
		"secret_env":  func(v value) { o.SecretEnv = v.variable("secret") },
		"certificate": func(v value) { o.Certificate = v.filePath("") },
		"token":       func(v value) { o.Token = v.filePath(o.Token) },
		"teams":       func(v value) { o.Teams = v.boolean() },
		"endpoint":    func(v value) { o.Endpoint = v.url() },
		"login":       func(v value) { o.Login = v.url() },
	})
	v.require("tenant", "the tenant's domain or id")
	v.require("client_id", "the id of the application")
	if o.SecretEnv != "" && o.Certificate != "" {
		v.fail("want secret_env or certificate, not both")
	}
}

// tenant reads the tenant of an application. Those of many are no tenants.
func (v value) tenant() string {
	s := v.text()
	switch strings.ToLower(s) {
	case "", "common", "organizations", "consumers":
		v.fail("want the tenant's domain or id, such as acme.example, not %s", quote(s))
		return ""
	}
	return s
}

// filePath reads a path. An empty text means the default.
func (v value) filePath(otherwise string) string {
	s := v.text()
	switch {
	case s == "":
		return otherwise
	case strings.Contains(s, "://"):
		v.fail("want a path, not %s", quote(s))
	}
	return s
}

// hosts reads hosts that feeds may be read from though they are private.
func (v value) hosts() []string {
	var hosts []string
	for _, item := range v.list("hosts") {
		s := item.text()
		if feed.CheckHost(s) != nil {
			item.fail("want a host such as calendar.acme.example or 10.0.0.5:8443, not %s", quote(s))
			continue
		}
		hosts = append(hosts, s)
	}
	return hosts
}

// store reads where bookings are kept. The value may hold a password, whatever it
// looks like, so it is in no problem.
func (v value) store() string {
	const want = "the path of an SQLite file such as peerslot.db, or a URL postgres://…"
	s, ok := v.scalar(want, text)
	if !ok {
		return ""
	}
	if strings.Contains(s, "://") {
		u, err := url.Parse(s)
		if err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") {
			return s
		}
		v.fail("want %s", want)
		return ""
	}
	if s == "" || strings.HasSuffix(s, "/") || strings.HasPrefix(s, ":") || strings.ContainsAny(s, "?=@") || strings.HasPrefix(strings.ToLower(s), "postgres") && strings.Contains(s, ":") {
		v.fail("want %s", want)
	}
	return s
}

// repair reads what the nightly pass may do.
func (v value) repair(rules *scheduler.RepairRules) {
	below, reslot := "report", "suggest"
	v.fields(fields{
		"horizon":           func(v value) { rules.Horizon = v.duration("7d", day, 52*week) },
		"notice":            func(v value) { rules.Notice = v.duration("24h", 0, 4*week) },
		"min_gain":          func(v value) { rules.MinGain = v.integer(1, 8) },
		"moves_per_session": func(v value) { rules.MovesPerSession = v.integer(0, 100) },
		"per_month":         func(v value) { rules.PerMonth = v.integer(0, 100) },
		"reslot":            func(v value) { reslot = word(v, "suggest", "move") },
		"cancel_within":     func(v value) { rules.CancelWithin = v.duration("7d", 0, 52*week) },
		"below_quorum":      func(v value) { below = word(v, "report", "cancel") },
	})
	rules.CancelBelow, rules.Reslot = below == "cancel", reslot == "move"
	if rules.Notice >= rules.Horizon && rules.Horizon > 0 {
		v.fail("no session is at least notice (%s) and at most horizon (%s) away: want a shorter notice, or a longer horizon",
			formatDuration(rules.Notice), formatDuration(rules.Horizon))
	}
}

// review reads when a series is reviewed, and what makes it meet elsewhere.
func (v value) review(rules *scheduler.ReviewRules) {
	v.fields(fields{
		"ask":    func(v value) { rules.Ask = v.duration("28d", day, 26*week) },
		"decide": func(v value) { rules.Decide = v.duration("10d", 0, 26*week) },
		"stay":   func(v value) { rules.Stay = v.percent() },
	})
	if rules.Ask > 0 && rules.Decide > rules.Ask {
		v.fail("decided (%s) sooner than asked (%s) before the last session: want a shorter decide, or a longer ask", formatDuration(rules.Decide), formatDuration(rules.Ask))
	}
}

// slack reads how groups get channels.
func (v value) slack(s *Slack) {
	v.fields(fields{
		"token_env": func(v value) { s.TokenEnv = v.variable("token") },
		"endpoint":  func(v value) { s.Endpoint = v.url() },
	})
	v.require("token_env", "the name of the environment variable that holds the token")
}
