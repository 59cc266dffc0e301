package file

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Temporary files are called prefix, random text, suffix.
const prefix, suffix = ".peerslot-", ".tmp"

// Replace puts data in place of what is in path, or makes the file: readers, and a
// crash, find the old content or the new one, whole. Links are written through,
// devices and pipes written to, never replaced. A new file has the mode perm, less
// the umask; an old one keeps its mode, without what others may do if perm allows
// them nothing. What a killed run left in the folder is removed.
func Replace(path string, data []byte, perm fs.FileMode) error {
	return ReplaceWith(path, perm, func(f *os.File) error { return write(f, data) })
}

// ReplaceUntil is Replace of what fill writes, which waits for the reader of a pipe until
// ctx ends.
func ReplaceUntil(ctx context.Context, path string, perm fs.FileMode, fill func(io.Writer) error) error {
	err := ReplaceWith(path, perm, func(f *os.File) error {
		defer context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(time.Unix(1, 0)) })() // a plain file has none
		w := bufio.NewWriterSize(f, 64<<10)
		if err := fill(w); err != nil {
			return err
		}
		return w.Flush()
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return pathError("write", path, context.Cause(ctx))
	}
	return err
}

// ReplaceWith is Replace of what fill writes. If fill fails the file stays as it
// was, unless it is a device or a pipe.
func ReplaceWith(path string, perm fs.FileMode, fill func(*os.File) error) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return pathError("write", path, &KindError{info.Mode()})
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	target, err := resolve(path)
	if err != nil {
		return err
	}
	if info != nil && (!info.Mode().IsRegular() || ofKernel(target)) {
		err := inPlace(target, fill)
		if e, ok := errors.AsType[*fs.PathError](err); ok && e.Op == "open" && info.Mode()&fs.ModeNamedPipe != 0 && !errors.Is(err, fs.ErrPermission) {
			return pathError("write", path, errors.New("nobody reads from this pipe"))
		}
		return err
	}
	sweepOnce(filepath.Dir(target))
	return replace(target, info, perm, fill)
}

// ReplaceHere is Replace, but a link at path is replaced, not followed: for
// folders in which others may have put it. What killed runs left is for [Sweep].
func ReplaceHere(path string, data []byte, perm fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		info = nil
	}
	return replace(path, info, perm, func(f *os.File) error { return write(f, data) })
}

// replace puts what fill writes in place of target, which is no link. old is what
// is there, if that is a file.
func replace(target string, old fs.FileInfo, perm fs.FileMode, fill func(*os.File) error) error {
	t, err := newTemp(filepath.Dir(target), perm)
	if err != nil {
		return named(target, err)
	}
	if old != nil {
		err = t.Chmod(modeOf(old, perm))
	}
	if err == nil {
		err = fill(t.File)
	}
	return named(target, t.finish(err, func(name string) error { return os.Rename(name, target) }))
}

// Create is Replace of a file that there is not: if there is one, or a link, it is
// left alone, and the error is fs.ErrExist.
func Create(path string, data []byte, perm fs.FileMode) error {
	sweepOnce(filepath.Dir(path))
	t, err := newTemp(filepath.Dir(path), perm)
	if err != nil {
		return named(path, err)
	}
	return named(path, t.finish(write(t.File, data), func(name string) error { return publish(name, path) }))
}

func write(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return err
}

// named says of an error about a temporary file which file was to be written.
func named(path string, err error) error {
	isTemp := func(path string) bool { return strings.HasPrefix(filepath.Base(path), prefix) }
	if e, ok := errors.AsType[*fs.PathError](err); ok && isTemp(e.Path) {
		return pathError("write", path, e.Err)
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok && isTemp(e.Old) {
		return pathError("write", path, e.Err)
	}
	return err
}

// modeOf returns the mode of what takes the place of an old file.
func modeOf(old fs.FileInfo, perm fs.FileMode) fs.FileMode {
	if perm&0o077 == 0 {
		return old.Mode().Perm() & 0o700
	}
	return old.Mode().Perm()
}

// ofKernel reports whether the path is one by which a process names what it has
// open, such as /dev/stdout: a new file there would not be what it has open.
func ofKernel(path string) bool {
	abs, err := filepath.Abs(path)
	return err == nil && (strings.HasPrefix(abs, "/dev/fd/") || strings.HasPrefix(abs, "/proc/"))
}

// inPlace writes to what must not be replaced. It does not wait for a pipe's
// reader: nobody there is an error.
func inPlace(path string, fill func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|nonblock, 0)
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

// mostLinks is how many links a path may lead over; Linux allows as many.
const mostLinks = 40

// resolve returns where the links of path lead, also if nothing is there yet, or
// the name by which a process knows what it has open.
func resolve(path string) (string, error) {
	for range mostLinks {
		to, err := os.Readlink(path)
		if err != nil || ofKernel(path) {
			return path, nil // no link, or nothing there
		}
		if !filepath.IsAbs(to) {
			// Join would take what is above a linked folder for what is above the link.
			to = filepath.Dir(path) + string(filepath.Separator) + to
		}
		path = to
	}
	return "", pathError("write", path, errors.New("too many links"))
}

// A temp is a new file without its name yet. Its lock says that its writer lives.
type temp struct{ *os.File }

// newTemp makes a temporary file in dir, under a name that nobody can foresee.
func newTemp(dir string, perm fs.FileMode) (temp, error) {
	for {
		name := filepath.Join(dir, prefix+rand.Text()+suffix)
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if err != nil {
			return temp{}, err
		}
		if err := tryLock(f); !errors.Is(err, errLocked) && hasName(f) {
			return temp{f}, nil
		}
		f.Close() // a sweep was faster than the lock, and removes it
	}
}

// finish brings the file onto disk and gives it its name, unless err is set.
func (t temp) finish(err error, name func(temp string) error) error {
	if err == nil {
		err = t.Sync()
	}
	if closeFirst {
		err = errors.Join(err, t.Close())
	}
	if err == nil {
		err = name(t.Name())
	}
	if err != nil {
		_ = os.Remove(t.Name())
	}
	if !closeFirst {
		err = errors.Join(err, t.Close())
	}
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(t.Name()))
}

// publish gives a file its name, if nobody has it.
func publish(name, path string) error {
	if err := os.Link(name, path); err != nil {
		return err
	}
	return os.Remove(name)
}

// swept holds the folders in which this process has looked for leftovers: looking
// at each write would make many files slow.
var swept sync.Map

func sweepOnce(dir string) {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if _, done := swept.LoadOrStore(dir, true); !done {
		Sweep(dir)
	}
}

// Sweep removes what killed processes left in dir of files in the making. What it
// cannot remove stays. Writing a file does it by itself, for the first file that a
// process writes in a folder.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			removeDead(filepath.Join(dir, name))
		}
	}
}

// removeDead removes a temporary file whose writer does not live.
func removeDead(path string) {
	f, err := os.OpenFile(path, os.O_RDWR|nonblock|nofollow, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if tryLock(f) == nil && hasName(f) {
		_ = os.Remove(path)
	}
}

// hasName reports whether f is still what its name leads to.
func hasName(f *os.File) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(mine, there)
}
