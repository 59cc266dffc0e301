package caldav

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/peerslot/peerslot/calendar/file"
)

const (
	maxCopy  = 128 << 20 // bytes of what is kept of one calendar
	copyMark = "peerslot caldav 1\n"
)

// copies is a folder of what was found and read: one file each, replaced whole.
// What cannot be read counts as missing, so that a fault costs requests and
// nothing else. "" keeps nothing.
type copies struct{ dir string }

// keyOf returns a name that tells nothing of what it is made of.
func keyOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:16])
}

func (c copies) path(key string) string { return filepath.Join(c.dir, key+".caldav") }

func (c copies) read(key string) ([]byte, bool) {
	if c.dir == "" {
		return nil, false
	}
	text, err := file.Read(c.path(key), maxCopy)
	if err != nil {
		return nil, false
	}
	rest, ok := strings.CutPrefix(string(text), copyMark)
	return []byte(rest), ok
}

// write keeps text, if it can.
func (c copies) write(key string, text []byte) {
	if c.dir != "" {
		_ = c.put(key, text) // without a copy, the next run asks for everything again
	}
}

// put is write for what must be kept.
func (c copies) put(key string, text []byte) error {
	if c.dir == "" {
		return nil
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("keep copies of calendars: %w", err)
	}
	return file.Replace(c.path(key), append([]byte(copyMark), text...), 0o600)
}

func (c copies) remove(key string) {
	if c.dir != "" {
		_ = os.Remove(c.path(key)) // what stays is overwritten
	}
}
