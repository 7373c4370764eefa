package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/seed-5dd601fe/sprawl/audit"
)

func bundle(t testing.TB, signer ed25519.PrivateKey) []byte {
	t.Helper()
	b := audit.Bundle{Made: clock(), By: "sprawl test", Files: []audit.File{{Name: "a.jsonl", Data: []byte("{}\n{}\n")}, {Name: "b.txt", Data: []byte("text")}}}
	var out bytes.Buffer
	if err := b.Write(&out, signer); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestBundleOneByte changes every byte of a bundle, one at a time.
func TestBundleOneByte(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		signer ed25519.PrivateKey
		key    ed25519.PublicKey
	}{"plain": {}, "signed": {private, public}} {
		raw := bundle(t, c.signer)
		b, err := audit.ReadBundle(bytes.NewReader(raw), c.key)
		if err != nil || len(b.Files) != 2 || string(b.Files[1].Data) != "text" || !b.Made.Equal(clock()) {
			t.Fatalf("%s: %+v, %v", what, b, err)
		}
		for i := range raw {
			changed := bytes.Clone(raw)
			changed[i] ^= 1
			if _, err := audit.ReadBundle(bytes.NewReader(changed), c.key); !errors.Is(err, audit.ErrBundle) {
				t.Fatalf("%s: byte %d changed: %v", what, i, err)
			}
		}
		for _, cut := range []int{0, 1, 512, 1024, len(raw) - 1} {
			if _, err := audit.ReadBundle(bytes.NewReader(raw[:cut]), c.key); !errors.Is(err, audit.ErrBundle) {
				t.Errorf("%s: cut at %d: %v", what, cut, err)
			}
		}
	}
}

func TestBundleSigner(t *testing.T) {
	_, one, _ := ed25519.GenerateKey(rand.Reader)
	other, _, _ := ed25519.GenerateKey(rand.Reader)
	if _, err := audit.ReadBundle(bytes.NewReader(bundle(t, one)), other); !errors.Is(err, audit.ErrBundle) {
		t.Errorf("signed by another key: %v", err)
	}
	if _, err := audit.ReadBundle(bytes.NewReader(bundle(t, nil)), other); !errors.Is(err, audit.ErrBundle) {
		t.Errorf("not signed: %v", err)
	}
}

func FuzzBundle(f *testing.F) {
	f.Add(bundle(f, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := audit.ReadBundle(bytes.NewReader(raw), nil)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if b.Key == nil && b.Write(&again, nil) == nil && !bytes.Equal(again.Bytes(), raw) {
			t.Error("a bundle that was taken is not as it would be written")
		}
	})
}
