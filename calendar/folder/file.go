package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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

// remove deletes a file for good.
func (b *Backend) remove(path string) error {
	b.step("remove file")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return file.SyncDir(filepath.Dir(path))
}
