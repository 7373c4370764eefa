//go:build unix

package audit

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock waits until no other process holds file.
func lock(file *os.File) (unlock func(), err error) {
	for {
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX)
		if err != unix.EINTR {
			break
		}
	}
	return func() { _ = unix.Flock(int(file.Fd()), unix.LOCK_UN) }, err
}
