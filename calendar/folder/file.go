package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// openRegular opens a file for reading, if it is a plain one and not larger than
// limit. It follows links, and does not wait for anybody to write into a pipe.
func openRegular(path string, limit int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = errors.New("is not a plain file")
	case info.Size() > limit:
		err = fmt.Errorf("is larger than %d MB", limit>>20)
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}

// withoutPath returns what went wrong, for callers who name the file themselves.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// replace puts data in place of path, or creates it: after a crash there is the
// old file or the new one, whole. The new one has the mode of the old one.
func (b *Backend) replace(path string, data []byte) error {
	temp := tempOf(filepath.Dir(path), filepath.Base(path))
	if err := b.writeSynced(temp, data); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		if err := os.Chmod(temp, info.Mode().Perm()); err != nil {
			return errors.Join(err, os.Remove(temp))
		}
	}
	b.step("rename file")
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	b.step("sync folder")
	return syncDir(filepath.Dir(path))
}

// writeSynced writes a file that survives a crash, but is not whole until it
// returns.
func (b *Backend) writeSynced(path string, data []byte) error {
	b.step("create " + filepath.Base(path))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	b.step("write " + filepath.Base(path))
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// makeFolder makes a person's folder, marked, unless it is there. The mark is in
// it before it has its name, so that nobody ever takes it for a calendar.
func (b *Backend) makeFolder(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	temp := tempOf(b.Path, filepath.Base(dir))
	b.step("make folder")
	if err := os.Mkdir(temp, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := b.writeSynced(filepath.Join(temp, markerName), []byte(markerText)); err != nil {
		return err
	}
	if err := syncDir(temp); err != nil {
		return err
	}
	b.step("rename folder")
	if err := os.Rename(temp, dir); err != nil {
		return err
	}
	b.step("sync root")
	return syncDir(b.Path)
}

// remove deletes a file for good.
func (b *Backend) remove(path string) error {
	b.step("remove file")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := removeTemp(path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// removeTemp deletes what a kill left of preparing a file.
func removeTemp(path string) error {
	err := os.Remove(tempOf(filepath.Dir(path), filepath.Base(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
