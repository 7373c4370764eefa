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
