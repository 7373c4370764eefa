package detectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// AWSAccount returns the twelve digits of the account that an AWS access key
// id belongs to, or "" where the id doesn't hold one: ids that were made before
// 2019 or so have an I or a J as their fifth character.
func AWSAccount(id string) string {
	if len(id) != 20 || id[4] == 'I' || id[4] == 'J' {
		return ""
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil {
		return ""
	}
	account := binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...)) & 0x7fffffffff80 >> 7
	if account > 999999999999 {
		return ""
	}
	return fmt.Sprintf("%012d", account)
}

// awsKeyIDOK reports whether an id holds an account number, or is of the kind
// that doesn't.
func awsKeyIDOK(value []byte) bool {
	return len(value) == 20 && (value[4] == 'I' || value[4] == 'J' || AWSAccount(string(value)) != "")
}

// jwtOK reports whether value is two or more base64url parts, of which the
// first two are JSON objects, and the first names an algorithm (RFC 7519).
func jwtOK(value []byte) bool {
	var head struct {
		Alg string `json:"alg"`
	}
	var claims map[string]any
	return jwtPart(value, 0, &head) && head.Alg != "" && jwtPart(value, 1, &claims)
}

// jwtPart decodes the n-th part of a JWT into v.
func jwtPart(value []byte, n int, v any) bool {
	parts := bytes.SplitN(value, []byte("."), 4)
	if len(parts) <= n {
		return false
	}
	text, ok := decodeBase64(parts[n])
	return ok && len(text) > 0 && text[0] == '{' && json.Unmarshal(text, v) == nil
}

// pypiOK reports whether value is a macaroon (libmacaroons, version 2): packets
// of type, length and data, with a signature of 32 bytes at the end.
func pypiOK(value []byte) bool {
	text, ok := bytes.CutPrefix(value, []byte("pypi-"))
	if !ok {
		return false
	}
	b, ok := decodeBase64(text)
	if !ok || len(b) < 2 || b[0] != 2 {
		return false
	}
	const end, signature = 0, 6
	for b = b[1:]; len(b) > 0; {
		if b[0] == end {
			b = b[1:]
			continue
		}
		kind, rest := b[0], b[1:]
		n, used := binary.Uvarint(rest)
		if used <= 0 || n > uint64(len(rest)-used) {
			return false
		}
		if b = rest[used+int(n):]; kind == signature {
			return n == 32 && len(b) == 0
		}
	}
	return false
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58CheckOK reports whether the last four bytes of a base58 text are the
// first four of the SHA-256 of the SHA-256 of the others.
func base58CheckOK(value []byte) bool {
	if len(value) > 200 {
		return false
	}
	n := new(big.Int)
	for _, c := range value {
		d := strings.IndexByte(base58, c)
		if d < 0 {
			return false
		}
		n.Add(n.Mul(n, big.NewInt(58)), big.NewInt(int64(d)))
	}
	b := n.Bytes()
	if len(b) < 5 {
		return false
	}
	cut := len(b) - 4
	return bytes.Equal(b[cut:], base58Sum(b[:cut]))
}

func base58Sum(b []byte) []byte {
	once := sha256.Sum256(b)
	twice := sha256.Sum256(once[:])
	return twice[:4]
}

const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// ageKeyOK reports whether an age identity satisfies the checksum of BIP 173.
func ageKeyOK(value []byte) bool {
	text := bytes.ToLower(value)
	return bytes.HasPrefix(text, []byte("age-secret-key-1")) && ageSum(text) == 1
}

// ageSum returns the BIP 173 checksum of a lower-case identity: 1 if it is
// right, and 0 if it holds a foreign character.
func ageSum(text []byte) uint32 {
	sep := len("age-secret-key-")
	sum := uint32(1)
	for _, c := range text[:sep] {
		sum = bech32Step(sum) ^ uint32(c>>5)
	}
	sum = bech32Step(sum)
	for _, c := range text[:sep] {
		sum = bech32Step(sum) ^ uint32(c&31)
	}
	for _, c := range text[sep+1:] {
		d := strings.IndexByte(bech32, c)
		if d < 0 {
			return 0
		}
		sum = bech32Step(sum) ^ uint32(d)
	}
	return sum
}

func bech32Step(sum uint32) uint32 {
	top := sum >> 25
	sum = sum & 0x1ffffff << 5
	for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			sum ^= g
		}
	}
	return sum
}

