package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler"
)

// An attack is a request that no page of ours sends.
type attack struct {
	method, path, body string
	header             map[string]string
	want               int    // status
	at                 string // where it leads; "" for nowhere
}

// Requests that are made up are refused, lead nowhere else, break nothing and change
// nothing, whoever has signed in.
func TestAttacks(t *testing.T) {
	t.Parallel()
	ours := map[string]string{"Sec-Fetch-Site": "same-origin"}
	for name, a := range map[string]attack{
		"a path above the files":           {method: "GET", path: "/static/%2e%2e%2fstyle.css", want: 404},
		"a file that is not served":        {method: "GET", path: "/static/hours.js", want: 404},
		"another method":                   {method: "PUT", path: "/hours", header: ours, want: 404},
		"TRACE":                            {method: "TRACE", path: "/", header: ours, want: 404},
		"a method in a header":             {method: "GET", path: "/signout", header: map[string]string{"X-HTTP-Method-Override": "POST"}, want: 404},
		"signing out by a link":            {method: "GET", path: "/signout", want: 404},
		"a subfolder of admins":            {method: "GET", path: "/admin/../admin/", want: 307, at: "/admin/"},
		"the jobs":                         {method: "GET", path: "/admin/jobs", want: 404},
		"a group that is encoded twice":    {method: "GET", path: "/groups/leads%252f", want: 404},
		"a group of a null byte":           {method: "GET", path: "/groups/%00", want: 404},
		"a feed by its number":             {method: "GET", path: "/feeds/0123456789abcdef.ics", want: 404},
		"a feed of a made-up token":        {method: "GET", path: "/feeds/" + strings.Repeat("A", 43) + ".ics", want: 404},
		"all feeds":                        {method: "GET", path: "/feeds/", want: 404},
		"another host in a header":         {method: "GET", path: "/signin?next=/hours", header: map[string]string{"X-Forwarded-Host": "evil.example"}, want: 303, at: "/hours"},
		"next elsewhere":                   {method: "GET", path: "/signin?next=//evil.example", want: 303, at: "/"},
		"next elsewhere, by a backslash":   {method: "GET", path: "/signin?next=/%5Cevil.example", want: 303, at: "/"},
		"next elsewhere, by a tab":         {method: "GET", path: "/signin?next=/%09/evil.example", want: 303, at: "/"},
		"next to a change":                 {method: "GET", path: "/signin?next=/signout", want: 303, at: "/"},
		"next of a script":                 {method: "GET", path: "/signin?next=javascript:alert(1)", want: 303, at: "/"},
		"hours of another site":            {method: "POST", path: "/hours", body: "zone=UTC", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, want: 403},
		"hours from a file":                {method: "POST", path: "/hours", body: "zone=UTC", header: map[string]string{"Origin": "null"}, want: 403},
		"hours of a site beside":           {method: "POST", path: "/hours", body: "zone=UTC", header: map[string]string{"Sec-Fetch-Site": "same-site"}, want: 403},
		"a form that is none":              {method: "POST", path: "/hours", body: "zone=%zz", header: ours, want: 400},
		"a form with semicolons":           {method: "POST", path: "/hours", body: "zone=UTC;version=0", header: ours, want: 400},
		"a form without anything":          {method: "POST", path: "/hours", body: "", header: ours, want: 422},
		"hours of no text":                 {method: "POST", path: "/hours", body: "zone=%ff%fe", header: ours, want: 422},
		"hours without an end":             {method: "POST", path: "/hours", body: "zone=UTC&" + strings.Repeat("away0-from=2026-01-01&", 900), header: ours, want: 303, at: "/hours?saved"},
		"an answer for another group":      {method: "POST", path: "/groups/others/answer", body: "answer=stop", header: ours, want: 404},
		"an answer that is none":           {method: "POST", path: "/groups/leads/answer", body: "answer=%00", header: ours, want: 422},
		"leaving what cannot be left":      {method: "POST", path: "/groups/leads/leave", header: ours, want: 404},
		"a feed of another group":          {method: "POST", path: "/feeds", body: "group=others&do=make", header: ours, want: 404},
		"a plan":                           {method: "POST", path: "/admin/plan", body: "do=repair&hash=h1", header: ours, want: 404},
		"an address with a line break":     {method: "POST", path: "/signin", body: "email=ana%40acme.example%0d%0aBcc:x", header: ours, want: 422},
		"a link that was never made":       {method: "POST", path: "/signin/" + strings.Repeat("A", 43), body: "email=mia%40acme.example", header: ours, want: 303, at: "/"},
		"a way to a provider that is none": {method: "GET", path: "/signin/oidc?state=x&code=y", want: 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &planner{}
			s := newSite(t, withPlanner(p), func(s *site) {
				s.here.Service.Workspace.Groups = append(s.here.Service.Workspace.Groups, scheduler.Group{Name: "others", Members: nil})
			})
			c := s.as(t, ana)
			r := httptest.NewRequest(a.method, a.path, strings.NewReader(a.body))
			if a.method == http.MethodPost {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			for name, value := range a.header {
				r.Header.Set(name, value)
			}
			w := c.do(r)
			to := w.Header().Get("Location")
			if w.Code != a.want || to != a.at {
				t.Errorf("%s %s: %d to %q, want %d to %q\n%s", a.method, a.path, w.Code, to, a.want, a.at, w.Body)
			}
			if u, err := url.Parse(to); err != nil || u.Host != "" {
				t.Errorf("it leads to another host: %q", to)
			}
			if strings.Contains(w.Body.String(), "evil.example") || len(p.applied) > 0 {
				t.Errorf("the page names the attacker, or something was applied:\n%s", w.Body)
			}
			if s.log.Len() > 0 {
				t.Errorf("it is in the log of operators as a fault: %s", &s.log)
			}
		})
	}
}
