package register

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"

	"golang.org/x/crypto/ssh"
)

// canonical returns the form of value that all ways to write it share: without
// quotes and white space around, percent-encoding undone where there is some,
// and a private key as the key itself, in whatever container it comes.
func canonical(value string) []byte {
	value = strings.Trim(value, " \t\r\n\"'`<>")
	if strings.Contains(value, "-----BEGIN ") {
		return canonicalPEM(value)
	}
	if strings.Contains(value, "%") {
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
	}
	return []byte(value)
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
