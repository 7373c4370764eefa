package detectors

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"time"
)

// wholeValue makes the values of an example that have an inner structure.
func wholeValue(r *rand.Rand, kind, arg string) (value []byte, known bool, err error) {
	switch kind {
	case "awsid":
		if len(arg) != 4 {
			return nil, true, fmt.Errorf("want the four letters that the id starts with, not %q", arg)
		}
		return awsKeyID(r, arg), true, nil
	case "jwt":
		return jwt(r), true, nil
	case "macaroon":
		return macaroon(r), true, nil
	case "age":
		return ageKey(r), true, nil
	case "azdo":
		return azureDevOpsToken(r), true, nil
	case "confluent":
		body := lively(r, base62, 54)
		return append(body, confluentDigits(append([]byte("cflt"), body...))...), true, nil
	case "discord":
		id := strings.Replace(fmt.Sprintf("%018d", 3e17+r.Int64N(6e17)), "0", "7", -1)
		return fmt.Appendf(nil, "%s.%s.%s", rawURL([]byte(id)), lively(r, base62, 6), lively(r, alphabets["base64url"], 38)), true, nil
	case "jfrog":
		text := fmt.Sprintf("reftkn:01:%010d:%s", 1700000000+r.IntN(1e8), lively(r, base62, 27))
		return []byte(base64.RawStdEncoding.EncodeToString([]byte(text))), true, nil
	case "wif":
		return wif(r), true, nil
	case "xprv":
		return xprv(r), true, nil
	case "dcpat":
		text := fmt.Sprintf("%012d:%s", 2e11+r.Int64N(7e11), randomBytes(r, 20))
		return []byte(base64.StdEncoding.EncodeToString([]byte(text))), true, nil
	case "esapikey":
		text := fmt.Sprintf("%s:%s", lively(r, base62, 20), lively(r, base62, 22))
		return []byte(base64.StdEncoding.EncodeToString([]byte(text))), true, nil
	case "pem":
		value, err = pemKey(r, arg)
		return value, true, err
	case "escaped-pem":
		value, err = pemKey(r, arg)
		return bytes.ReplaceAll(value, []byte("\n"), []byte(`\n`)), true, err
	}
	return nil, false, nil
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// awsKeyID returns an access key id that starts with a prefix of four letters
// and holds an account number.
func awsKeyID(r *rand.Rand, prefix string) []byte {
	b := randomBytes(r, 10)
	account := 200000000000 + r.Uint64N(700000000000)
	// The highest bit is no part of the number. With it set, the id does not
	// look like one of the kind that holds none.
	head := binary.BigEndian.AppendUint64(nil, account<<7|1<<47|uint64(b[5]&0x7f))
	copy(b, head[2:])
	return []byte(prefix + base32.StdEncoding.EncodeToString(b))
}

// jwt returns a token that nobody has signed.
func jwt(r *rand.Rand) []byte {
	claims := fmt.Sprintf(`{"sub":"%s","iss":"accounts.internal","exp":%d}`, lively(r, base62, 12), 1700000000+r.IntN(1e8))
	return fmt.Appendf(nil, "%s.%s.%s", rawURL([]byte(`{"alg":"HS256","typ":"JWT"}`)), rawURL([]byte(claims)), rawURL(randomBytes(r, 32)))
}

func rawURL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// azureDevOpsToken returns a token of the older form, with right check bytes.
func azureDevOpsToken(r *rand.Rand) []byte {
	b := randomBytes(r, 32)
	sum := azureDevOpsSum(b) ^ azureDevOpsUser
	b[22], b[8], b[7], b[2] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
	return bytes.ToLower([]byte(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)))
}

// macaroon returns a token of the Python package index.
func macaroon(r *rand.Rand) []byte {
	b := []byte{2}
	field := func(kind byte, data []byte) {
		b = append(binary.AppendUvarint(append(b, kind), uint64(len(data))), data...)
	}
	field(1, []byte("pypi"+".org")) // the index names itself, as every such token does
	field(2, []byte(uuid(r)))
	b = append(b, 0)
	field(2, []byte(`[3, "`+uuid(r)+`"]`))
	b = append(b, 0, 0)
	field(6, randomBytes(r, 32))
	return []byte("pypi-" + rawURL(b))
}

// ageKey returns an identity of age: the digits of bech32 are found by trying
// each in turn, since its checksum is linear.
func ageKey(r *rand.Rand) []byte {
	key := append([]byte("age-secret-key-1"), lively(r, bech32, 52)...)
	key = append(key, "qqqqqq"...)
	sum := ageSum(key) ^ 1
	for i := range 6 {
		key[len(key)-6+i] = bech32[sum>>(5*(5-i))&31]
	}
	return bytes.ToUpper(key)
}

