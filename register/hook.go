package register

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/seed-5dd601fe/sprawl"
)

// A HookKey makes the hashes of hook sets. It is derived from a fingerprint
// key, which can't be found from it: laptops hold this one and no other.
type HookKey struct {
	secret [KeySize]byte
	id     string
}

// hookSize is the length of a hash in a hook set: long enough that no two
// credentials of an organisation share one by chance, and too short to be
// taken for a fingerprint.
const hookSize = 10

// Hook returns the key of k's hook sets.
func (k *Key) Hook() *HookKey {
	return newHookKey([KeySize]byte(k.derive("hook")))
}

// ParseHookKey reads a hook key as [HookKey.Text] writes it.
func ParseHookKey(text string) (*HookKey, error) {
	k, err := ParseKey(text)
	if err != nil {
		return nil, err
	}
	return newHookKey(k.secret), nil
}

func newHookKey(secret [KeySize]byte) *HookKey {
	h := sha256.New()
	h.Write([]byte("sprawl-hook-kid"))
	h.Write(secret[:])
	return &HookKey{secret, hex.EncodeToString(h.Sum(nil)[:4])}
}

// ID names the key without revealing it.
func (k *HookKey) ID() string { return k.id }

// Text returns the key for its file.
func (k *HookKey) Text() string {
	return "# The key of sprawl's hook sets. It makes no fingerprints.\n" + hex.EncodeToString(k.secret[:]) + "\n"
}

// print returns f's hash in a hook set, or nil where f has no place in one: a
// value that can be guessed must not be on every laptop with the means to test
// guesses, and an identifier alone is no secret.
func (k *HookKey) print(f *sprawl.Finding) []byte {
	secret := false
	for _, p := range f.Parts {
		secret = secret || !p.Public
	}
	m := hmac.New(sha256.New, k.secret[:])
	m.Write([]byte("sprawl/v1/hook\x00"))
	for _, v := range canonicals(f) {
		if weak(v) {
			return nil
		}
		m.Write(v)
		m.Write([]byte{0})
	}
	if !secret {
		return nil
	}
	return m.Sum(nil)[:hookSize]
}
