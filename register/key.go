// Package register joins findings into credentials: one for each secret,
// whatever rule, encoding or place it was found by and in. An [Inventory]
// holds those of one run, and a [Store] keeps them from run to run.
//
// Neither keeps a secret: a register holds keyed hashes of values, and where
// they lie.
package register

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// KeySize is the length of a fingerprint key in bytes.
const KeySize = 32

// maxKeys bounds how many keys are in use at a time: one, and those that it
// takes the place of.
const maxKeys = 4

// A Key is what fingerprints are made under. Two runs under one key give one
// credential the same name; without the key a fingerprint tells nothing.
//
// After a rotation a key has former keys for as long as the operator leaves
// them in its file: a run then makes fingerprints under all of them, by which a
// register that was written under the old one recognises what it knows.
type Key struct {
	secret [KeySize]byte
	id     string
	run    bool
	former []*Key
	weak   *stretched
}

// NewRunKey returns a key that lives as long as the process.
func NewRunKey() *Key {
	k := NewKey()
	k.run = true
	return k
}

// NewKey returns a new random key.
func NewKey() *Key {
	k := &Key{}
	_, _ = rand.Read(k.secret[:]) // never fails, by its own contract
	return k.named()
}

// ParseKey reads keys as [Key.Text] writes them, each as 64 hex digits or in
// base64: the key, and behind it the former keys, if any, with white space or
// commas between. What follows a # on a line is a comment. The error does not
// contain the text.
func ParseKey(text string) (*Key, error) {
	var all []*Key
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r <= ' ' }) {
			k, err := parseOne(word)
			if err != nil {
				return nil, err
			}
			all = append(all, k)
		}
	}
	switch {
	case len(all) == 0:
		return nil, errKey
	case len(all) > maxKeys:
		return nil, fmt.Errorf("%d fingerprint keys: at most %d are in use at a time; drop the oldest", len(all), maxKeys)
	}
	all[0].former = all[1:]
	return all[0], nil
}

var errKey = errors.New("a fingerprint key is 32 random bytes, written as 64 hex digits or in base64")

func parseOne(word string) (*Key, error) {
	raw, err := hex.DecodeString(word)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(word)
	}
	if err != nil || len(raw) != KeySize {
		return nil, errKey
	}
	k := &Key{secret: [KeySize]byte(raw)}
	return k.named(), nil
}

func (k *Key) named() *Key {
	h := sha256.New()
	h.Write([]byte("sprawl-kid"))
	h.Write(k.secret[:])
	k.id = hex.EncodeToString(h.Sum(nil)[:4])
	k.weak = newStretched(k.derive("stretch"))
	return k
}

// derive returns a key for another purpose, from which k can't be found.
func (k *Key) derive(purpose string) []byte {
	out, err := hkdf.Key(sha256.New, k.secret[:], nil, "sprawl/v1/"+purpose, KeySize)
	if err != nil { // it fails for lengths that no hash can give, which this is not
		panic(err)
	}
	return out
}

// Rotate returns a new key that has k and k's former keys as its own, less
// those that are too old to be kept.
func (k *Key) Rotate() *Key {
	fresh := NewKey()
	older := append([]*Key{k}, k.former...)
	fresh.former = older[:min(len(older), maxKeys-1)]
	return fresh
}

// Alone returns k without its former keys, for when every register has been
// written under k.
func (k *Key) Alone() *Key {
	one := &Key{secret: k.secret, run: k.run}
	return one.named()
}

// Text returns the key for its file, the only place where it is ever written,
// as ParseKey reads it.
func (k *Key) Text() string {
	var b strings.Builder
	b.WriteString("# The fingerprint key of sprawl. Keep it as you keep a password.\n")
	fmt.Fprintf(&b, "%s # %s\n", hex.EncodeToString(k.secret[:]), k.id)
	for _, f := range k.former {
		fmt.Fprintf(&b, "%s # %s, former: drop it when every register was written under the new one\n",
			hex.EncodeToString(f.secret[:]), f.id)
	}
	return b.String()
}

// ID names the key without revealing it.
func (k *Key) ID() string { return k.id }

// Former returns the ids of the keys that k takes the place of, newest first.
func (k *Key) Former() (ids []string) {
	for _, f := range k.former {
		ids = append(ids, f.id)
	}
	return ids
}

// RunOnly reports whether the key lives only as long as the process, so that
// its fingerprints mean nothing to another run.
func (k *Key) RunOnly() bool { return k.run }

// Fingerprint returns the keyed hash of f's canonical value. The rule, the
// encoding and the place are no part of it.
func (k *Key) Fingerprint(f *sprawl.Finding) sprawl.Fingerprint {
	return k.print(canonicals(f))
}

// print hashes canonical values. One that could be guessed costs whoever has
// stolen the key as much for every guess as it costs us once.
func (k *Key) print(values [][]byte) sprawl.Fingerprint {
	m := hmac.New(sha256.New, k.secret[:])
	m.Write([]byte("sprawl/v1/value\x00"))
	for _, v := range values {
		if !k.run && weak(v) {
			v = k.weak.of(v)
		}
		m.Write(v)
		m.Write([]byte{0})
	}
	return sprawl.Fingerprint(m.Sum(nil))
}

// quick hashes canonical values without stretching, for use within a process.
func (k *Key) quick(values [][]byte) sprawl.Fingerprint {
	m := hmac.New(sha256.New, k.secret[:])
	m.Write([]byte("sprawl/v1/run\x00"))
	for _, v := range values {
		m.Write(v)
		m.Write([]byte{0})
	}
	return sprawl.Fingerprint(m.Sum(nil))
}

// credentialID returns the name of the credential with that fingerprint.
func credentialID(fp sprawl.Fingerprint) string {
	return "cr_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(fp[:]))[:20]
}

// canonicals returns the values that make f the credential it is, in their
// canonical form: those of its secret parts, or of the identifiers where it has
// no other.
func canonicals(f *sprawl.Finding) (values [][]byte) {
	for _, p := range f.Parts {
		if !p.Public {
			values = append(values, canonical(p.Value.Reveal()))
		}
	}
	if len(values) > 0 {
		return values
	}
	for _, p := range f.Parts {
		values = append(values, canonical(p.Value.Reveal()))
	}
	return values
}
