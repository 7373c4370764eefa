package detectors

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// maxExample bounds an expanded example.
const maxExample = 256 << 10

// Expand writes out an example of a rule: a text that shows what a credential
// looks like without holding one. What stands between < and > is generated
// from r, so that equal seeds give equal texts:
//
//	<base62:30>         random text: base62 base64 base64url base32
//	                    base32lower base58 bech32 hex HEX alnum (a-z 0-9)
//	                    ALNUM letters lower upper digits zbase32
//	<words:3>           placeholder words
//	<uuid> <jwt> <macaroon> <age> <wif> <azdo> <confluent> <discord>
//	<jfrog> <xprv> <dcpat> <esapikey>
//	                    whole values
//	<awsid:AKIA>        an AWS access key id that holds an account number
//	<b64json:{"a":1}>   the base64 of a text, in which $R stands for 20 random characters
//	<b64:user:$R>       the same
//	<pem:RSA>           a real, small private key, made at once: RSA EC PKCS8
//	                    ENCRYPTED OPENSSH PGP, or a CERT; <escaped-pem:RSA> with \n for newlines
//	<start>             nothing; the token that <check> completes starts here
//	<check:NAME>        the check digits of the token before it, which starts
//	                    after the last space, quote, "=", "/" or <start>
//
// Other text between < and > stays as it is. Random values are lively: none is
// a placeholder by accident.
func Expand(text string, r *rand.Rand) (string, error) {
	e := expansion{r: r}
	for text != "" {
		before, rest, found := strings.Cut(text, "<")
		e.out = append(e.out, before...)
		if !found {
			break
		}
		name, after, closed := cutTemplate(rest)
		known, err := closed, error(nil)
		if closed {
			known, err = e.expand(name)
		}
		switch {
		case err != nil:
			return "", fmt.Errorf("<%s>: %w", name, err)
		case known:
			text = after
		default:
			e.out = append(e.out, '<')
			text = rest
		}
		if len(e.out) > maxExample {
			return "", fmt.Errorf("example is longer than %d bytes when written out", maxExample)
		}
	}
	return string(e.out), nil
}

// cutTemplate splits rest, which follows a "<", at the ">" that closes it.
func cutTemplate(rest string) (name, after string, ok bool) {
	if strings.HasPrefix(rest, "b64json:") {
		name, after, ok = strings.Cut(rest, "}>")
		return name + "}", after, ok
	}
	return strings.Cut(rest, ">")
}

// An expansion is an example on its way.
type expansion struct {
	r     *rand.Rand
	out   []byte
	start int // of the token that <check> completes, at least
}

// expand appends what name stands for, and reports whether it stands for
// anything.
func (e *expansion) expand(name string) (known bool, err error) {
	kind, arg, _ := strings.Cut(name, ":")
	if set := alphabets[kind]; set != "" {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || n > 8192 {
			return true, fmt.Errorf("want a length of 1 to 8192, not %q", arg)
		}
		e.out = append(e.out, lively(e.r, set, n)...)
		return true, nil
	}
	switch kind {
	case "start":
		e.start = len(e.out)
	case "check":
		return true, e.check(arg)
	case "words":
		e.words(arg)
	case "uuid":
		e.out = append(e.out, uuid(e.r)...)
	case "b64json", "b64":
		filled := strings.ReplaceAll(arg, "$R", string(lively(e.r, base62, 20)))
		e.out = base64.StdEncoding.AppendEncode(e.out, []byte(filled))
	default:
		value, known, err := wholeValue(e.r, kind, arg)
		e.out = append(e.out, value...)
		return known, err
	}
	return true, nil
}

// alphabets are the kinds of random text.
var alphabets = map[string]string{
	"base62":      base62,
	"base64":      base62 + "+/",
	"base64url":   base62 + "-_",
	"base32":      "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	"base58":      base58,
	"bech32":      "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
	"hex":         "0123456789abcdef",
	"HEX":         "0123456789ABCDEF",
	"alnum":       base36,
	"base32lower": "abcdefghijklmnopqrstuvwxyz234567",
	"letters":     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	"lower":       "abcdefghijklmnopqrstuvwxyz",
	"upper":       "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"zbase32":     "ybndrfg8ejkmcpqxot1uwisza345h769",
	"ALNUM":       "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"digits":      "0123456789",
}

// lively returns n random characters of which neither end is punctuation, so
// that word boundaries stay where the example's author saw them, and which look
// random even to a scanner.
func lively(r *rand.Rand, set string, n int) []byte {
	out := make([]byte, n)
	for range 1000 {
		for i := range out {
			out[i] = set[r.IntN(len(set))]
		}
		if isAlnum(out[0]) && isAlnum(out[n-1]) && isLively(out, set) {
			break
		}
	}
	return out
}

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

// isLively reports whether text shows the variety that its length and alphabet
// lead one to expect.
func isLively(text []byte, set string) bool {
	if len(text) < 8 {
		return true
	}
	var seen [256]bool
	distinct := 0
	for _, c := range text {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	if _, dull := Placeholder(text); dull {
		return false
	}
	return distinct >= min(len(text), len(set))*55/100
}

// check appends the digits that complete the token at the end.
func (e *expansion) check(name string) error {
	c, ok := checks[name]
	if !ok || c.Fill == nil {
		return fmt.Errorf("no check of that name has digits to append")
	}
	from := e.start
	for i := len(e.out) - 1; i >= e.start; i-- {
		if strings.IndexByte(" \t\n\"'`=/", e.out[i]) >= 0 {
			from = i + 1
			break
		}
	}
	if e.start > 0 {
		from = e.start
	}
	digits := c.Fill(e.out[from:])
	if digits == nil {
		return fmt.Errorf("can't be computed for a token of %d bytes of this form", len(e.out)-from)
	}
	e.out = append(e.out, digits...)
	e.start = 0
	return nil
}

// words appends a text such as "your-example-token".
func (e *expansion) words(arg string) {
	n, _ := strconv.Atoi(arg)
	list := []string{"your", "example", "token", "secret", "here", "changeme", "placeholder", "my", "dummy", "key"}
	for i := range max(1, min(n, 100)) {
		if i > 0 {
			e.out = append(e.out, '-')
		}
		if i == 0 {
			e.out = append(e.out, "example"...)
			continue
		}
		e.out = append(e.out, list[e.r.IntN(len(list))]...)
	}
}

// uuid returns a random UUID, version 4.
func uuid(r *rand.Rand) string {
	h := lively(r, alphabets["hex"], 32)
	h[12], h[16] = '4', "89ab"[r.IntN(4)]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
