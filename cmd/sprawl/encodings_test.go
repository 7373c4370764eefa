package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/ulikunitz/xz"
)

// cmdEncode encodes a text: encode CODEC NAME TEXT, after which $NAME is the
// result; or encode CODEC FILE=file, which rewrites the file in place.
func cmdEncode(ts *testscript.TestScript, neg bool, args []string) {
	name, isFile := strings.CutPrefix(args[1], "file:")
	if isFile {
		name = ts.MkAbs(name)
		text, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(name, encode(ts, args[0], text), 0o666))
		return
	}
	out := string(encode(ts, args[0], []byte(strings.Join(args[2:], " "))))
	stateOf(ts).secrets = append(stateOf(ts).secrets, out)
	ts.Setenv(name, out)
}

func encode(ts *testscript.TestScript, codec string, text []byte) []byte {
	switch codec {
	case "base64":
		return []byte(base64.StdEncoding.EncodeToString(text))
	case "base64url":
		return []byte(base64.RawURLEncoding.EncodeToString(text))
	case "hex":
		return []byte(hex.EncodeToString(text))
	case "percent":
		var b strings.Builder
		for _, c := range text {
			fmt.Fprintf(&b, "%%%02X", c)
		}
		return []byte(b.String())
	case "query":
		return []byte(url.QueryEscape(string(text)))
	case "unicode":
		var b strings.Builder
		for _, c := range text {
			fmt.Fprintf(&b, `\\u%04x`, c) // put reads the backslashes once more
		}
		return []byte(b.String())
	case "utf16le", "utf16le-bom", "utf16be", "utf16be-bom", "utf32le", "utf32le-bom", "utf32be", "utf32be-bom":
		return wide(codec, string(text))
	}
	ts.Fatalf("no codec %q", codec)
	return nil
}

// wide writes text in UTF-16 or UTF-32.
func wide(codec, text string) (out []byte) {
	codec, bom := strings.CutSuffix(codec, "-bom")
	if bom {
		text = "\ufeff" + text
	}
	var order binary.AppendByteOrder = binary.LittleEndian
	if strings.HasSuffix(codec, "be") {
		order = binary.BigEndian
	}
	if strings.HasPrefix(codec, "utf16") {
		for _, u := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, u)
		}
		return out
	}
	for _, r := range text {
		out = order.AppendUint32(out, uint32(r))
	}
	return out
}

// cmdPack puts files into an archive, document or database: pack FORMAT OUT FILE…
func cmdPack(ts *testscript.TestScript, neg bool, args []string) {
	var names []string
	var texts [][]byte
	for _, name := range args[2:] {
		text, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		names, texts = append(names, name), append(texts, text)
	}
	var b bytes.Buffer
	ts.Check(pack(&b, args[0], names, texts))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o666))
}

func pack(b *bytes.Buffer, format string, names []string, texts [][]byte) error {
	switch format {
	case "gzip":
		w := gzip.NewWriter(b)
		return written(w, texts[0])
	case "zstd":
		w, err := zstd.NewWriter(b)
		if err != nil {
			return err
		}
		return written(w, texts[0])
	case "xz":
		w, err := xz.NewWriter(b)
		if err != nil {
			return err
		}
		return written(w, texts[0])
	case "bzip2":
		cmd := exec.Command("bzip2", "-c")
		cmd.Stdin, cmd.Stdout = bytes.NewReader(texts[0]), b
		return cmd.Run()
	case "tar":
		return packTar(b, names, texts)
	case "zip":
		return packZip(b, names, texts)
	case "pdf":
		return packPDF(b, texts[0])
	case "sqlite":
		packSQLite(b, texts[0])
		return nil
	}
	return fmt.Errorf("no format %q", format)
}

func written(w io.WriteCloser, text []byte) error {
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

func packTar(b *bytes.Buffer, names []string, texts [][]byte) error {
	w := tar.NewWriter(b)
	for i, name := range names {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(texts[i]))}); err != nil {
			return err
		}
		if _, err := w.Write(texts[i]); err != nil {
			return err
		}
	}
	return w.Close()
}

func packZip(b *bytes.Buffer, names []string, texts [][]byte) error {
	w := zip.NewWriter(b)
	for i, name := range names {
		f, err := w.Create(name)
		if err != nil {
			return err
		}
		if _, err := f.Write(texts[i]); err != nil {
			return err
		}
	}
	return w.Close()
}

// packPDF writes a document of one page whose content stream is deflated, as
// in ISO 32000-1, section 7.3.8.
func packPDF(b *bytes.Buffer, text []byte) error {
	var page bytes.Buffer
	if err := written(zlib.NewWriter(&page), fmt.Appendf(nil, "BT /F1 12 Tf 72 720 Td (%s) Tj ET", text)); err != nil {
		return err
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	b.WriteString("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n")
	b.WriteString("3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>\nendobj\n")
	fmt.Fprintf(b, "4 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\r\n", page.Len())
	b.Write(page.Bytes())
	b.WriteString("\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")
	return nil
}

// packSQLite writes what a database looks like to who reads bytes: a header,
// and a leaf page with the text in a cell at its end. See "Database File
// Format" in SQLite's documentation.
func packSQLite(b *bytes.Buffer, text []byte) {
	page := make([]byte, 4096)
	copy(page, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(page[16:], 4096)
	copy(page[18:], []byte{1, 1, 0, 64, 32, 32})
	page[100] = 0x0d // a leaf of a table
	at := len(page) - len(text)
	copy(page[at:], text)
	copy(page[at-4:], []byte{byte(len(text) + 2), 1, 2, byte(13 + 2*len(text))})
	b.Write(page)
}

// cmdPatch changes a file: patch FILE cut N leaves out its last N bytes, and
// patch FILE flip N inverts the byte N before its end.
func cmdPatch(ts *testscript.TestScript, neg bool, args []string) {
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.Chmod(name, 0o666))
	switch args[1] {
	case "cut":
		data = data[:len(data)-n]
	case "flip":
		data[len(data)-n] ^= 0xff
	default:
		ts.Fatalf("patch: %q", args[1])
	}
	ts.Check(os.WriteFile(name, data, 0o666))
}
