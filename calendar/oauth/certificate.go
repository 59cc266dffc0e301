package oauth

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/peerslot/peerslot/calendar/file"
)

// A Certificate proves who an application is.
type Certificate struct {
	der []byte
	key *rsa.PrivateKey
}

// ReadCertificate reads a PEM file of an X.509 certificate and its RSA key. Only its
// owner may be able to read it. Errors quote nothing of it.
func ReadCertificate(path string) (*Certificate, error) {
	opened, err := file.Open(path, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	defer opened.Close()
	if open, mode := openToOthers(opened); open {
		return nil, fmt.Errorf("certificate %s: it holds a key and is open to others (mode %04o): run 'chmod 600 %s'", path, mode, path)
	}
	data, err := io.ReadAll(io.LimitReader(opened, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		return nil, fmt.Errorf("certificate %s: want a PEM file with CERTIFICATE and the PRIVATE KEY that belongs to it", path)
	}
	key, ok := pair.PrivateKey.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("certificate %s: want an RSA key, which is all that Entra accepts", path)
	}
	if pair.Leaf != nil && time.Now().After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("certificate %s: it expired on %s; make a new one and upload it", path, pair.Leaf.NotAfter.Format(time.DateOnly))
	}
	return &Certificate{der: pair.Certificate[0], key: key}, nil
}

// sign returns an assertion that whoever holds the certificate is the client
// (RFC 7523; PS256 and x5t#S256 as Entra wants them). It is good for nine minutes, of the ten that are allowed.
func (c *Certificate) sign(client, audience string) (string, error) {
	thumb := sha256.Sum256(c.der)
	now := time.Now()
	header, err := json.Marshal(map[string]any{
		"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumb[:]),
	})
	claims, err2 := json.Marshal(map[string]any{
		"aud": audience, "iss": client, "sub": client, "jti": rand.Text(),
		"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(9 * time.Minute).Unix(),
	})
	if err := errors.Join(err, err2); err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPSS(rand.Reader, c.key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
