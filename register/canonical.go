package register

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

// canonical returns the form of value that all ways to write it share: without
// what shells, configuration files and prose put around it, escapes and
// percent-encoding undone where there are some, and a private key as the key
// itself, in whatever container it comes. Text in base64, as Kubernetes writes
// its secrets, is the text.
func canonical(value string) []byte {
	value = bare(value)
	if strings.Contains(value, "-----BEGIN ") {
		return canonicalPEM(value)
	}
	// A value that was escaped twice needs two steps, and each step can lay
	// quotes bare. The bound is for text that was made to unfold for ever.
	for range 4 {
		plain := bare(unarmor(unescape(value)))
		if plain == value {
			break
		}
		value = plain
	}
	if strings.Contains(value, "-----BEGIN ") {
		return canonicalPEM(value)
	}
	if isHex([]byte(value)) || isUUID(value) {
		value = strings.ToLower(value)
	}
	return []byte(value)
}

// bare returns value without what is around it.
func bare(value string) string {
	const around = " \t\r\n\"'`<>\u200b\u200c\u200d\ufeff"
	value = strings.Trim(value, around)
	value = strings.TrimRight(value, around+",;)")
	if rest, ok := strings.CutPrefix(value, "$'"); ok {
		value = strings.Trim(rest, around)
	}
	return value
}

// unescape undoes one layer of how strings are written in URLs, in markup and
// in the languages that escape by backslash.
func unescape(value string) string {
	if strings.Contains(value, "%") {
		if plain, err := url.PathUnescape(value); err == nil && printable(plain) {
			value = plain
		}
	}
	if strings.Contains(value, "&") {
		value = html.UnescapeString(value)
	}
	if strings.Contains(value, `\`) {
		value = unbackslash(value)
	}
	return value
}

// leastArmored is how many characters of base64 are taken for text in disguise.
// Fewer are a word by chance; and a wrong guess only joins a value with its own
// other form.
const leastArmored = 12

// unarmor returns the text that value is the base64 of, or value.
func unarmor(value string) string {
	if len(value) < leastArmored {
		return value
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		raw, err = base64.RawStdEncoding.Strict().DecodeString(value)
	}
	plain := strings.TrimRight(string(raw), "\r\n") // echo adds one before it is encoded
	if err != nil || plain == "" || strings.IndexFunc(plain, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return value
	}
	return plain
}

// unbackslash undoes escapes such as \/ \" \u002b \x2b \n, and leaves a
// backslash that begins none.
func unbackslash(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); {
		if value[i] != '\\' || i+1 == len(value) {
			b.WriteByte(value[i])
			i++
			continue
		}
		text, n := escaped(value[i+1:])
		b.WriteString(text)
		i += 1 + n
	}
	return b.String()
}

// escaped returns what the escape that follows a backslash stands for, and its
// length.
func escaped(rest string) (text string, n int) {
	switch c := rest[0]; c {
	case 'n':
		return "\n", 1
	case 'r':
		return "\r", 1
	case 't':
		return "\t", 1
	case 'u', 'x':
		digits := map[byte]int{'u': 4, 'x': 2}[c]
		if len(rest) > digits {
			if v, err := strconv.ParseUint(rest[1:1+digits], 16, 32); err == nil {
				return string(rune(v)), 1 + digits
			}
		}
	case '/', '"', '\'', '\\', '=', ':', '$', ' ', '#', '!', '&', '@', '`':
		return rest[:1], 1
	}
	return "\\", 0
}

// printable reports whether s is text, so that undoing an escape gave sense.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) < 0
}

// isHex reports whether value is hex digits in one letter case, at least as
// many as a secret has: only then does the case say nothing.
func isHex(value []byte) bool {
	if len(value) < 16 {
		return false
	}
	lower, upper := false, false
	for _, b := range value {
		switch {
		case '0' <= b && b <= '9':
		case 'a' <= b && b <= 'f':
			lower = true
		case 'A' <= b && b <= 'F':
			upper = true
		default:
			return false
		}
	}
	return !(lower && upper)
}

// isUUID reports whether value is hex digits in groups of 8-4-4-4-12.
func isUUID(value string) bool {
	if len(value) != 36 || value[8] != '-' || value[13] != '-' || value[18] != '-' || value[23] != '-' {
		return false
	}
	_, err := hex.DecodeString(strings.ReplaceAll(value, "-", ""))
	return err == nil
}

// canonicalPEM returns the PKCS#8 form of the private key in text, or its
// decoded body where it can't be read, as when it is encrypted.
func canonicalPEM(text string) []byte {
	text = unfoldPEM(text)
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return pemBody(text)
	}
	if key := parsePrivate(block, text); key != nil {
		if der, err := x509.MarshalPKCS8PrivateKey(key); err == nil {
			return der
		}
	}
	return block.Bytes
}

// parsePrivate reads the key in block in any of the usual forms, or returns
// nil.
func parsePrivate(block *pem.Block, text string) any {
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key
	}
	key, err := ssh.ParseRawPrivateKey([]byte(text))
	if err != nil {
		return nil
	}
	return ssh25519(key)
}

// unfoldPEM undoes what source code and configuration do to the lines of a key:
// escaped line breaks, quotes, indentation, joined strings.
func unfoldPEM(text string) string {
	text = strings.NewReplacer(`\r`, "", `\n`, "\n", "\r", "").Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = bareLine(line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// bareLine returns a line of a key without the quotes, operators and comment
// marks around it. A plus sign can belong to the key: it goes only where a
// quote or a space is between.
func bareLine(line string) string {
	const quotes = " \t\"'`"
	line = strings.TrimRight(strings.TrimLeft(line, " \t#*>|"), " \t,;\\")
	if n := len(line); n > 1 && line[n-1] == '+' && strings.IndexByte(quotes, line[n-2]) >= 0 {
		line = line[:n-1]
	}
	if len(line) > 1 && line[0] == '+' && strings.IndexByte(quotes, line[1]) >= 0 {
		line = line[1:]
	}
	return strings.Trim(line, quotes)
}

// pemBody returns what stands between the first and last armor line, decoded
// if it can be.
func pemBody(text string) []byte {
	var body bytes.Buffer
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.Contains(line, "-----") && !strings.Contains(line, ":") {
			body.WriteString(line)
		}
	}
	if raw, err := base64.StdEncoding.DecodeString(body.String()); err == nil && len(raw) > 0 {
		return raw
	}
	return body.Bytes()
}
