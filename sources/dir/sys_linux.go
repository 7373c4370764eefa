package dir

import "golang.org/x/sys/unix"

// nextData returns where data begins at or after start; the end of any file,
// if there is none. What lies before is a hole, and reads as zeros: skipping it
// keeps a sparse file of exabytes from costing more than what it holds.
func nextData(f fileHandle, start int64) int64 {
	at, err := unix.Seek(f.fd, start, unix.SEEK_DATA)
	switch {
	case err == unix.ENXIO:
		return 1<<63 - 1
	case err != nil || at < start:
		return start
	}
	return at
}

// openInside opens path, no part of which is a link: the root was resolved,
// and a directory below it may have been replaced by a link since it was
// listed. Before Linux 5.6, and where a sandbox forbids the call, only the last
// part is held to that.
func openInside(path string, flags int) (int, error) {
	how := unix.OpenHow{Flags: uint64(flags), Resolve: unix.RESOLVE_NO_SYMLINKS}
	for {
		fd, err := unix.Openat2(unix.AT_FDCWD, path, &how)
		switch err {
		case unix.EINTR:
			continue
		case unix.ENOSYS, unix.EPERM:
			return open(unix.AT_FDCWD, path, flags)
		}
		return fd, err
	}
}
