package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// An xz reads a .xz file, as "The .xz File Format" 1.2.1 describes it. It
// exists because the decoder's own container takes whatever dictionary a block
// asks for, up to 4 GiB.
type xz struct {
	in    *bufio.Reader
	dict  int // the largest dictionary, in bytes
	check byte
	sum   hash.Hash // of the block, or nil
	block io.Reader // or nil between blocks
	n     int64     // bytes of the file read before block
	err   error
	count countingReader
}

// A countingReader counts what a block takes, as blocks are padded.
type countingReader struct {
	in *bufio.Reader
	n  int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.in.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

var errXZ = errors.New("corrupt xz")

func newXZ(in *bufio.Reader, dict int) *xz {
	return &xz{in: in, dict: dict, check: 0xff, count: countingReader{in: in}}
}

func (x *xz) Read(p []byte) (int, error) {
	for x.err == nil {
		if x.block == nil {
			x.err = x.next()
			continue
		}
		n, err := x.block.Read(p)
		if x.sum != nil {
			x.sum.Write(p[:n])
		}
		if err == io.EOF {
			x.block, err = nil, nil
			x.err = x.endBlock()
		}
		if err != nil {
			x.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// next reads up to the next block, through the ends and starts of streams.
func (x *xz) next() error {
	if x.check == 0xff {
		if err := x.header(); err != nil {
			return err
		}
	}
	size, err := x.count.ReadByte()
	if err != nil {
		return cut(err)
	}
	if size == 0 {
		return x.endStream()
	}
	return x.startBlock(size)
}

// header reads the start of a stream.
func (x *xz) header() error {
	var h [12]byte
	if _, err := io.ReadFull(&x.count, h[:]); err != nil {
		return cut(err)
	}
	if string(h[:6]) != "\xfd7zXZ\x00" || h[6] != 0 || h[7] > 15 || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errXZ
	}
	x.check = h[7]
	return nil
}

// startBlock reads a block's header, whose first byte was size. Only the LZMA2
// filter is known.
func (x *xz) startBlock(size byte) error {
	h := make([]byte, (int(size)+1)*4)
	h[0] = size
	if _, err := io.ReadFull(&x.count, h[1:]); err != nil {
		return cut(err)
	}
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(h[len(h)-4:]) {
		return errXZ
	}
	flags, rest := body[1], body[2:]
	for _, bit := range []byte{0x40, 0x80} { // compressed and uncompressed size
		if flags&bit != 0 {
			_, n := binary.Uvarint(rest)
			if n <= 0 {
				return errXZ
			}
			rest = rest[n:]
		}
	}
	if flags&3 != 0 || len(rest) < 3 || rest[0] != 0x21 || rest[1] != 1 {
		return errors.New("an xz filter that is not supported")
	}
	return x.open(rest[2])
}

// open starts the LZMA2 data of a block, with a dictionary of coded size.
func (x *xz) open(code byte) error {
	size := int64(2|code&1) << (code/2 + 11)
	if code > 40 || size > int64(x.dict) {
		return fmt.Errorf("asks for a dictionary of %d MiB; %d is the most", size>>20, x.dict>>20)
	}
	x.n = x.count.n
	block, err := lzma.Reader2Config{DictCap: int(max(size, lzma.MinDictCap))}.NewReader2(&x.count)
	if err != nil {
		return err
	}
	x.block = block
	switch x.check {
	case 1:
		x.sum = crc32.NewIEEE()
	case 4:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	default:
		x.sum = nil
	}
	return nil
}

// endBlock reads padding to a multiple of four, and the check, which is
// compared if it is one of the two that xz itself writes unless told otherwise.
func (x *xz) endBlock() error {
	pad := int(-(x.count.n - x.n) & 3)
	size := [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[x.check]
	b := make([]byte, pad+size)
	if _, err := io.ReadFull(&x.count, b); err != nil {
		return cut(err)
	}
	if x.sum == nil {
		return nil
	}
	sum := x.sum.Sum(nil) // big endian; the file has little
	for i, c := range b[pad:] {
		if sum[len(sum)-1-i] != c {
			return errors.New("the xz checksum differs")
		}
	}
	return nil
}

// endStream reads the index, whose first byte was read, the footer, and the
// padding before the next stream.
func (x *xz) endStream() error {
	start := x.count.n - 1
	records, err := binary.ReadUvarint(&x.count)
	for i := uint64(0); i < 2*records && err == nil; i++ {
		_, err = binary.ReadUvarint(&x.count)
	}
	if err != nil {
		return cut(err)
	}
	pad := -(x.count.n - start) & 3
	if _, err := io.CopyN(io.Discard, &x.count, pad+4+12); err != nil {
		return cut(err)
	}
	for {
		b, err := x.in.Peek(4)
		if len(b) == 0 && err == io.EOF {
			return io.EOF
		}
		if err != nil {
			return cut(err)
		}
		if string(b) != "\x00\x00\x00\x00" {
			x.check = 0xff // another stream
			return nil
		}
		x.in.Discard(4)
	}
}

// cut returns that the file ends too early, where err is an end.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
