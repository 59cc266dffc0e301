package folder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

const (
	maxSize     = 128 << 20 // of one file; calendar/ical reads no more of it
	maxWarnings = 50        // of one person
	smallSize   = 64 << 10  // of a file that is read whole, before it is looked at
)

// person reads all that there is of one person. The error is that of ctx.
func (b *Backend) person(ctx context.Context, a calendar.Address, l *listing, void *voidTexts, o ical.ReadOptions) (availability.Busy, error) {
	if parsed, err := calendar.ParseAddress(string(a)); err != nil || parsed != a {
		return availability.Unreadable(fmt.Sprintf("%q is no mail address", a)), ctx.Err()
	}
	if o.Zone = time.UTC; b.Zone != nil {
		o.Zone = cmp.Or(b.Zone(a), time.UTC)
	}
	p := personReader{window: o.Window, calendar: ical.NewCalendar(o), void: void}
	isCalendar := false
	for _, path := range b.of(l, a) {
		if strings.EqualFold(filepath.Base(path), string(a)) {
			isCalendar = p.readFolder(ctx, path) || isCalendar
		} else {
			isCalendar = p.readFile(ctx, path) || isCalendar
		}
	}
	if err := ctx.Err(); err != nil {
		return availability.Busy{}, err
	}
	folder := b.folderOf(a)
	switch {
	case isCalendar:
	case p.marked:
		p.unknown(fmt.Sprintf("no calendar: %s holds nothing but invitations, and there is no %s", folder, folder+suffix))
	default:
		p.unknown(fmt.Sprintf("no calendar: expected %s%c or %s", folder, filepath.Separator, folder+suffix))
	}
	return p.answer(), nil
}

// A personReader puts together what the files of one person say.
type personReader struct {
	window   availability.Interval
	calendar *ical.Calendar
	void     *voidTexts
	read     int      // files that could be read
	marked   bool     // a folder was made for invitations
	foreign  bool     // and yet holds something else
	blind    string   // why something could not be read; "" if all could
	warnings []string // about files as such
}

// answer returns what is known after all files.
func (p *personReader) answer() availability.Busy {
	busy, err := p.calendar.Busy()
	if err != nil {
		p.unknown(err.Error())
		busy, p.read = availability.Busy{}, 0
	}
	busy.Warnings = append(p.warnings, busy.Warnings...)
	if more := len(busy.Warnings) - maxWarnings; more > 0 {
		busy.Warnings = append(busy.Warnings[:maxWarnings], fmt.Sprintf("and %d more", more))
	}
	busy.Reason = cmp.Or(p.blind, busy.Reason)
	switch {
	case p.blind != "" && p.read == 0:
		busy.Window = availability.Interval{}
	case p.blind != "":
		busy.Spans = append(busy.Spans, availability.Span{Interval: p.window, Kind: availability.Unknown})
		busy.Normalize()
	}
	return busy
}

// unknown notes why nothing is known but what other files say.
func (p *personReader) unknown(reason string) {
	if p.blind != "" {
		p.warnings = append(p.warnings, reason)
		return
	}
	p.blind = reason
}

// readFolder reads the files of a person's folder and of the folders in it, as
// far as ctx lasts. It reports whether that is a calendar.
func (p *personReader) readFolder(ctx context.Context, dir string) bool {
	p.marked, p.foreign = false, false
	if !p.readDir(ctx, dir, true) {
		return false
	}
	if p.marked {
		return p.foreign
	}
	if p.read == 0 && p.blind == "" {
		p.warnings = append(p.warnings, dir+": holds no events")
	}
	return true
}

// readDir reads the files of one folder. It reports whether that is there.
func (p *personReader) readDir(ctx context.Context, dir string, top bool) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return p.cannotOpen(dir, err)
	}
	if top {
		p.marked = slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == markerName })
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case ctx.Err() != nil:
			return true
		case strings.HasPrefix(e.Name(), "."):
		case isCopy(e.Name()) && p.readCopy(path):
		case ending(strings.ToLower(e.Name())) != "":
			p.readFile(ctx, path)
			p.foreign = p.foreign || p.marked && isForeign(path)
		case !isDir(e, path):
		case top:
			p.readDir(ctx, path, false)
		default:
			p.unknown(path + ": is a folder too deep in another to be read")
		}
	}
	return true
}

func isDir(e fs.DirEntry, path string) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readFile reads one file, as far as ctx lasts. It reports whether that is there.
func (p *personReader) readFile(ctx context.Context, path string) bool {
	if what := mistaken[strings.ToLower(filepath.Ext(path))]; what != "" {
		p.unknown(path + ": " + what)
		return true
	}
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if file.ReadInto(buffer, path, smallSize) == nil {
		p.add(path, bytes.NewReader(buffer.Bytes()))
		return true
	}
	f, err := file.Open(path, maxSize)
	if err != nil {
		return p.cannotOpen(path, err)
	}
	defer f.Close()
	p.add(path, file.Until(ctx, f))
	return true
}

// add takes in what a file says.
func (p *personReader) add(path string, r io.Reader) {
	if err := p.calendar.Add(path, r); err != nil {
		p.unknown(fmt.Sprintf("%s: %v", path, file.Reason(err)))
		return
	}
	p.read++
}

// voidTexts are copies of series that do not count, and of nothing else. Those in the
// folders of a group are mostly alike, and understood once.
type voidTexts struct {
	seed  maphash.Seed
	texts sync.Map // their hashes
}

// readCopy reads what has the name of a copy, and reports whether that could be done.
func (p *personReader) readCopy(path string) bool {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if err := file.ReadInto(buffer, path, maxCopy); err != nil {
		return false
	}
	text := buffer.Bytes()
	hash := maphash.Bytes(p.void.seed, text)
	if _, known := p.void.texts.Load(hash); known {
		p.read++
		return true
	}
	p.add(path, bytes.NewReader(text))
	_, ours := ical.Ours(bytes.NewReader(text))
	p.foreign = p.foreign || p.marked && !ours
	if ours && p.calendar.OnlyExcepted() {
		p.void.texts.Store(hash, nil)
	}
	return true
}

// isForeign reports whether a file is there and holds no series of ours.
func isForeign(path string) bool {
	f, err := file.Open(path, maxSize)
	if err != nil {
		return false
	}
	defer f.Close()
	_, ours := ical.Ours(f)
	return !ours
}

// cannotOpen notes an error of opening, and reports whether there is something
// that could have been opened. What is gone by the time was deleted, but a link
// to nowhere hides what it should lead to.
func (p *personReader) cannotOpen(path string, err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); err != nil {
			return false
		}
	}
	p.unknown(fmt.Sprintf("%s: %v", path, file.Reason(err)))
	return true
}