// wif returns a Bitcoin private key for import.
func wif(r *rand.Rand) []byte {
	return base58Check(append([]byte{0x80}, randomBytes(r, 32)...))
}

// xprv returns an extended private key of Bitcoin (BIP 32).
func xprv(r *rand.Rand) []byte {
	b := append([]byte{0x04, 0x88, 0xad, 0xe4, 0}, randomBytes(r, 40)...)
	return base58Check(append(append(b, 0), randomBytes(r, 32)...))
}

// base58Check writes b and its checksum in base58.
func base58Check(b []byte) []byte {
	n := new(big.Int).SetBytes(append(b, base58Sum(b)...))
	var text []byte
	for base, d := big.NewInt(58), new(big.Int); n.Sign() > 0; {
		n.DivMod(n, base, d)
		text = append([]byte{base58[d.Int64()]}, text...)
	}
	return text
}

// pemKey makes a private key. RSA keys are small, so that examples are cheap;
// their numbers are of the right size and mean nothing.
func pemKey(r *rand.Rand, kind string) ([]byte, error) {
	switch kind {
	case "RSA":
		return block("RSA PRIVATE KEY", randomDER(r, 600)), nil
	case "EC":
		return block("EC PRIVATE KEY", sec1(r)), nil
	case "PKCS8":
		der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(randomBytes(r, 32)))
		return block("PRIVATE KEY", append(der, randomBytes(r, 300)...)), err
	case "PKCS8LONG":
		return block("PRIVATE KEY", randomDER(r, 1200)), nil
	case "ENCRYPTED":
		return block("ENCRYPTED PRIVATE KEY", randomDER(r, 300)), nil
	case "OPENSSH":
		return block("OPENSSH PRIVATE KEY", openSSH(r)), nil
	case "PGP":
		return pgp(r), nil
	case "CERT":
		return certificate(r)
	}
	return nil, fmt.Errorf("no such kind of key; want RSA, EC, PKCS8, PKCS8LONG, ENCRYPTED, OPENSSH, PGP or CERT")
}

// certificate returns one that signs itself, from 2025 to 2027.
func certificate(r *rand.Rand) ([]byte, error) {
	key := ed25519.NewKeyFromSeed(randomBytes(r, 32))
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1 + r.Int64N(1e9)), NotBefore: from, NotAfter: from.AddDate(2, 0, 0),
		Subject: pkix.Name{CommonName: string(lively(r, alphabets["lower"], 12)) + ".internal"},
	}
	der, err := x509.CreateCertificate(nil, &template, &template, key.Public(), key)
	return block("CERTIFICATE", der), err
}

func block(label string, der []byte) []byte {
	return bytes.TrimSpace(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// randomDER returns a DER sequence of n random bytes.
func randomDER(r *rand.Rand, n int) []byte {
	return append([]byte{0x30, 0x82, byte(n >> 8), byte(n)}, randomBytes(r, n)...)
}

// sec1 returns a P-256 key in the form of SEC 1.
func sec1(r *rand.Rand) []byte {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), append([]byte{1}, randomBytes(r, 31)...))
	if err != nil {
		panic(err) // a number that starts with 1 is below the order of the group
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err) // the curve is one that x509 knows
	}
	return der
}

// openSSH returns an ed25519 key in OpenSSH's own form (PROTOCOL.key), without
// a passphrase.
func openSSH(r *rand.Rand) []byte {
	key := ed25519.NewKeyFromSeed(randomBytes(r, 32))
	text := func(b []byte, s []byte) []byte {
		return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	public := text(text(nil, []byte("ssh-ed25519")), key[32:])
	marks := randomBytes(r, 4)
	private := append(append(bytes.Clone(marks), marks...), public...)
	private = text(text(private, key), []byte("somebody"))
	for i := byte(1); len(private)%8 != 0; i++ {
		private = append(private, i)
	}
	out := []byte("openssh-key-v1\x00")
	for _, s := range []string{"none", "none", ""} {
		out = text(out, []byte(s))
	}
	return text(text(binary.BigEndian.AppendUint32(out, 1), public), private)
}

// pgp returns an armored block of random packets, with a right checksum.
func pgp(r *rand.Rand) []byte {
	body := randomBytes(r, 400)
	var b strings.Builder
	b.WriteString("-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\nVersion: 1\n\n")
	text := base64.StdEncoding.EncodeToString(body)
	for ; len(text) > 64; text = text[64:] {
		b.WriteString(text[:64] + "\n")
	}
	b.WriteString(text + "\n=" + base64.StdEncoding.EncodeToString(crc24(body)) + "\n-----END PGP " + "PRIVATE KEY BLOCK-----")
	return []byte(b.String())
}
