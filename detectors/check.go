package detectors

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
)

// A Check tells from a value alone whether its issuer can have made it.
//
// OK reports whether the check digits of value are right. Fill returns the
// digits that complete value, for examples; it is nil where a value can't be
// completed by appending. Both may be called from several goroutines, keep
// nothing of value, and take any bytes.
type Check struct {
	Name string
	OK   func(value []byte) bool
	Fill func(value []byte) []byte

	// Must says that a value which fails is no credential of this kind: what
	// is tested is the format itself. Otherwise it may be one that somebody
	// edited, or one of a newer scheme, and is kept at low confidence.
	Must bool

	// Span returns where a value whose literal is at pos ends, and whether one
	// can stand there at all; it looks at each byte once. It is for formats of
	// several parts, for which a pattern looks at the same bytes again for each
	// literal of a hostile text. nil where the pattern is quick enough.
	Span func(data []byte, pos int) (end int, ok bool)
}

// checks lists the checks that a rule can name. Those with a checksum were
// verified against values that their issuers published, as far as there are any.
var checks = checkTable(
	Check{Name: "atlassian-crc32", OK: atlassianOK, Fill: atlassianDigits},
	Check{Name: "aws-key-id", OK: awsKeyIDOK},
	Check{Name: "azdo-pat", OK: azureDevOpsOK, Must: true},
	Check{Name: "azure-annotated", OK: azureAnnotatedOK, Fill: azureAnnotatedDigits},
	Check{Name: "azure-key", OK: azureKeyOK, Fill: azureKeyDigits},
	Check{Name: "base58check", OK: base58CheckOK, Must: true},
	Check{Name: "basic-auth", OK: basicAuthOK, Must: true},
	Check{Name: "bech32-age", OK: ageKeyOK},
	Check{Name: "cloudflare-crc32", OK: cloudflareOK, Fill: cloudflareDigits},
	Check{Name: "confluent-crc32", OK: confluentOK, Fill: confluentDigits},
	Check{Name: "digits-colon", OK: digitsColonOK, Must: true},
	Check{Name: "discord-token", OK: discordOK, Must: true},
	Check{Name: "elastic-api-key", OK: elasticOK, Must: true},
	Check{Name: "entra-secret", OK: entraOK, Fill: entraDigits},
	Check{Name: "github-crc32", OK: githubOK, Fill: githubDigits},
	Check{Name: "gitlab-routable", OK: gitlabRoutableOK, Fill: gitlabRoutableDigits},
	Check{Name: "grafana-crc32", OK: grafanaOK, Fill: grafanaDigits},
	Check{Name: "jwt", OK: jwtOK, Must: true, Span: jwtSpan},
	Check{Name: "npm-crc32", OK: githubOK, Fill: githubDigits},
	Check{Name: "pem", OK: pemOK, Must: true},
	Check{Name: "pgp-crc24", OK: pgpArmorOK},
	Check{Name: "pypi-macaroon", OK: pypiOK},
	Check{Name: "uuid", OK: uuidOK, Must: true},
	Check{Name: "zuplo-crc32", OK: zuploOK, Fill: zuploDigits},
)

// checkTable makes a table of checks.
func checkTable(all ...Check) map[string]Check {
	m := make(map[string]Check, len(all))
	for _, c := range all {
		m[c.Name] = c
	}
	return m
}

func checkNames() string {
	return strings.Join(slices.Sorted(maps.Keys(checks)), ", ")
}

// endsIn reports whether value is some text and the digits that complete it.
func endsIn(value []byte, width int, digits func([]byte) []byte) bool {
	if len(value) <= width {
		return false
	}
	cut := len(value) - width
	want := digits(value[:cut])
	return want != nil && bytes.Equal(value[cut:], want)
}

const (
	base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// number writes n with the given digits, the most significant first, padded to
// width with the digit of zero.
func number(n uint64, digits string, width int) []byte {
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = digits[n%uint64(len(digits))]
		n /= uint64(len(digits))
	}
	return out
}

