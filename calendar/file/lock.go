package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Lock waits until nobody else holds the lock at path, in this process or
// another, and keeps others from it until unlock is called or the process ends.
// The file is made if it is missing, and stays.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|nonblock|nofollow, 0o666)
	if err != nil {
		return nil, err
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		err := tryLock(f)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, errLocked) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// errLocked says that somebody else has the lock.
var errLocked = errors.New("locked")
