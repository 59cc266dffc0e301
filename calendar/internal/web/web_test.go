package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAddresses(t *testing.T) {
	for _, refused := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
		"127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1",
		"2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
		"fec0::1", "ff02::1", "2606:4700::1%eth0",
	} {
		if addrProblem(netip.MustParseAddr(refused)) == "" {
			t.Errorf("%s may be dialled", refused)
		}
	}
	for _, allowed := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "::ffff:8.8.8.8",
		"2001:200::1", "2001:4860:4860::8888", "2606:4700::1", "2a00:1450::1",
	} {
		if what := addrProblem(netip.MustParseAddr(allowed)); what != "" {
			t.Errorf("%s is refused as %s", allowed, what)
		}
	}
}

func TestCheckHost(t *testing.T) {
	for s, want := range map[string]bool{
		"localhost": true, "calendar.acme.example": true, "calendar.acme.example:8443": true, "10.0.0.5": true, "10.0.0.5:80": true,
		"::1": true, "[::1]": true, "[::1]:80": true, " localhost ": true, "xn--mller-kva.example": true,
		"": false, "*": false, "*.acme.example": false, "https://acme.example": false, "acme.example/": false, "acme.example:": false,
		"acme.example:0": false, "acme.example:99999": false, "10.0.0.0/8": false, "0x7f.1": false, "fe80::1%eth0": false, "müller.example": false,
	} {
		if err := CheckHost(s); (err == nil) != want {
			t.Errorf("CheckHost(%q): got %v, want ok %v", s, err, want)
		}
	}
}

func TestAddressWithoutHost(t *testing.T) {
	for _, text := range []string{"https://", "https:///ana.ics"} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := AllowList(nil).Address(*u); err == nil || !strings.Contains(err.Error(), "names no host") {
			t.Errorf("%s: got %v, want a word about the host", text, err)
		}
	}
}

// Whatever is accepted is a public https URL, and in its one spelling already.
func TestAddressOfAnything(t *testing.T) {
	host := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-9.:@\[\]%_-]{1,40}`))
	rapid.Check(t, func(t *rapid.T) {
		u, err := url.Parse("https://" + host.Draw(t, "host") + "/" + rapid.String().Draw(t, "path"))
		if err != nil {
			return
		}
		once, err := AllowList(nil).Address(*u)
		if err != nil {
			return
		}
		if what := hostProblem(once.Hostname()); what != "" || once.Scheme != "https" || once.User != nil {
			t.Fatalf("accepted %s, %s", &once, what)
		}
		if twice, err := AllowList(nil).Address(once); err != nil || twice.String() != once.String() {
			t.Fatalf("%s is accepted as %s, %v", &once, &twice, err)
		}
	})
}

// The address that is dialled is what is judged, whatever it is called.
func TestTransport(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Transport(Options{}).RoundTrip(req); err == nil {
		t.Error("a loopback address was dialled")
	} else if problem, ok := errors.AsType[*AddressError](err); !ok || !problem.Refused {
		t.Errorf("got %v, want an AddressError", err)
	}
	transport := Transport(Options{Allow: NewAllowList([]string{req.URL.Host})})
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatalf("an allowed host: %v", err)
	}
	resp.Body.Close()
}
