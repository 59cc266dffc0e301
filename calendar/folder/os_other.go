//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package folder

import (
	"errors"
	"os"
)

const openFlags = 0

// tryLock fails: without a lock two processes could mix their copies.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func syncDir(string) error { return nil }
