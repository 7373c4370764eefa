package register

import (
	"bytes"
	"encoding/base64"
	"testing"
)

// TestCanonicalBase64 wants text in base64 to be the text, however it was
// encoded, and what only looks like base64 to be itself.
func TestCanonicalBase64(t *testing.T) {
	text := "correct horse, " + "battery staple"
	std := base64.StdEncoding.EncodeToString([]byte(text))
	for _, form := range []string{
		text, std, `"` + std + `"`, base64.RawStdEncoding.EncodeToString([]byte(text)),
		base64.StdEncoding.EncodeToString([]byte(text + "\n")), base64.StdEncoding.EncodeToString([]byte(std)),
	} {
		if got := canonical(form); string(got) != text {
			t.Errorf("%q: got %q", form, got)
		}
	}
	for _, other := range []string{
		"abcdefgh", // base64 of bytes that are no text, and too short
		base64.StdEncoding.EncodeToString([]byte{1, 2, 3, 200, 201, 202, 7, 8, 9, 10}),
		std + "x",
	} {
		if got := canonical(other); !bytes.Equal(got, []byte(other)) {
			t.Errorf("%q: got %q", other, got)
		}
	}
}
