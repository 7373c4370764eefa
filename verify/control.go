package verify

import (
	"crypto/rand"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// MadeUp returns a finding like f whose secret parts were never given out:
// every letter and digit is replaced at random by one of the same class. What
// belongs to the format stays: the issuer's prefix, the texts in keep, and
// everything that is neither letter nor digit. Public parts stay too. Check
// digits come out wrong.
func MadeUp(f *sprawl.Finding, keep []string) sprawl.Finding {
	made := *f
	made.Parts = make([]sprawl.Part, len(f.Parts))
	for i, p := range f.Parts {
		if !p.Public {
			p.Value = madeUp(p.Value, keep)
		}
		made.Parts[i] = p
	}
	return made
}

func madeUp(s sprawl.Secret, keep []string) sprawl.Secret {
	text := []byte(s.Reveal())
	fixed := make([]bool, len(text))
	prefix := prefixLen(s)
	for i := range prefix {
		fixed[i] = true
	}
	for _, k := range keep {
		if at := strings.Index(string(text), k); at >= 0 {
			for i := range len(k) {
				fixed[at+i] = true
			}
		}
	}
	hex := isHex(text[prefix:])
	for i, c := range text {
		if !fixed[i] {
			text[i] = another(c, hex)
		}
	}
	return sprawl.NewSecret(text, prefix)
}

// prefixLen returns how much of s its hint shows, which is the issuer's prefix.
func prefixLen(s sprawl.Secret) int {
	prefix, _, _ := strings.Cut(s.String(), "…")
	return min(len(prefix), s.Len())
}

// isHex reports whether every letter of text is a digit of lower-case hex, as
// an issuer may refuse others before it looks the credential up.
func isHex(text []byte) bool {
	return strings.ContainsAny(string(text), "abcdef") &&
		!strings.ContainsAny(string(text), "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// another returns a random character of c's class.
func another(c byte, hex bool) byte {
	switch {
	case c >= '0' && c <= '9':
		return pick("0123456789")
	case hex && c >= 'a' && c <= 'f':
		return pick("abcdef")
	case c >= 'a' && c <= 'z':
		return pick("abcdefghijklmnopqrstuvwxyz")
	case c >= 'A' && c <= 'Z':
		return pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	}
	return c
}

// pick returns a random byte of alphabet. The bias of one part in ten does not
// matter to a value that nobody keeps.
func pick(alphabet string) byte {
	var b [1]byte
	rand.Read(b[:]) // never fails, as of Go 1.24
	return alphabet[int(b[0])%len(alphabet)]
}

// differs reports whether some secret part of a is not that of b, and none is
// missing: a made-up credential that is the real one would prove nothing.
func differs(a, b *sprawl.Finding) bool {
	if len(a.Parts) != len(b.Parts) {
		return false
	}
	for i := range a.Parts {
		if !a.Parts[i].Public && a.Parts[i].Value.Reveal() != b.Parts[i].Value.Reveal() {
			return true
		}
	}
	return false
}
