package feed

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler/account"
)

const (
	idLength  = 8
	macLength = 24
)

// NewID returns the ID of a new feed.
func NewID() string {
	var id [idLength]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// Token returns what the address of a feed is made of: its ID, and a hash of ID and
// serial with a key that the store does not have. Who has only the store can make none,
// and who has the key can show it again.
func Token(key []byte, f account.Feed) string {
	id, _ := hex.DecodeString(f.ID) // of a store of ours
	return base64.RawURLEncoding.EncodeToString(append(id, sum(key, "feed", f.ID, f.Serial)...))
}

// ID returns the ID that stands in a token; ok is false if it is none.
func ID(token string) (id string, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != idLength+macLength || strings.ContainsAny(token, "\r\n") {
		return "", false
	}
	return hex.EncodeToString(b[:idLength]), true
}

// Opens reports whether the token is that of f as it is now, in a time that tells
// nothing of how near it came.
func Opens(key []byte, token string, f account.Feed) bool {
	return hmac.Equal([]byte(token), []byte(Token(key, f)))
}

// FileName returns the name of the file of a person's feed, which nobody without the key
// can guess.
func FileName(key []byte, person calendar.Address) string {
	return base64.RawURLEncoding.EncodeToString(sum(key, "file", string(person), 0)) + ".ics"
}

func sum(key []byte, what, of string, serial int) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("peerslot " + what + "\x00" + of + "\x00"))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(serial)))
	return mac.Sum(nil)[:macLength]
}
