package detectors

import "bytes"

// digitsColonOK reports whether value is the base64 of a number of twelve
// digits or so, a colon, and twenty bytes: a token of Jira, Confluence or
// Bitbucket Data Center. A prefix such as BBDC- is no part of it.
func digitsColonOK(value []byte) bool {
	b, ok := decodeBase64(bytes.TrimPrefix(value, []byte("BBDC-")))
	if !ok {
		return false
	}
	digits, rest, ok := bytes.Cut(b, []byte(":"))
	if !ok || len(digits) < 8 || len(digits) > 14 || len(rest) < 18 {
		return false
	}
	for _, c := range digits {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// elasticOK reports whether value is the base64 of the id and the key that
// Elasticsearch gives out: 20 and 22 characters of base64url with a colon
// between them.
func elasticOK(value []byte) bool {
	b, ok := decodeBase64(value)
	if !ok || len(b) != 43 || b[20] != ':' {
		return false
	}
	for i, c := range b {
		if i != 20 && !isWord(c) && c != '-' {
			return false
		}
	}
	return true
}
