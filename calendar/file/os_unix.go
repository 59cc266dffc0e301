//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package file

import (
	"bytes"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const (
	nonblock   = unix.O_NONBLOCK // keeps the opening of a pipe from waiting for its other end
	nofollow   = unix.O_NOFOLLOW
	closeFirst = false // the lock is held until the file has its name
)

// readPlain is ReadInto without what Go keeps of a file that is open, which takes as long
// as reading a small one. It is false, and has read nothing, where something is not as it
// should be: what, the other way tells.
func readPlain(data *bytes.Buffer, path string, limit int64) bool {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|nonblock, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	if unix.Fstat(fd, &info) != nil || info.Mode&unix.S_IFMT != unix.S_IFREG || info.Size > limit {
		return false
	}
	data.Grow(int(info.Size) + bytes.MinRead)
	room, end := data.AvailableBuffer(), 0
	room = room[:cap(room)]
	for end < len(room) {
		n, err := unix.Read(fd, room[end:])
		if err != nil {
			return false
		}
		if end += n; int64(end) > limit {
			return false
		}
		if n == 0 || int64(end) == info.Size {
			data.Write(room[:end])
			return true
		}
	}
	return false // it grew
}

// tryLock takes the lock on f until it is closed. It returns errLocked if another
// process has it, and other errors where there are no locks.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return errLocked
	}
	return err
}

// SyncDir makes the names in dir survive a crash, where folders can be synced.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, unix.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
