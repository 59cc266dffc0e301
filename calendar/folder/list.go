package folder

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// List implements calendar.Lister: our series have files of their own.
func (b *Backend) List(_ context.Context, organizer calendar.Address) ([]calendar.UID, error) {
	entries, err := os.ReadDir(b.folderOf(organizer))
	if errors.Is(err, fs.ErrNotExist) && b.isAway() {
		return nil, &awayError{b.Path}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []calendar.UID
	for _, e := range entries { // sorted
		name, isFile := strings.CutSuffix(e.Name(), suffix)
		if uid, ours := ical.UIDOf(name); isFile && ours {
			out = append(out, uid)
		}
	}
	return out, nil
}
