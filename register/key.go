// Package register joins findings into credentials: one for each secret,
// whatever rule, encoding or place it was found by and in.
//
// It never keeps a secret: only a keyed hash of the value, and where it lies.
package register

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// KeySize is the length of a fingerprint key in bytes.
const KeySize = 32

// A Key is what fingerprints are made under. Two runs under one key give one
// credential the same name; without the key a fingerprint tells nothing.
type Key struct {
	secret [KeySize]byte
	id     string
	run    bool
}

// NewRunKey returns a key that lives as long as the process.
func NewRunKey() *Key {
	k := &Key{run: true}
	_, _ = rand.Read(k.secret[:]) // never fails, by its own contract
	return k.named()
}

// ParseKey reads a key written as 64 hex digits or in base64, as the value of a
// variable or the content of a file. The error does not contain the text.
func ParseKey(text string) (*Key, error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(raw) != KeySize {
		return nil, errors.New("a fingerprint key is 32 random bytes, written as 64 hex digits or in base64")
	}
	k := &Key{secret: [KeySize]byte(raw)}
	return k.named(), nil
}

func (k *Key) named() *Key {
	h := sha256.New()
	h.Write([]byte("sprawl-kid"))
	h.Write(k.secret[:])
	k.id = hex.EncodeToString(h.Sum(nil)[:4])
	return k
}

// ID names the key without revealing it.
func (k *Key) ID() string { return k.id }

// RunOnly reports whether the key lives only as long as the process, so that
// its fingerprints mean nothing to another run.
func (k *Key) RunOnly() bool { return k.run }

// Fingerprint returns the keyed hash of f's canonical value. The rule, the
// encoding and the place are no part of it.
func (k *Key) Fingerprint(f *sprawl.Finding) sprawl.Fingerprint {
	m := hmac.New(sha256.New, k.secret[:])
	m.Write([]byte("sprawl/v1/value\x00"))
	for _, value := range secrets(f) {
		m.Write(canonical(value))
		m.Write([]byte{0})
	}
	return sprawl.Fingerprint(m.Sum(nil))
}

// credentialID returns the name of the credential with that fingerprint.
func credentialID(fp sprawl.Fingerprint) string {
	return "cr_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(fp[:]))[:20]
}

// secrets returns the values that make f the credential it is: those of its
// secret parts, or of the identifiers where it has no other.
func secrets(f *sprawl.Finding) (values []string) {
	for _, p := range f.Parts {
		if !p.Public {
			values = append(values, p.Value.Reveal())
		}
	}
	if len(values) > 0 {
		return values
	}
	for _, p := range f.Parts {
		values = append(values, p.Value.Reveal())
	}
	return values
}
