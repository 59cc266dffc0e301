package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/ical"
)

// An index says where the copies of series may lie, so that looking for those of
// one series does not look at everybody's folder. It is made once, and may then
// name too many folders, and lack what others put since: nobody relies on it for
// what a copy says.
type index struct {
	holders
	organizers map[calendar.Address]bool // who has been seen to be one
	root       time.Time                 // when people came or went last
	left       []string                  // folders in which a killed run left something, or that are such
}

// look makes the index of what is there now.
func (b *Backend) look() (*index, error) {
	x := &index{holders: holders{last: map[uint64]int32{}}, organizers: map[calendar.Address]bool{}, root: b.changed()}
	for e, err := range entriesOf(b.Path) {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return x, nil
		case err != nil:
			return nil, fmt.Errorf("read calendars: %w", err)
		}
		dir := filepath.Join(b.Path, e.Name())
		if strings.HasPrefix(e.Name(), tempFolder) {
			x.left = append(x.left, dir)
		}
		a, err := calendar.ParseAddress(e.Name())
		if err == nil && string(a) == e.Name() && !e.Type().IsRegular() {
			x.lookInto(dir, a)
		}
	}
	return x, nil
}

// changed returns when people's folders came or went last.
func (b *Backend) changed() time.Time {
	if info, err := os.Stat(b.Path); err == nil {
		return info.ModTime()
	}
	return time.Time{}
}

// lookInto adds what is in a person's folder. One that cannot be listed has
// nothing to find, but for the series that say that it should.
func (x *index) lookInto(dir string, a calendar.Address) {
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	for err == nil {
		var names []string
		names, err = f.Readdirnames(1000)
		for _, name := range names {
			if isCopy(name) {
				x.add(name, a)
			}
			if strings.HasPrefix(name, ".peerslot-") && !slices.Contains(x.left, dir) {
				x.left = append(x.left, dir)
			}
		}
	}
}

// isCopy reports whether that may be the name of a copy.
func isCopy(name string) bool {
	_, ours := ical.UIDOf(strings.TrimSuffix(name, suffix))
	return ours && strings.HasSuffix(name, suffix)
}

// holders returns who may hold a copy of the series.
func (b *Backend) holders(uid calendar.UID) ([]calendar.Address, error) {
	known := b.knows()
	known.mu.Lock()
	defer known.mu.Unlock()
	// Without any organizer to ask, those who came since must be looked for.
	if known.index == nil || len(known.index.organizers) == 0 && !known.index.root.Equal(b.changed()) {
		if err := known.renew(b); err != nil {
			return nil, err
		}
	}
	who := known.index.of(ical.UIDText(uid) + suffix)
	return slices.AppendSeq(who, maps.Keys(known.index.organizers)), nil
}

// note adds that these hold a copy of the series, or soon will.
func (b *Backend) note(s calendar.Series) {
	known := b.knows()
	known.mu.Lock()
	defer known.mu.Unlock()
	x, name := known.index, ical.UIDText(s.UID)+suffix
	x.organizers[s.Organizer.Address] = true
	there := x.of(name)
	for _, a := range s.People() {
		if !slices.Contains(there, a) {
			x.add(name, a)
		}
	}
}

// renew makes the index.
func (k *Known) renew(b *Backend) error {
	x, err := b.look()
	if err == nil {
		k.index, k.made = x, time.Now()
	}
	return err
}

// lock waits until nobody else changes the folder, in this process or another,
// and keeps others from it until unlock is called. It removes what killed runs
// left of files and folders in the making, as far as it can.
func (b *Backend) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = file.Lock(ctx, filepath.Join(b.Path, lockName))
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	known := b.knows()
	known.mu.Lock()
	defer known.mu.Unlock()
	if known.index == nil || time.Since(known.made) > knownFor {
		if err := known.renew(b); err != nil {
			unlock()
			return nil, err
		}
	}
	for _, dir := range known.index.left {
		if strings.HasPrefix(filepath.Base(dir), tempFolder) {
			os.RemoveAll(dir)
		} else {
			file.Sweep(dir)
		}
	}
	known.index.left = nil
	return unlock, nil
}
