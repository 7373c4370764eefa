package register

import (
	"crypto/sha256"
	"math"
	"sync"

	"golang.org/x/crypto/scrypt"
)

// The cost of a weak value: about 0.1 s and 32 MB on one core. They can never
// change: fingerprints depend on them.
const (
	scryptN = 1 << 15
	scryptR = 8
	scryptP = 1
)

// weakBits is the strength below which a value is stretched before it is
// hashed: whoever has the key could try all of them.
const weakBits = 64

// weak reports whether a value could be guessed by somebody who can test
// guesses. People make passwords of words and years, and machines of characters
// that have nothing to do with each other: so a character of the same kind as
// the one before it counts for two bits, as in English text, and any other for
// as much as its kind has characters. What it says of a value can never change:
// fingerprints depend on it.
func weak(value []byte) bool {
	if len(value) >= 64 {
		return false
	}
	if isHex(value) {
		return 4*spread(value) < weakBits
	}
	bits, before := 0.0, -1
	for _, b := range value {
		c := class(b)
		if c == before {
			bits += 2
		} else {
			bits += math.Log2([...]float64{10, 26, 26, 33, 128}[c])
		}
		before = c
	}
	return bits*float64(spread(value))/float64(max(len(value), 1)) < weakBits
}

// spread returns how many characters of value count: a text of few different
// ones, such as aaaaaaaa, says less than its length.
func spread(value []byte) int {
	var seen [256]bool
	distinct := 0
	for _, b := range value {
		if !seen[b] {
			seen[b] = true
			distinct++
		}
	}
	return min(len(value), 3*distinct)
}

// class returns what kind of character b is: digit, lower, upper, mark, other.
func class(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return 0
	case 'a' <= b && b <= 'z':
		return 1
	case 'A' <= b && b <= 'Z':
		return 2
	case b < 0x80:
		return 3
	}
	return 4
}

// A stretched remembers what stretching gave, for as long as the process lives.
type stretched struct {
	salt []byte

	mu   sync.Mutex
	done map[[sha256.Size]byte]*stretch
	slot chan struct{} // holds one for each that is being computed
}

// A stretch is computed once, by the first who asks.
type stretch struct {
	once  sync.Once
	value []byte
}

// stretchesAtOnce bounds the memory that stretching takes.
const stretchesAtOnce = 4

func newStretched(salt []byte) *stretched {
	return &stretched{salt: salt, done: map[[sha256.Size]byte]*stretch{}, slot: make(chan struct{}, stretchesAtOnce)}
}

// of returns value stretched. It may be called from several goroutines.
func (s *stretched) of(value []byte) []byte {
	k := sha256.Sum256(value)
	s.mu.Lock()
	one := s.done[k]
	if one == nil {
		one = &stretch{}
		s.done[k] = one
	}
	s.mu.Unlock()
	one.once.Do(func() {
		s.slot <- struct{}{}
		defer func() { <-s.slot }()
		out, err := scrypt.Key(value, s.salt, scryptN, scryptR, scryptP, sha256.Size)
		if err != nil { // only for costs that are out of range
			panic(err)
		}
		one.value = out
	})
	return one.value
}