// pemOK reports whether an armored key holds what could be one: a run of
// base64 as long as that of the smallest keys, with some variety. Templates and
// documentation have "..." or a sentence there.
func pemOK(value []byte) bool {
	text := unarmor(value)
	run := 0
	var seen [256]bool
	distinct := 0
	for _, c := range text {
		if !isLetter(c) && !isDigit(c) && c != '+' && c != '/' {
			run, distinct, seen = 0, 0, [256]bool{}
			continue
		}
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		if run++; run >= 40 && distinct >= 12 {
			return true
		}
	}
	return false
}

// unarmor returns an armored text with plain newlines and without the spaces
// that indent it, where it was written as a quoted or indented string.
func unarmor(value []byte) []byte {
	text := bytes.NewBuffer(make([]byte, 0, len(value)))
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\':
			if i++; i < len(value) && value[i] == 'n' {
				text.WriteByte('\n')
			} else if i < len(value) && value[i] == '\\' {
				i-- // an escaped escape
			}
		case c != '\r' && c != ' ' && c != '\t' && c != '"' && c != '\'':
			text.WriteByte(c)
		}
	}
	return text.Bytes()
}

// pgpArmorOK reports whether an armored PGP block holds a key, and the line
// with its checksum, where there is one, is the CRC-24 of the rest (RFC 4880;
// RFC 9580 leaves the line out).
func pgpArmorOK(value []byte) bool {
	_, body, ok := bytes.Cut(unarmor(value), []byte("\n\n"))
	at := bytes.LastIndex(body, []byte("\n="))
	if !ok || at < 0 {
		return pemOK(value)
	}
	want, ok := decodeBase64(body[at+2 : min(len(body), at+6)])
	if !ok || len(want) != 3 {
		return false
	}
	data, ok := decodeBase64(bytes.ReplaceAll(body[:at], []byte("\n"), nil))
	return ok && bytes.Equal(want, crc24(data))
}

func crc24(data []byte) []byte {
	sum := uint32(0xB704CE)
	for _, b := range data {
		sum ^= uint32(b) << 16
		for range 8 {
			if sum <<= 1; sum&0x1000000 != 0 {
				sum ^= 0x1864CFB
			}
		}
	}
	return []byte{byte(sum >> 16), byte(sum >> 8), byte(sum)}
}

// uuidOK reports whether value is a UUID of a version and variant that exist
// (RFC 9562).
func uuidOK(value []byte) bool {
	return len(value) == 36 && value[14] >= '1' && value[14] <= '8' && strings.IndexByte("89abAB", value[19]) >= 0
}

// basicAuthOK reports whether value is the base64 of printable text with a
// colon: the user and password of RFC 7617.
func basicAuthOK(value []byte) bool {
	text, ok := decodeBase64(value)
	colon := bytes.IndexByte(text, ':')
	if !ok || colon < 0 || colon == len(text)-1 {
		return false
	}
	for _, c := range text {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	_, placeholder := Placeholder(text[colon+1:])
	return !placeholder
}

// discordOK reports whether the first part of a token is the base64 of the
// bot's number.
func discordOK(value []byte) bool {
	id, _, _ := bytes.Cut(value, []byte("."))
	digits, ok := decodeBase64(id)
	if !ok || len(digits) < 17 || len(digits) > 20 {
		return false
	}
	for _, c := range digits {
		if !isDigit(c) {
			return false
		}
	}
	return true
}
