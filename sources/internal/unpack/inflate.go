package unpack

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// decoders are kept for the next stream at the same depth.
type decoders struct {
	in    *bufio.Reader
	gzip  *gzip.Reader
	flate io.ReadCloser
	zstd  *zstd.Decoder
}

// dictionary returns how much memory a decoder may take at a depth for what it
// has already yielded. The outer two may be the largest that xz and zstd use
// without special options; five in all stay within 152 MiB.
func dictionary(depth int) int {
	if depth < 2 {
		return 64 << 20
	}
	return 8 << 20
}

// inflate shows the one stream that is compressed in r.
func (u *Unpacker) inflate(p place, f format, r io.Reader) {
	d, err := u.decoder(p.depth, f, r)
	if err != nil {
		u.failed(p.at.Path, err)
		return
	}
	if u.another(p) {
		u.show(p.in(f), &meter{u, d})
	}
}

// decoder returns what f compressed in r.
func (u *Unpacker) decoder(depth int, f format, r io.Reader) (io.Reader, error) {
	l := u.level(depth)
	in := l.input(r)
	switch f {
	case gzipFile:
		return l.gunzip(in)
	case zstdFile:
		return l.unzstd(in, depth)
	case bzip2File:
		return bzip2.NewReader(in), nil
	case xzFile:
		return newXZ(in, dictionary(depth)), nil
	}
	return nil, errors.New("no decoder for this format")
}

// input returns r with a buffer, of which decoders read byte by byte.
func (d *decoders) input(r io.Reader) *bufio.Reader {
	if d.in == nil {
		d.in = bufio.NewReaderSize(r, 32<<10)
	} else {
		d.in.Reset(r)
	}
	return d.in
}

func (d *decoders) gunzip(r io.Reader) (io.Reader, error) {
	if d.gzip == nil {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, err
		}
		d.gzip = z
		return z, nil
	}
	return d.gzip, d.gzip.Reset(r)
}

func (d *decoders) inflate(r io.Reader) (io.Reader, error) {
	if d.flate == nil {
		d.flate = flate.NewReader(r)
		return d.flate, nil
	}
	return d.flate, d.flate.(flate.Resetter).Reset(r, nil)
}

// unzstd decodes in the calling goroutine: a decoder with goroutines would
// have to be closed.
func (d *decoders) unzstd(r io.Reader, depth int) (io.Reader, error) {
	if d.zstd != nil {
		return d.zstd, d.zstd.Reset(r)
	}
	z, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(dictionary(depth))))
	d.zstd = z
	return z, err
}
