package verify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// signV4 signs a request to an AWS service by Signature Version 4 (AWS General
// Reference, "Create a signed AWS API request"). The path is / and there is no
// query. Every header in h is signed, and the signature is added to it.
func signV4(h http.Header, host, body, region, service, id, secret, session string, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	h.Set("X-Amz-Date", stamp)
	if session != "" {
		h.Set("X-Amz-Security-Token", session)
	}
	fields := map[string]string{"host": host}
	for name := range h {
		fields[strings.ToLower(name)] = strings.TrimSpace(h.Get(name))
	}
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	var canonical strings.Builder
	canonical.WriteString("POST\n/\n\n")
	for _, name := range names {
		canonical.WriteString(name + ":" + fields[name] + "\n")
	}
	signed := strings.Join(names, ";")
	canonical.WriteString("\n" + signed + "\n" + hexSHA256(body))
	scope := strings.Join([]string{stamp[:8], region, service, "aws4_request"}, "/")
	key := []byte("AWS4" + secret)
	for _, step := range []string{stamp[:8], region, service, "aws4_request"} {
		key = hmacSHA256(key, step)
	}
	signature := hmacSHA256(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hexSHA256(canonical.String()))
	h.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+id+"/"+scope+", SignedHeaders="+signed+", Signature="+hex.EncodeToString(signature))
}

func hexSHA256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, s string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(s))
	return m.Sum(nil)
}
