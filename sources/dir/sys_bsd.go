//go:build unix && !linux

package dir

import "golang.org/x/sys/unix"

// openInside opens path, the last part of which is no link.
func openInside(path string, flags int) (int, error) {
	return open(unix.AT_FDCWD, path, flags)
}
