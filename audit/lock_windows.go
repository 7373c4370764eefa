package audit

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock waits until no other process holds file.
func lock(file *os.File) (unlock func(), err error) {
	h := windows.Handle(file.Fd())
	// Beyond the end, so that the bytes themselves can be read meanwhile.
	const far = 1 << 30
	at := &windows.Overlapped{OffsetHigh: far}
	err = windows.LockFileEx(h, windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, at)
	return func() { _ = windows.UnlockFileEx(h, 0, 1, 0, at) }, err
}
