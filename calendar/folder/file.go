package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/peerslot/peerslot/calendar/file"
)

// replace puts data in place of path, or creates it: after a crash there is the
// old file or the new one, whole.
func (b *Backend) replace(path string, data []byte) error {
	b.step("replace file")
	return file.ReplaceHere(path, data, 0o666)
}

// makeFolder makes a person's folder, marked, unless it is there. The mark is in
// it before it has its name, so that nobody ever takes it for a calendar.
func (b *Backend) makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	b.step("make folder")
	temp, err := os.MkdirTemp(b.Path, tempFolder)
	if err != nil {
		return err
	}
	if err := b.fillFolder(temp, dir); err != nil {
		os.RemoveAll(temp)
		return err
	}
	b.step("sync root")
	return file.SyncDir(b.Path)
}

// fillFolder makes of temp, which only we may enter, what dir is to be, and gives
// it that name.
func (b *Backend) fillFolder(temp, dir string) error {
	info, err := os.Stat(b.Path)
	if err == nil {
		err = os.Chmod(temp, info.Mode().Perm())
	}
	if err != nil {
		return err
	}
	b.step("mark folder")
	if err := b.replace(filepath.Join(temp, markerName), []byte(markerText)); err != nil {
		return err
	}
	b.step("rename folder")
	return os.Rename(temp, dir)
}

// tempFolder is what the names of folders in the making begin with.
const tempFolder = ".peerslot-new-"

// lock waits until nobody else changes the folder, in this process or another,
// and keeps others from it until unlock is called.
func (b *Backend) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = file.Lock(ctx, filepath.Join(b.Path, lockName))
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	b.sweeping.Lock()
	defer b.sweeping.Unlock()
	if !b.swept {
		b.sweep()
	}
	b.swept = true
	return unlock, nil
}

// sweep removes what killed runs left of files and folders in the making, as far
// as it can. It needs the lock.
func (b *Backend) sweep() {
	entries, _ := os.ReadDir(b.Path) // what cannot be listed stays
	for _, e := range entries {
		dir := filepath.Join(b.Path, e.Name())
		switch {
		case !e.IsDir():
		case strings.HasPrefix(e.Name(), tempFolder):
			os.RemoveAll(dir)
		default:
			file.Sweep(dir)
		}
	}
}

// remove deletes a file for good.
func (b *Backend) remove(path string) error {
	b.step("remove file")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return file.SyncDir(filepath.Dir(path))
}