// afterPrefix returns what follows the first separator in value.
func afterPrefix(value []byte, sep byte) ([]byte, bool) {
	i := bytes.IndexByte(value, sep)
	return value[i+1:], i >= 0
}

// GitHub ends its tokens with six base62 digits: the CRC-32 of what stands
// between the prefix and them. Tokens of another length than the two known
// ones are of a newer kind, which holds a JWT and has no such digits.
func githubOK(value []byte) bool {
	body, _ := afterPrefix(value, '_')
	return len(body) != 36 && len(body) != 76 || endsIn(value, 6, githubDigits)
}

func githubDigits(value []byte) []byte {
	body, ok := afterPrefix(value, '_')
	if !ok {
		return nil
	}
	return number(uint64(crc32.ChecksumIEEE(body)), base62, 6)
}

// GitLab's routable tokens (gitlabhq, routable_token.rb) end with the length of
// the payload and the CRC-32 of all before it, both in base36.
func gitlabRoutableOK(value []byte) bool { return endsIn(value, 9, gitlabRoutableDigits) }

func gitlabRoutableDigits(value []byte) []byte {
	payload, ok := gitlabPayload(value)
	if !ok || len(payload) >= 36*36 {
		return nil
	}
	length := number(uint64(len(payload)), base36, 2)
	sum := crc32.Update(crc32.ChecksumIEEE(value), crc32.IEEETable, length)
	return append(length, number(uint64(sum), base36, 7)...)
}

// gitlabPayload returns the part of a routable token that holds its routing. A
// runner's token has its kind, such as "t1_", before it.
func gitlabPayload(value []byte) ([]byte, bool) {
	payload, ok := afterPrefix(value, '-')
	if !ok {
		return nil, false
	}
	if len(payload) > 3 && payload[0] == 't' && payload[2] == '_' && payload[1] >= '0' && payload[1] <= '9' {
		payload = payload[3:]
	}
	payload, _, ok = bytes.Cut(payload, []byte("."))
	return payload, ok
}

// Grafana: after a second underscore, the CRC-32 of all before it, as little
// endian bytes in hex.
func grafanaOK(value []byte) bool { return endsIn(value, 8, grafanaDigits) }

func grafanaDigits(value []byte) []byte {
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(bytes.TrimSuffix(value, []byte("_"))))
	return number(uint64(binary.BigEndian.Uint32(sum[:])), "0123456789abcdef", 8)
}

// Atlassian: the CRC-32 of all before it, in upper-case hex.
func atlassianOK(value []byte) bool { return endsIn(value, 8, atlassianDigits) }

func atlassianDigits(value []byte) []byte {
	return number(uint64(crc32.ChecksumIEEE(value)), "0123456789ABCDEF", 8)
}

// Cloudflare: the CRC-32 of what follows the prefix, in hex.
func cloudflareOK(value []byte) bool { return endsIn(value, 8, cloudflareDigits) }

func cloudflareDigits(value []byte) []byte {
	body, ok := afterPrefix(value, '_')
	if !ok {
		return nil
	}
	return number(uint64(crc32.ChecksumIEEE(body)), "0123456789abcdef", 8)
}

// Zuplo: as Cloudflare, with an underscore before the digits.
func zuploOK(value []byte) bool { return endsIn(value, 8, zuploDigits) }

func zuploDigits(value []byte) []byte {
	return cloudflareDigits(bytes.TrimSuffix(value, []byte("_")))
}

// Confluent: six characters of the base64 of the CRC-32 of the 54 that follow
// "cflt", as little endian bytes.
func confluentOK(value []byte) bool { return endsIn(value, 6, confluentDigits) }

func confluentDigits(value []byte) []byte {
	body, ok := bytes.CutPrefix(value, []byte("cflt"))
	if !ok {
		return nil
	}
	var sum [4]byte
	binary.LittleEndian.PutUint32(sum[:], crc32.ChecksumIEEE(body))
	out := make([]byte, 8)
	base64.StdEncoding.Encode(out, sum[:])
	return out[:6]
}
