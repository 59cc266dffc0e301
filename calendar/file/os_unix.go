//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package file

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

const (
	nonblock   = unix.O_NONBLOCK // keeps the opening of a pipe from waiting for its other end
	nofollow   = unix.O_NOFOLLOW
	closeFirst = false // the lock is held until the file has its name
)

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
