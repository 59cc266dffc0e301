package dav

import (
	"fmt"
	"net/http"

	"github.com/icholy/digest"
)

// An Account is who asks. The zero Account is nobody.
type Account struct {
	Username, Password string // of an account, or an app password
	Token              string // a bearer token, instead of both
}

// A signIn makes the Authorization of requests. Basic is sent at once: servers
// that answer everybody something would else be taken for empty ones (RFC 5397,
// section 3).
type signIn struct {
	Account
	digest *digest.Challenge // once the server wants it
	count  int               // of requests under it
}

// challenged takes in what a refusal asks for. It reports whether another try is
// worth it.
func (s *signIn) challenged(h http.Header) bool {
	chal, err := digest.FindChallenge(h)
	if err != nil || s.Username == "" || s.Token != "" {
		return false
	}
	if s.digest != nil && !chal.Stale && s.digest.Nonce == chal.Nonce {
		return false
	}
	s.digest, s.count = chal, 0
	return true
}

func (s *signIn) authorize(r *http.Request) error {
	switch {
	case s.Token != "":
		r.Header.Set("Authorization", "Bearer "+s.Token)
	case s.Username == "":
	case s.digest == nil:
		r.SetBasicAuth(s.Username, s.Password)
	default:
		s.count++
		made, err := digest.Digest(s.digest, digest.Options{
			Method: r.Method, URI: r.URL.RequestURI(), GetBody: r.GetBody,
			Count: s.count, Username: s.Username, Password: s.Password,
		})
		if err != nil {
			return fmt.Errorf("sign in by digest: %w", err)
		}
		r.Header.Set("Authorization", made.String())
	}
	return nil
}
