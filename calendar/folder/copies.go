package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

// maxCopy is the most bytes of a copy. Those that are put have a few thousand.
const maxCopy = 4 << 20

// copies are the copies of one series, by whose folder they are in.
type copies map[calendar.Address]held

// held is one copy, or why there is something else in its place.
type held struct {
	series calendar.Series
	err    error
}

// copies reads all copies of a series.
func (b *Backend) copies(uid calendar.UID) (copies, error) {
	entries, err := os.ReadDir(b.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	found := copies{}
	for _, e := range entries {
		a, err := calendar.ParseAddress(e.Name())
		if err != nil || string(a) != e.Name() || e.Type().IsRegular() {
			continue
		}
		s, err := readCopy(b.copyOf(a, uid), uid)
		if !errors.Is(err, fs.ErrNotExist) {
			found[a] = held{s, err}
		}
	}
	return found, nil
}

// readCopy reads one copy of a series. The error is fs.ErrNotExist if nothing is
// there, and says what to do if something else is.
func readCopy(path string, uid calendar.UID) (calendar.Series, error) {
	f, err := file.Open(path, maxCopy)
	if err != nil {
		return calendar.Series{}, err
	}
	defer f.Close()
	all, err := ical.Decode(f)
	if err != nil {
		return calendar.Series{}, fmt.Errorf("%s: %w", path, file.Reason(err))
	}
	if len(all) != 1 || all[0].UID != uid {
		return calendar.Series{}, fmt.Errorf("%s: %w; move it away", path, errForeign)
	}
	return all[0], nil
}

// errForeign is for a calendar that only has the name of a copy.
var errForeign = errors.New("is not this series, but of another program")

// series returns what the copies say together: the organizer's, with the replies
// that the attendees gave in theirs. It returns ErrNotFound if the organizer has
// none.
func (c copies) series() (calendar.Series, error) {
	s, err := c.organizers()
	if err != nil {
		return calendar.Series{}, err
	}
	for _, a := range s.Attendees {
		if own, ok := c[a.Address]; ok && own.err == nil {
			s = s.WithReplies(own.series, a.Address)
		}
	}
	s.Version, err = version(s)
	return s, err
}

// organizers returns the organizer's copy. If there is none among those that
// could be read, it may be one of those that could not.
func (c copies) organizers() (calendar.Series, error) {
	var faults []error
	for _, a := range slices.Sorted(maps.Keys(c)) {
		switch own := c[a]; {
		case own.err == nil && own.series.Organizer.Address == a:
			return own.series, nil
		case own.err != nil && !errors.Is(own.err, errForeign):
			faults = append(faults, own.err)
		}
	}
	if len(faults) > 0 {
		return calendar.Series{}, errors.Join(faults...)
	}
	return calendar.Series{}, calendar.ErrNotFound
}

// version returns a name for what s says, apart from the replies. It does not
// change when a calendar program only writes the file its own way, or notes in it
// that a reminder was seen.
func version(s calendar.Series) (string, error) {
	s = s.WithoutReplies()
	s.Updated = time.Time{}
	text, err := encode(s)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12]), err
}

// encode returns the text of a copy. It is Quiet, because attendees have copies
// already: the server of an organizer whose folder is synchronised would invite
// them a second time.
func encode(s calendar.Series) ([]byte, error) {
	var text bytes.Buffer
	err := ical.Encode(&text, ical.WriteOptions{Method: ical.Stored, Quiet: true}, s)
	return text.Bytes(), err
}

// storable returns s as it can be read back from a file.
func storable(s calendar.Series) (calendar.Series, error) {
	text, err := encode(s)
	if err != nil {
		return calendar.Series{}, err
	}
	all, err := ical.Decode(strings.NewReader(string(text)))
	if err != nil {
		return calendar.Series{}, err
	}
	all[0].Version = s.Version
	return all[0], nil
}
