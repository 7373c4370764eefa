package detectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Placeholder reports whether value stands in for a credential and is none:
// a vendor's example key, a template such as ${TOKEN}, or a text that is for
// the most part made of fillers such as "your", "example" and "xxxx". A long
// random value that happens to hold such a word is no placeholder. It does not
// allocate.
func Placeholder(value []byte) (why string, ok bool) {
	switch {
	case len(value) == 0:
		return "empty", true
	case isTemplate(value):
		return "a template", true
	case isAWSExample(value):
		return "an example of AWS", true
	case fewDistinct(value):
		return "few distinct characters", true
	case repeats(value):
		return "a repeated block", true
	case fillers(value):
		return "made of filler words", true
	}
	if Example(value) {
		return "a published example", true
	}
	return "", false
}

// Example reports whether value is an example key that a vendor's documentation
// or emulator publishes. They are kept as hashes, so that this file holds none.
func Example(value []byte) bool {
	sum := sha256.Sum256(value)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return examples[string(text[:])] != ""
}

// isTemplate reports whether the whole of value is to be filled in by a
// program: ${X}, $(X), {{ x }}, <x>, #{x}, %(x)s, %X%, @X@, $X, or a printf verb.
func isTemplate(v []byte) bool {
	for _, t := range [...][2]string{
		{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"<", ">"}, {"#{", "}"}, {"%(", ")s"}, {"{%", "%}"},
		{"%", "%"}, {"@", "@"}, {"[", "]"}, {"$[", "]"}, {"{", "}"}, {"__", "__"},
	} {
		if len(v) > len(t[0])+len(t[1]) && bytes.HasPrefix(v, []byte(t[0])) && bytes.HasSuffix(v, []byte(t[1])) {
			return true
		}
	}
	if len(v) == 2 && v[0] == '%' {
		return true
	}
	return len(v) > 1 && v[0] == '$' && isIdentifier(v[1:])
}

// isIdentifier reports whether v could be the name of a variable: it starts
// with a letter and is either all upper or all lower case.
func isIdentifier(v []byte) bool {
	var upper, lower bool
	for i, c := range v {
		switch {
		case c >= 'A' && c <= 'Z':
			upper = true
		case c >= 'a' && c <= 'z':
			lower = true
		case c != '_' && (i == 0 || c < '0' || c > '9'):
			return false
		}
	}
	return upper != lower
}

// isAWSExample recognises the key ids and secrets of AWS's documentation.
func isAWSExample(v []byte) bool {
	return len(v) == 20 && v[0] == 'A' && bytes.HasSuffix(v, []byte("EXAMPLE")) ||
		len(v) == 40 && bytes.HasSuffix(v, []byte("EXAMPLEKEY"))
}

// fewDistinct reports whether v has too few different characters to be random.
func fewDistinct(v []byte) bool {
	if len(v) < 6 {
		return false
	}
	var seen [4]uint64
	n := 0
	for _, c := range v {
		if seen[c>>6]>>(c&63)&1 == 0 {
			seen[c>>6] |= 1 << (c & 63)
			n++
		}
	}
	return n <= 2 || len(v) >= 16 && n <= 4
}

// repeats reports whether v is a block of up to 20 bytes, written twice or
// more.
func repeats(v []byte) bool {
	for p := 1; p <= 20 && p <= len(v)/2; p++ {
		if bytes.Equal(v[p:], v[:len(v)-p]) {
			return true
		}
	}
	return false
}

// fillers reports whether filler words, runs of one character and sequences
// make up most of v: two thirds with one unmistakable filler, else all.
func fillers(v []byte) bool {
	filled, rest, sure := 0, 0, false
	end := 0 // of the last filler; words may follow one another without a gap
	for i := 0; i < len(v); {
		n, strong := filler(v[i:], i == end || !isLetter(v[i-1]) || v[i] < 'a')
		switch {
		case n > 0:
			filled, sure = filled+n, sure || strong
			i += n
			end = i
			continue
		case isLetter(v[i]) || v[i] >= '0' && v[i] <= '9' || v[i] >= 0x80:
			rest++
		}
		i++ // other characters separate, and say nothing
	}
	return filled > 0 && (rest == 0 || sure && filled >= 2*rest)
}

