package detectors

import "bytes"

// The lengths of a JWT's parts: that of the header, and the least of the others.
const (
	minJWTHeader, maxJWTHeader = 10, 1000
	minJWTPayload              = 10
	minJWTSignature            = 20
)

// jwtSpan returns where the JWT ends whose header begins at pos: three runs of
// base64url with dots between, of which the second begins as the first does.
func jwtSpan(data []byte, pos int) (end int, ok bool) {
	head := pos + len("eyJ")
	end = base64URLRun(data, head)
	if n := end - head; n < minJWTHeader || n > maxJWTHeader {
		return end, false
	}
	if !bytes.HasPrefix(data[end:], []byte(".eyJ")) {
		return end + len(".eyJ"), false
	}
	payload := end + len(".eyJ")
	if end = base64URLRun(data, payload); end-payload < minJWTPayload || end == len(data) || data[end] != '.' {
		return end, false
	}
	signature := end + 1
	end = base64URLRun(data, signature)
	return end, end-signature >= minJWTSignature
}

// base64URLRun returns the end of the run of base64url at i, of a token's
// length at most.
func base64URLRun(data []byte, i int) int {
	for limit := min(len(data), i+maxToken); i < limit && isBase64URL(data[i]); i++ {
	}
	return i
}

// maxToken is the longest part of a token that is followed, in bytes.
const maxToken = 8 << 10

func isBase64URL(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
