package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"

	"github.com/peerslot/peerslot/calendar/file"
)

// A cache is a folder with one file for each feed: a block of metadata, then
// the calendar. Files are only ever replaced as a whole, and what fails its
// checksum counts as missing; so a crash costs a fetch and nothing else.
type cache struct{ dir string }

const (
	headerSize = 4 << 10             // room for meta as JSON, padded with blanks
	unused     = 30 * 24 * time.Hour // after which a copy is deleted
	skew       = 5 * time.Minute     // by which the clocks of two machines that share a cache may differ
)

// A record is what is known of an intact copy. A nil record is that of no copy.
type record struct {
	Version  int       // of this format
	Key      string    // of the feed
	From     string    // key of the URL that answered in the end
	Checked  time.Time // when the server last said that this is the calendar
	ETag     string
	Modified string
	Size     int64
	CRC      uint32
}

// Copies of version 1 held titles, notes and people.
const recordVersion = 2

// openCache makes the folder if it is missing, and deletes in it what has not
// been used for long or is of a former format.
func openCache(dir string, now time.Time) (cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cache{}, fmt.Errorf("cannot be kept: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return cache{}, fmt.Errorf("cannot be kept: %w", err)
	}
	// On Windows the mode does not tell who may write.
	if info.Mode().Perm()&0o022 != 0 && runtime.GOOS != "windows" {
		return cache{}, fmt.Errorf("cannot be kept in %s, where others may write", dir)
	}
	c := cache{dir}
	c.prune(now)
	return c, nil
}

func (c cache) prune(now time.Time) {
	entries, _ := os.ReadDir(c.dir) // what cannot be listed is not deleted
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && ours().MatchString(e.Name()) && (now.Sub(info.ModTime()) > unused || c.outdated(e.Name())) {
			os.Remove(filepath.Join(c.dir, e.Name()))
		}
	}
}

// outdated reports whether a file is a copy of a former format.
func (c cache) outdated(name string) bool {
	f, err := os.Open(filepath.Join(c.dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	header, r := make([]byte, headerSize), record{}
	_, err = io.ReadFull(f, header)
	return err == nil && json.Unmarshal(header, &r) == nil && r.Version < recordVersion
}

// ours are the names of copies, and of what former versions left half written.
var ours = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{64}\.feed(\.[A-Z2-7]+)?$`)
})

func (c cache) path(key string) string { return filepath.Join(c.dir, key+".feed") }

// find returns the record of a feed's copy, or nil if there is none that is
// intact.
func (c cache) find(key string) *record {
	f, err := os.Open(c.path(key))
	if err != nil {
		return nil
	}
	defer f.Close()
	header := make([]byte, headerSize)
	r := &record{}
	if _, err := io.ReadFull(f, header); err != nil || json.Unmarshal(header, r) != nil {
		return nil
	}
	sum := crc32.New(castagnoli())
	size, err := io.Copy(sum, f)
	if err != nil || r.Version != recordVersion || r.Key != key || r.Size != size || r.CRC != sum.Sum32() {
		return nil
	}
	return r
}

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

// read opens a feed's copy, where the calendar begins.
func (c cache) read(key string) (io.ReadCloser, error) {
	f, err := os.Open(c.path(key))
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(headerSize, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// write replaces a feed's copy by a whole calendar, and closes body. If that
// fails the copy stays as it was.
func (c cache) write(r record, body io.ReadCloser) error {
	return file.ReplaceWith(c.path(r.Key), 0o600, func(f *os.File) error {
		// body may be the copy itself: Windows would refuse to replace an open file.
		return errors.Join(fill(f, r, body), body.Close())
	})
}

func fill(f *os.File, r record, body io.Reader) error {
	if _, err := f.Seek(headerSize, io.SeekStart); err != nil {
		return err
	}
	sum := crc32.New(castagnoli())
	size, err := io.Copy(io.MultiWriter(f, sum), body)
	if err != nil {
		return err
	}
	if err := endOfCalendar(f, headerSize, size); err != nil {
		return err
	}
	r.Version, r.Size, r.CRC = recordVersion, size, sum.Sum32()
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(text, bytes.Repeat([]byte(" "), headerSize-len(text))...), 0)
	return err
}

// renew writes that the copy is what the server has now.
func (c cache) renew(r *record, now time.Time) error {
	body, err := c.read(r.Key)
	if err != nil {
		return err
	}
	again := *r
	again.Checked = now
	return c.write(again, body)
}

// age says how old the copy is. It is not ok without a copy, or if the copy is
// from the future: then nobody knows.
func (r *record) age(now time.Time) (age time.Duration, ok bool) {
	if r == nil || r.Checked.Sub(now) > skew {
		return 0, false
	}
	return max(0, now.Sub(r.Checked)), true
}

// validFor reports whether the copy is what that very URL answered, and can be
// told from a later state.
func (r *record) validFor(l link) bool {
	return r != nil && r.From == l.key() && r.ETag+r.Modified != ""
}
