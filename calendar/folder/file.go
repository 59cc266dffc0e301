package folder

import (
	"crypto/rand"
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

// makeFolder makes a person's folder, marked, with a first copy. Both are in it
// before it has its name, so that nobody ever takes it for a calendar. That it is
// there survives a crash once the folder that it is in is synced.
func (b *Backend) makeFolder(dir, name string, text []byte) error {
	b.step("make folder")
	temp := filepath.Join(b.Path, tempFolder+rand.Text())
	if err := os.Mkdir(temp, 0o777); err != nil {
		return err
	}
	b.step("fill folder")
	// Of the mark it is enough that it is there, which the folder's sync sees to.
	err := errors.Join(os.WriteFile(filepath.Join(temp, markerName), []byte(markerText), 0o666), writeSynced(filepath.Join(temp, name), text), file.SyncDir(temp))
	if err == nil {
		b.step("rename folder")
		err = os.Rename(temp, dir)
	}
	if err != nil {
		os.RemoveAll(temp)
	}
	return err
}

// writeSynced writes a new file where nobody looks yet.
func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
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
