package folder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
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
	text    string
	series  calendar.Series
	aliases []calendar.Address // of whose it is
	err     error
	spoiled bool // it was read, and is no calendar, or no series
}

// A spoiledError says why nothing can be made of the copies of a series. To callers
// they were changed by somebody.
type spoiledError struct{ error }

func (spoiledError) Is(target error) bool { return target == calendar.ErrChanged }

// copies reads the copies of a series: those that the index knows, those of its
// people, and those of the ones who are to be in it.
func (b *Backend) copies(uid calendar.UID, people ...calendar.Address) (copies, error) {
	who, err := b.holders(uid)
	if err != nil {
		return nil, err
	}
	r := b.reader(uid)
	defer buffers.Put(r.buffer)
	r.read(who)
	r.read(people)
	if s, err := r.found.organizers(); err == nil {
		b.note(s)
		r.read(s.People())
	}
	return r.found, nil
}

// copiesThatCount reads those of the copies that say what the series is: where the
// organizer has one, nobody looks for who else may hold one.
func (b *Backend) copiesThatCount(uid calendar.UID) (copies, error) {
	r := b.reader(uid)
	defer buffers.Put(r.buffer)
	r.read([]calendar.Address{b.Organizer})
	s, err := r.found.organizers()
	if err != nil {
		return b.copies(uid)
	}
	r.read(s.People())
	return r.found, nil
}

func (b *Backend) reader(uid calendar.UID) *copyReader {
	return &copyReader{b, uid, copies{}, nil, buffers.Get().(*bytes.Buffer)}
}

// A copyReader reads the copies of one series. Most are alike, and are understood
// once.
type copyReader struct {
	*Backend
	uid        calendar.UID
	found      copies
	understood []held        // one of each text
	buffer     *bytes.Buffer // for the file that is read
}

// buffers are for what is understood at once, or was before.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (r *copyReader) read(people []calendar.Address) {
	for _, a := range people {
		if _, done := r.found[a]; done {
			continue
		}
		h := r.copyAt(r.copyOf(a, r.uid))
		if !errors.Is(h.err, fs.ErrNotExist) {
			if r.Aliases != nil {
				h.aliases = r.Aliases(a)
			}
			h.series = h.named(h.series, a)
			r.found[a] = h
		}
	}
}

// named returns a person's copy with what they replied in it under another of their
// addresses as their reply.
func (h held) named(s calendar.Series, a calendar.Address) calendar.Series {
	for _, other := range h.aliases {
		s = s.Renamed(other, a)
	}
	return s
}

// beside returns a's copy, to be read beside s. Where s has a reply of theirs to one session,
// the copy may hold another one that is the same as theirs to the series.
func (h held) beside(s calendar.Series, a calendar.Address) calendar.Series {
	replied := func(o calendar.Override) bool { _, ok := o.RSVPs[a]; return ok }
	if !slices.ContainsFunc(s.Overrides, replied) {
		return h.series
	}
	own, err := copyIn([]byte(h.text), s.UID, append([]calendar.Address{a}, h.aliases...)...)
	if err != nil {
		return h.series
	}
	own = h.named(own, a)
	for _, o := range own.Overrides {
		if replied(s.Override(o.Original)) {
			h.series = h.series.WithOverride(o)
		}
	}
	return h.series
}

// copyAt reads one copy. Its error is fs.ErrNotExist if nothing is there, and says
// what to do if something else is.
func (r *copyReader) copyAt(path string) held {
	r.buffer.Reset()
	if err := file.ReadInto(r.buffer, path, maxCopy); err != nil {
		return held{err: err}
	}
	h := r.understand(r.buffer.Bytes())
	if h.err != nil {
		h.err = fmt.Errorf("%s: %w", path, h.err)
	}
	return h
}

// understand returns what a copy says, apart from where it is.
func (r *copyReader) understand(text []byte) held {
	for _, h := range r.understood {
		if h.text == string(text) {
			return h
		}
	}
	h := held{text: string(text)}
	h.series, h.err = copyIn(text, r.uid)
	h.spoiled = h.err != nil && !errors.Is(h.err, errForeign)
	r.understood = append(r.understood, h)
	return h
}

// copyIn returns the series that the text of its copy says, which is that of somebody with
// these addresses, if that is known.
func copyIn(text []byte, uid calendar.UID, own ...calendar.Address) (calendar.Series, error) {
	all, err := ical.DecodeCopy(bytes.NewReader(text), own...)
	if err != nil {
		return calendar.Series{}, err
	}
	if len(all) != 1 || all[0].UID != uid {
		return calendar.Series{}, fmt.Errorf("%w; move it away", errForeign)
	}
	return all[0], nil
}

// errForeign is for a calendar that only has the name of a copy.
var errForeign = errors.New("is not this series, but of another program")

// series returns what the copies say together: the organizer's, with the replies
// that the attendees gave in theirs, and whose copy is gone. It returns ErrNotFound if the organizer has
// none.
func (c copies) series() (calendar.Series, error) {
	s, err := c.organizers()
	if err != nil {
		return calendar.Series{}, err
	}
	for _, a := range s.Attendees {
		own, ok := c[a.Address]
		switch {
		case ok && own.err == nil:
			s = s.WithReplies(own.beside(s, a.Address), a.Address)
		case !ok:
			s.Deleted = append(s.Deleted, a.Address)
		}
	}
	s.Version, err = version(s)
	return s, err
}

// organizers returns the organizer's copy. If there is none among those that
// could be read, it may be one of those that could not; it returns a spoiledError if
// all of these are no series.
func (c copies) organizers() (calendar.Series, error) {
	var faults []error
	spoiled := true
	for _, a := range slices.Sorted(maps.Keys(c)) {
		switch own := c[a]; {
		case own.err == nil && own.series.Organizer.Address == a:
			return own.series, nil
		case own.err != nil && !errors.Is(own.err, errForeign):
			faults, spoiled = append(faults, own.err), spoiled && own.spoiled
		}
	}
	switch err := errors.Join(faults...); {
	case err == nil:
		return calendar.Series{}, calendar.ErrNotFound
	case spoiled:
		return calendar.Series{}, spoiledError{err}
	default:
		return calendar.Series{}, err
	}
}

// version returns a name for what a copy of s says, apart from the replies. It does not
// change when a calendar program only writes the file its own way, or notes in it
// that a reminder was seen.
func version(s calendar.Series) (string, error) {
	if err := ical.Check(s); err != nil {
		return "", err
	}
	text, err := json.Marshal(said(s.WithoutReplies()))
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

// storable returns s as it can be read back from a file, with its version.
func storable(s calendar.Series) (calendar.Series, error) {
	if err := ical.Check(s); err != nil {
		return calendar.Series{}, err
	}
	plain := said(s)
	plain.Version, plain.Updated = s.Version, s.Updated.Truncate(time.Second)
	return plain, nil
}

// said returns what a copy of s says of it, but for when it was written.
func said(s calendar.Series) calendar.Series {
	s = ical.Plain(s)
	s.Updated, s.Deleted, s.SplitOff, s.Group = time.Time{}, nil, nil, ""
	for i, o := range s.Overrides { // Plain made them anew
		o.Original, o.Moved.Start, o.Moved.End, o.Edited = o.Original.UTC(), o.Moved.Start.UTC(), o.Moved.End.UTC(), ""
		s.Overrides[i] = o
	}
	return s
}
