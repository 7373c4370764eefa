package unpack

import "bytes"

// A format is how an archive or a compressed file is written.
type format uint8

const (
	plain format = iota
	gzipFile
	zipFile
	tarFile
	zstdFile
	xzFile
	bzip2File
	pdfFile
)

// String returns the name that Location.Encoding has for f.
func (f format) String() string {
	return [...]string{"", "gzip", "zip", "tar", "zstd", "xz", "bzip2", "pdf"}[f]
}

// single reports whether f holds one nameless stream, and not entries.
func (f format) single() bool { return f != zipFile && f != tarFile && f != pdfFile }

// IsArchive reports whether an object that starts with head, of HeadSize bytes
// where it has as many, is something that this package opens.
func IsArchive(head []byte) bool { return sniff(head) != plain }

// sniff tells a format by its first bytes: a few compares where it is none.
func sniff(b []byte) format {
	if len(b) < 6 {
		return plain
	}
	switch {
	case b[0] == 0x1f && b[1] == 0x8b && b[2] == 8: // RFC 1952: deflate is the only method
		return gzipFile
	case b[0] == 'P' && b[1] == 'K' && (b[2] == 3 && b[3] == 4 || b[2] == 5 && b[3] == 6):
		return zipFile
	case b[0] == 0x28 && b[1] == 0xb5 && b[2] == 0x2f && b[3] == 0xfd: // RFC 8878
		return zstdFile
	case b[0] == 0xfd && string(b[:6]) == "\xfd7zXZ\x00":
		return xzFile
	case b[0] == 'B' && isBzip2(b):
		return bzip2File
	case b[0] == '%' && string(b[:5]) == "%PDF-":
		return pdfFile
	case isTar(b):
		return tarFile
	}
	return plain
}

// isBzip2 looks for the block or end mark behind the header as well, since
// three letters and a digit can be the start of a text.
func isBzip2(b []byte) bool {
	if len(b) < 10 || string(b[:3]) != "BZh" || b[3] < '1' || b[3] > '9' {
		return false
	}
	mark := string(b[4:10])
	return mark == "1AY&SY" || mark == "\x17\x72\x45\x38\x50\x90"
}

// isTar checks the checksum of a header, as tars from before POSIX have no
// magic. It is the sum of the header's bytes, with its own eight as spaces;
// some old writers summed signed bytes.
func isTar(b []byte) bool {
	if len(b) < HeadSize || b[0] == 0 {
		return false
	}
	want, ok := octal(b[148:156])
	if !ok || want == 0 {
		return false
	}
	var sum, signed int64
	for i, c := range b[:HeadSize] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
		signed += int64(int8(c))
	}
	return want == sum || want == signed
}

// octal reads a number that spaces or NULs may surround.
func octal(b []byte) (n int64, ok bool) {
	i := 0
	for i < len(b) && b[i] == ' ' {
		i++
	}
	start := i
	for ; i < len(b) && b[i] >= '0' && b[i] <= '7'; i++ {
		n = n<<3 | int64(b[i]-'0')
	}
	ok = i > start
	for ; i < len(b); i++ {
		ok = ok && (b[i] == ' ' || b[i] == 0)
	}
	return n, ok
}

// selfExtracting reports whether a program or script has a zip file at its
// end. One with a comment is not seen: looking for it would cost every script
// a search.
func selfExtracting(b []byte) bool {
	if len(b) < 64 || !(b[0] == 'M' && b[1] == 'Z' || b[0] == '#' && b[1] == '!') {
		return false
	}
	return bytes.HasPrefix(b[len(b)-endSize:], []byte(endMark))
}
