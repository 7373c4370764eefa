package unpack_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5dd601fe/sprawl"
	"github.com/seed-5dd601fe/sprawl/sources/internal/unpack"
)

func zlibbed(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// paged is a PDF with a stream for each of pages, and where they start in it.
func paged(newline string, pages ...[]byte) (pdf []byte, at []int) {
	b := bytes.NewBufferString("%PDF-1.4\n")
	for i, page := range pages {
		z := zlibbed(page)
		fmt.Fprintf(b, "%d 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream%s", i+1, len(z), newline)
		at = append(at, b.Len())
		b.Write(z)
		b.WriteString("\nendstream\nendobj\n")
	}
	b.WriteString("trailer\n<</Root 1 0 R>>\n%%EOF\n")
	return b.Bytes(), at
}

func TestPDF(t *testing.T) {
	one, two := []byte("BT (page one) Tj ET"), noise(200_000)
	for _, newline := range []string{"\n", "\r\n"} {
		data, at := paged(newline, one, two, zipped(entry{"e", one}))
		want := shown{
			fmt.Sprintf("o!stream@%d [pdf]", at[0]): string(one),
			fmt.Sprintf("o!stream@%d [pdf]", at[1]): string(two),
		}
		got, gaps := show(t, data, unpack.Limits{})
		inner := fmt.Sprintf("o!stream@%d!e [pdf zip]", at[2])
		if got[inner] != string(one) {
			t.Errorf("an attached zip was not opened: %d things shown", len(got))
		}
		for path := range got {
			if strings.Contains(path, fmt.Sprint("@", at[2])) {
				delete(got, path)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(gaps) > 0 {
			t.Errorf("%v %s", gaps, diff[:min(len(diff), 2000)])
		}
	}
}

func TestPDFInside(t *testing.T) {
	page := []byte("BT (page) Tj ET")
	data, at := paged("\n", page)
	got, gaps := show(t, gzipped(data), unpack.Limits{})
	if got["o! [gzip]"] != string(data) || got[fmt.Sprintf("o!stream@%d [gzip pdf]", at[0])] != string(page) || len(gaps) > 0 {
		t.Errorf("got %q and %v", got, gaps)
	}
}

func TestPDFDamage(t *testing.T) {
	data, at := paged("\n", noise(5000), []byte("the last page"))
	data[at[0]+3000] ^= 0xff
	if got, _ := show(t, data, unpack.Limits{}); len(got) < 2 {
		t.Errorf("%d things shown", len(got))
	}
	cut, _ := paged("\n", noise(5000))
	if _, gaps := show(t, cut[:3000], unpack.Limits{}); len(gaps) != 1 || !strings.Contains(gaps[0].Why, "truncated") {
		t.Errorf("gaps of a truncated stream: %v", gaps)
	}
	locked := append([]byte("%PDF-1.4\nstream\nnothing that zlib wrote\nendstream\n"), "trailer <</Encrypt 5 0 R>>\n%%EOF"...)
	if _, gaps := show(t, locked, unpack.Limits{}); len(gaps) != 1 || gaps[0].Why != "encrypted" {
		t.Errorf("gaps of an encrypted file: %v", gaps)
	}
}

// TestPDFBomb has a budget for streams as for any archive, and keywords
// without end cost one look each.
func TestPDFBomb(t *testing.T) {
	var v measure
	u := unpack.Wrap(&v, unpack.Limits{})
	data, _ := paged("\n", make([]byte, 40<<20))
	if err := u.Visit(&sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: data}); err != nil || len(u.Gaps()) != 1 {
		t.Errorf("%v, gaps %v", err, u.Gaps())
	}
	if v.bytes > 24<<20 {
		t.Errorf("%d bytes shown", v.bytes)
	}
	hostile := append([]byte("%PDF-"), bytes.Repeat([]byte("stream\nx\x9c\x00\x00\x00\xff\xff"), 200_000)...)
	u = unpack.Wrap(&v, unpack.Limits{})
	if err := u.Visit(&sprawl.Chunk{At: &sprawl.Location{Path: "o"}, Data: hostile}); err != nil {
		t.Error(err)
	}
}

// FuzzPDF holds the search to the shortest way to write it: what stands behind
// each keyword, if zlib can read it, is shown.
func FuzzPDF(f *testing.F) {
	f.Add([]byte("text"), []byte("1 0 obj stream"), []byte("endstream\nstream\r\nx\x9c"), uint16(0))
	f.Add(noise(70_000), []byte("%\n"), []byte("stream\n"), uint16(65_500))
	f.Fuzz(func(t *testing.T, page, before, after []byte, pad uint16) {
		if len(page) == 0 || unpack.IsArchive(page) || bytes.Contains(before, []byte("stream")) || bytes.Contains(before, []byte("/Encrypt")) {
			t.Skip()
		}
		data := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte(" "), int(pad))...)
		data = append(append(append(data, before...), '\n'), "stream\n"...)
		at := len(data)
		data = append(append(append(data, zlibbed(page)...), "\nendstream\n"...), after...)
		data = append(data, "\nendobj trailer %%EOF"...)
		got, _ := show(t, data, unpack.Limits{})
		if got[fmt.Sprintf("o!stream@%d [pdf]", at)] != string(page) {
			t.Errorf("the stream at %d is not shown: %d things are", at, len(got))
		}
	})
}
