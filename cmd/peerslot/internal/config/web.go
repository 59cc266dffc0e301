package config

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// Web says where and for whom the members' pages are.
type Web struct {
	URL     string // as members see it; "" for the address at which it listens
	Admins  []calendar.Address
	Nightly Daytime // when repair and review run; the zero one for never
	OIDC    WebOIDC
	Trusted []netip.Prefix // proxies whose X-Forwarded-For counts
}

// WebOIDC is who vouches for people. The zero one is nobody.
type WebOIDC struct {
	Issuer, ClientID string
	SecretEnv        string // name of the environment variable that holds the client's secret; "" for none
	TrustEmail       bool   // addresses are taken although the issuer does not say that they are verified
}

// A Daytime is a time of each day. The zero one is none.
type Daytime struct {
	Set bool
	At  time.Duration // after midnight
}

// web reads where and for whom the members' pages are.
func (v value) web(w *Web) {
	v.fields(fields{
		"url":             func(v value) { w.URL = v.origin() },
		"admins":          func(v value) { w.Admins = v.addresses() },
		"nightly":         func(v value) { w.Nightly = v.daytime() },
		"oidc":            func(v value) { v.oidc(&w.OIDC) },
		"trusted_proxies": func(v value) { w.Trusted = v.networks() },
	})
}

// origin reads the URL of a host, or of a path on it.
func (v value) origin() string {
	s := v.url()
	u, err := url.Parse(s)
	switch {
	case s == "" || err != nil:
		return ""
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil || !plainPath.MatchString(strings.TrimSuffix(u.EscapedPath(), "/")):
		v.fail("want the URL of a host, such as https://peers.acme.example, or of a plain path on it, such as https://intranet.acme.example/peers")
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		v.fail("want https://, or http:// of a loopback address such as http://127.0.0.1:8080")
	}
	return u.Scheme + "://" + u.Host + strings.TrimSuffix(u.Path, "/")
}

var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*$`)

// IsLoopback reports whether a host is this machine alone.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// daytime reads a time of the day such as 02:15.
func (v value) daytime() Daytime {
	const want = `a time of the day such as "02:15"`
	s, ok := v.scalar(want, text)
	if !ok {
		return Daytime{}
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		v.fail("want %s, not %s", want, quote(s))
		return Daytime{}
	}
	return Daytime{Set: true, At: availability.ClockOf(t)}
}

// networks reads the addresses of proxies.
func (v value) networks() []netip.Prefix {
	var out []netip.Prefix
	for _, item := range v.list("networks such as 10.0.0.0/8") {
		s := item.text()
		net, err := netip.ParsePrefix(s)
		if one, e := netip.ParseAddr(s); e == nil {
			net, err = one.Prefix(one.BitLen())
		}
		if err != nil {
			item.fail("want a network such as 10.0.0.0/8, or an address, not %s", quote(s))
			continue
		}
		out = append(out, net.Masked())
	}
	return out
}

func (v value) oidc(o *WebOIDC) {
	v.fields(fields{
		"issuer":      func(v value) { o.Issuer = v.issuer() },
		"client_id":   func(v value) { o.ClientID = v.text() },
		"secret_env":  func(v value) { o.SecretEnv = v.variable("secret") },
		"trust_email": func(v value) { o.TrustEmail = v.boolean() },
	})
	v.require("issuer", "the issuer's URL, such as https://login.acme.example")
	v.require("client_id", "the id of the client that peerslot is there")
}

// issuer reads an issuer of OpenID Connect: one of a single tenant, or anybody could
// make an account with a member's address there.
func (v value) issuer() string {
	s := v.url()
	u, err := url.Parse(s)
	if s == "" || err != nil {
		return s
	}
	if u.Scheme == "http" && !IsLoopback(u.Hostname()) {
		v.fail("want https://")
	}
	for _, shared := range manyTenants {
		if strings.EqualFold(u.Host, shared.host) && (shared.path == "" || strings.HasPrefix(u.Path, shared.path)) {
			v.fail("%s vouches for accounts of anybody; want the issuer of your own tenant", quote(s))
		}
	}
	return s
}

// manyTenants are issuers that vouch for accounts of many companies, as they name
// themselves in their discovery documents.
var manyTenants = []struct{ host, path string }{
	{"login.microsoftonline.com", "/common"}, {"login.microsoftonline.com", "/organizations"}, {"login.microsoftonline.com", "/consumers"},
	{"login.microsoftonline.com", "/9188040d-6c67-4c5b-b112-36a304b66dad"}, // personal accounts
}
