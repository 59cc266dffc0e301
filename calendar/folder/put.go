package folder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
)

// Put implements calendar.Backend.
func (b *Backend) Put(ctx context.Context, s calendar.Series) (calendar.Series, error) {
	if err := s.Check(); err != nil {
		return calendar.Series{}, fmt.Errorf("put: %w", err)
	}
	s, err := storable(s)
	if err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, err)
	}
	if err := os.Mkdir(b.Path, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return calendar.Series{}, fmt.Errorf("calendars: %w", err)
	}
	unlock, err := b.lock(ctx)
	if err != nil {
		return calendar.Series{}, err
	}
	defer unlock()
	s, err = b.put(s)
	if err != nil {
		return calendar.Series{}, fmt.Errorf("put series %s: %w", s.UID, err)
	}
	return s, nil
}

// put is Put with the lock held.
func (b *Backend) put(s calendar.Series) (calendar.Series, error) {
	there, err := b.copies(s.UID, s.People()...)
	if err != nil {
		return s, err
	}
	have, err := there.series()
	switch {
	case errors.Is(err, calendar.ErrNotFound) && s.Version != "":
		return s, fmt.Errorf("it is gone: %w", calendar.ErrChanged)
	case errors.Is(err, calendar.ErrNotFound):
		have = s.WithoutReplies()
	case err != nil:
		return s, err
	default:
		if have, err = calendar.Settle(have, s); err != nil {
			return s, err
		}
	}
	if err := b.bringInLine(there, have); err != nil {
		return s, err
	}
	have.Deleted = nil
	have.Version, err = version(have)
	return have, err
}

// Get implements calendar.Backend.
func (b *Backend) Get(ctx context.Context, uid calendar.UID) (calendar.Series, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Series{}, err
	}
	there, err := b.copiesThatCount(uid)
	if err != nil {
		return calendar.Series{}, err
	}
	s, err := there.series()
	if errors.Is(err, calendar.ErrNotFound) && b.isAway() {
		return calendar.Series{}, &awayError{b.Path}
	}
	if err != nil {
		return calendar.Series{}, calendar.OfSeries(uid, err)
	}
	// Of whose folder is not there, nothing is known.
	s.Deleted = slices.DeleteFunc(s.Deleted, func(a calendar.Address) bool {
		_, err := os.Stat(b.folderOf(a))
		return err != nil
	})
	return s, nil
}

// isAway reports whether nothing is left of what Put makes: the lock, and the organizer's
// folder. That of a folder that is mounted looks like that while it is not.
func (b *Backend) isAway() bool {
	for _, path := range []string{filepath.Join(b.Path, lockName), b.folderOf(b.Organizer)} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// An awayError is ErrNotFound and ErrAway.
type awayError struct{ path string }

func (e *awayError) Error() string {
	return fmt.Sprintf("nothing that peerslot put into %s is there", e.path)
}

func (e *awayError) Is(target error) bool {
	return target == calendar.ErrNotFound || target == calendar.ErrAway
}

// Hint says what to do.
func (e *awayError) Hint() string {
	return "look whether the folder is mounted, and at path: in folder:; if it is and the series were deleted on purpose, make the organizer's folder in it"
}

// Cancel implements calendar.Backend. A series of which nothing is left stays in
// everybody's folder, marked as cancelled: their programs show that it is off,
// where a file that vanished would say nothing, and a calendar server could take
// it for a decline.
func (b *Backend) Cancel(ctx context.Context, uid calendar.UID, from time.Time) error {
	if _, err := os.Stat(b.Path); errors.Is(err, fs.ErrNotExist) {
		return ctx.Err()
	}
	unlock, err := b.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := b.cancel(uid, from); err != nil {
		return fmt.Errorf("cancel series %s: %w", uid, err)
	}
	return nil
}

// cancel is Cancel with the lock held.
func (b *Backend) cancel(uid calendar.UID, from time.Time) error {
	there, err := b.copies(uid)
	if err != nil {
		return err
	}
	have, err := there.series()
	if errors.Is(err, calendar.ErrNotFound) || errors.Is(err, calendar.ErrChanged) {
		// The organizer deleted it by hand, or nobody knows what it was: copies that
		// are left are of nothing, spoiled ones among them.
		for a, h := range there {
			if h.spoiled {
				there[a] = held{}
			}
		}
		return b.removeAll(there, uid)
	}
	if err != nil {
		return err
	}
	next, err := have.Until(from)
	if err != nil {
		return err
	}
	return b.bringInLine(there, next)
}

// bringInLine makes the copies that are there those of s: the organizer's first,
// which decides what the series is, and those of people who are not in it last.
// Copies that say the same stay as they are. Nothing is changed if a file that is
// not ours is in the way.
func (b *Backend) bringInLine(there copies, s calendar.Series) error {
	people := s.People()
	for _, a := range people {
		if err := there[a].err; err != nil {
			return err
		}
	}
	text, err := encode(s)
	if err != nil {
		return err
	}
	b.note(s)
	first := slices.Index(people, s.Organizer.Address)
	people[0], people[first] = people[first], people[0]
	if err := b.writeAll(there, people, s, text); err != nil {
		return err
	}
	for _, a := range people {
		delete(there, a)
	}
	return b.removeAll(there, s.UID)
}

// writeAll puts the copies in place of the people who do not have it yet.
func (b *Backend) writeAll(there copies, people []calendar.Address, s calendar.Series, text []byte) error {
	made := false
	for _, a := range people {
		if there.holds(a, s, text) || !there.has(a) && declines(s, a) {
			continue
		}
		fresh, err := b.write(a, s.UID, text)
		if err != nil {
			return err
		}
		made = made || fresh
	}
	if !made {
		return nil
	}
	b.step("sync root")
	return file.SyncDir(b.Path)
}

// write puts a person's copy in place, and makes their folder if there is none.
func (b *Backend) write(a calendar.Address, uid calendar.UID, text []byte) (made bool, err error) {
	dir, path := b.folderOf(a), b.copyOf(a, uid)
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return false, b.replace(path, text)
	}
	return true, b.makeFolder(dir, filepath.Base(path), text)
}

func (c copies) has(a calendar.Address) bool {
	_, ok := c[a]
	return ok
}

// declines reports whether a does not want the series: who deleted it, too, is not
// given another copy.
func declines(s calendar.Series, a calendar.Address) bool {
	return slices.ContainsFunc(s.Attendees, func(at calendar.Attendee) bool { return at.Address == a && at.RSVP == calendar.Declined })
}

// holds reports whether a's copy says what text, which is s, says.
func (c copies) holds(a calendar.Address, s calendar.Series, text []byte) bool {
	own, ok := c[a]
	if !ok || own.text == string(text) {
		return ok
	}
	own.series.Updated = s.Updated // moves with every reminder that is dismissed
	same, err := encode(own.series)
	return err == nil && bytes.Equal(same, text)
}

// removeAll removes copies. Files that only have the name of one are left alone.
func (b *Backend) removeAll(those copies, uid calendar.UID) error {
	for a, h := range those {
		if h.err != nil {
			continue
		}
		if err := b.remove(b.copyOf(a, uid)); err != nil {
			return err
		}
	}
	return nil
}