// filler returns the length of the filler that v starts with, or 0, and whether
// it is one that real values don't hold. Words are only looked for at the
// start of words.
func filler(v []byte, start bool) (n int, strong bool) {
	if n := runLength(v); n >= 4 {
		return n, true
	}
	if n := sequence(v); n >= 3 {
		return n, n >= 5
	}
	if n := embedded(v); n > 0 {
		return n, true
	}
	if !start || !isLetter(v[0]) {
		return 0, false
	}
	return word(v)
}

// runLength returns how often the first byte of v is repeated, itself included.
func runLength(v []byte) int {
	n := 1
	for n < len(v) && v[n] == v[0] {
		n++
	}
	return n
}

// sequence returns the length of the run such as abcd, 4321 or 7890 at the
// start of v.
func sequence(v []byte) int {
	if len(v) < 2 || !isLetter(v[0]) && (v[0] < '0' || v[0] > '9') {
		return 1
	}
	n, step := 1, int(v[1])-int(v[0])
	if step != 1 && step != -1 {
		return 1
	}
	for n < len(v) && (int(v[n])-int(v[n-1]) == step || step == 1 && v[n-1] == '9' && v[n] == '0') {
		n++
	}
	return n
}

// embedded returns the length of the ${…}, {{…}} or <…> at the start of v.
func embedded(v []byte) int {
	end := -1
	switch {
	case bytes.HasPrefix(v, []byte("${")) || bytes.HasPrefix(v, []byte("#{")):
		end = bytes.IndexByte(v, '}')
	case bytes.HasPrefix(v, []byte("{{")):
		end = bytes.Index(v, []byte("}}")) + 1
	case v[0] == '<':
		end = bytes.IndexByte(v, '>')
	}
	return max(end, 0) + b2i(end > 0)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A fillerWord is a word that stands in for a value. The strong ones hardly do
// anything else; the others also occur in names and in weak passwords, and
// count beside a strong one, or where there is nothing else.
type fillerWord struct {
	text   string
	strong bool
}

const strongWords = `
	bogus change changeit changeme dummy enter example examplekey fake fill fixme foobar hidden hunter2
	insert invalid ipsum lorem masked mock mocked nonexistent notreal placeholder redacted removed
	replace replaceme sample somesecret stub todo undefined xxx your yours`

const weakWords = `
	a abc access account admin an api apikey app auth bar baz bearer client code credential default demo
	dev false foo from goes guest here id in is it key local localhost long me my mysecret name nil no
	none not null of or pass passwd password private pwd qux real root secret should some string super
	test testing text the this to token true user username value very with`

// fillerWords holds both lists, by first letter.
var fillerWords = wordTable()

func wordTable() (table [26][]fillerWord) {
	for i, list := range [...]string{strongWords, weakWords} {
		for _, w := range strings.Fields(list) {
			at := &table[w[0]-'a']
			*at = append(*at, fillerWord{w, i == 0})
		}
	}
	return table
}

// word returns the length of the longest filler word that v starts with.
func word(v []byte) (n int, strong bool) {
	for _, w := range fillerWords[v[0]|0x20-'a'] {
		if len(w.text) > n && hasWord(v, w.text) {
			n, strong = len(w.text), w.strong
		}
	}
	return n, strong
}

// hasWord reports whether v starts with w, in upper, lower or title case: where
// lower case ends, a new word begins.
func hasWord(v []byte, w string) bool {
	if len(v) < len(w) {
		return false
	}
	lower := false
	for i := range len(w) {
		if v[i] == w[i] {
			lower = true
		} else if lower || v[i]|0x20 != w[i] {
			return false
		}
	}
	return true
}

// examples maps the SHA-256 of published example keys to where they come from.
var examples = map[string]string{
	"1a5d44a2dca19669d72edf4c4f1c27c4c1ca4b4408fbb17f6ce4ad452d78ddb3": "AWS documentation",
	"cb20d34a7adda2f5d2043836051e242fd4c2b233e02c80c91fe9d5af9b100574": "AWS documentation",
	"78314b11be2e581549ac1c4f616563fad3fdf0c3b71678f6e2299182080e0598": "AWS documentation",
	"0011cc25eb4320717494d2703e8cba85743e71b500283c21c8b88147992f9059": "Azurite",
	"aa6547439583c3a275d4542a0df6c1ad6a863971be9f2a2220f027cc02aef615": "Cosmos DB emulator",
	"7f39f457679583387ececc66df37c07add0f10c3aaf66bc3667ee034ee2a0456": "Visual Studio Team Services documentation",
	"3543c50b0cb9cea8e55eb1f529b79f043cb250d485fde7b66cabbb5183add7da": "GitHub documentation",
	"bc3ae723f57c6b9e3fd80b699fcc420f6074b0b1718039669d22631d508ac0a7": "GitHub documentation",
	"82e74299544e00738f9c0acb69b1eb348b3e20ffcfabcb34779bd37590fead6c": "GitHub documentation",
	"f56e323494a6ffc2064e7a955908957d84f0755e5f975dabd64328d0359a8f7c": "Google sample",
	"2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326": "Stripe documentation",
	"b1471f544ceeea31333bde7e1ecbaad6eac0d4a749412ad29bd66ef895b81c6b": "Stripe documentation",
	"789eb04ae4c00984483bc16c3fd1249161cc2935ef6b399b596c0defc2a08f1d": "age's tests",
	"bc1a50966c9e6486bc4ebf880b51611a2a97fcb8e7a6976e9b81a9e3e8ca0e3c": "Hardhat's first account",
	"f7d838701b86c5dfb57bf95fbc5ce6df204cfc9f15ad6cdb39fd22f8776e47b6": "jwt.io",
	"7f75367e7881255134e1375e723d1dea8ad5f6a4fdb79d938df1f1754a830606": "jwt.io",
	"9b37a190cd2c83f3aeba2b483a59d007785ba42eac200755ad46a85f1da2f383": "api.data.gov",
	"3e545ee08a590a6bb0ef9b1b5df39c4a6b28a5ccf276d74ebf637743552ddd73": "RFC 6749",
	"ca7459e2b26776de081b9a07e40227fd6cff232a1e3233ff6b6aa6d036ca9981": "RFC 6749",
	"e9974c507d2a802143f614c878fcbb622a3800e05e6e0d329fee2c5b6b243329": "RFC 6749",
	"cf4d418ed3de92d71f767db5391d5a2dacd40e1ce49e75d1137e2ecf4982d844": "RFC 7617",
	"ad62d48d8b069026a2a0d0291f857a77e1975edf610aa3502e8bc71bd96f513a": "RFC 7617",
	"73f71af093fdf1541b2c376f03436d71d1209d8a181f87d36e53a44b87ac4c4f": "RFC 7617",
	"6c96130f130ab0d6d158397e24d2bcc1c9a5e73ae081f6e983f1c7b545d24a4c": "RFC 6749",
	"b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da": "RFC 6750",
	"00cf4c781dc37003f7c7dd7d4c9a6ef1e0f4c62d9a291aa8bc398774e3fefd32": "RFC 6749",
	"a35b81a7d7927b70ec99270dd2362b88580a28574af812f2c02f56469579186f": "RFC 6749",
	"bf145d9380bbe05bdc1a72525796b224f8a8c93ae0e9e102eafbc255ac1af9e8": "PyJWT",
}
