package folder

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const openFlags = 0

// tryLock takes the lock on f, unless another open file has it. It is held until
// f is closed, also by the end of the process.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// syncDir does nothing: Windows keeps the order of names itself.
func syncDir(string) error { return nil }
