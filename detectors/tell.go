package detectors

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Tell returns what a value itself says of the credential that it is: the
// account, the mode, the expiry. It is short, holds no part of the secret, and
// is "" where there is nothing to tell. It asks nobody, and not the clock.
func Tell(r *Rule, value []byte) string {
	switch {
	case r.Check == "jwt":
		return tellJWT(value)
	case r.Check == "aws-key-id":
		return tellAWS(value)
	case r.Check == "gitlab-routable":
		return tellGitLab(value)
	case r.Issuer == "jfrog" && bytes.HasPrefix(value, []byte("cmVmdGtu")):
		return tellJFrog(value)
	case bytes.HasPrefix(value, []byte("-----BEGIN")):
		return tellPEM(value)
	}
	if isTestKey(value) {
		return "test key"
	}
	return ""
}

// isTestKey reports whether a value says that it moves no real money or mail.
func isTestKey(value []byte) bool {
	i := bytes.Index(value[:min(len(value), 32)], []byte("test"))
	if i < 1 {
		i = bytes.Index(value[:min(len(value), 32)], []byte("sandbox"))
	}
	return i > 0 && strings.IndexByte("_-$", value[i-1]) >= 0
}

// canaries are the AWS accounts of services that plant keys to see who tries
// them, as far as they are known in public.
var canaries = strings.Fields(`
	052310077262 171436882533 534261010715 595918472158 717712589309 819147034852 992382622183 730335385048
	266735846894 893192397702 044858866125 251535659677 344043088457 351906852752 390477818340 426127672474
	427150556519 439872796651 445142720921 465867158099 637958123769 693412236332 732624840810 735421457923
	959235150393 982842642351`)

// IsCanary reports whether an AWS account belongs to a service that plants
// keys as traps: whoever tries one is reported to its owner.
func IsCanary(account string) bool { return slices.Contains(canaries, account) }

func tellAWS(id []byte) string {
	kind := ""
	if bytes.HasPrefix(id, []byte("ASIA")) {
		kind = "temporary"
	}
	account := AWSAccount(string(id))
	switch {
	case account == "":
		return kind
	case IsCanary(account):
		return "AWS account " + account + ", probably a canary"
	case slices.Contains([]string{"123456789012", "111122223333", "000000000000"}, account):
		return "AWS account " + account + ", an example"
	}
	return strings.TrimSuffix("AWS account "+account+", "+kind, ", ")
}

// tellJWT names the claims that say whose a token is and how long it lasts.
func tellJWT(value []byte) string {
	var claims struct {
		Issuer  any `json:"iss"`
		Role    any `json:"role"`
		Expires any `json:"exp"`
	}
	if !jwtPart(value, 1, &claims) {
		return ""
	}
	var notes []string
	if s := printable(claims.Issuer); s != "" {
		notes = append(notes, "issued by "+s)
	}
	if s := printable(claims.Role); s != "" {
		notes = append(notes, "role "+s)
	}
	if at, ok := claims.Expires.(float64); ok && at > 0 && at < 1<<36 {
		notes = append(notes, "expires "+day(int64(at)))
	}
	return strings.Join(notes, ", ")
}

// printable returns a claim if it is a short text that can stand in a line.
func printable(claim any) string {
	s, ok := claim.(string)
	if !ok || len(s) > 80 {
		return ""
	}
	for _, c := range s {
		if c <= ' ' || c > '~' {
			return ""
		}
	}
	return s
}

func day(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.DateOnly) }

// tellGitLab names what a routable token says of its owner.
func tellGitLab(value []byte) string {
	names := map[string]string{"c": "cell", "g": "group", "o": "organisation", "p": "project", "u": "user"}
	var notes []string
	for _, r := range gitlabRouting(value) {
		notes = append(notes, names[r[0]]+" "+r[1])
	}
	return strings.Join(notes, ", ")
}

// gitlabRouting returns what a routable token holds of its owner, each as the
// letter of its kind and a number: cell, group, organisation, project or user.
func gitlabRouting(value []byte) (all [][2]string) {
	payload, ok := gitlabPayload(value)
	if !ok {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(string(payload))
	if err != nil || len(b) < 17 || int(b[len(b)-1]) != len(b)-17 {
		return nil
	}
	for line := range strings.Lines(string(b[16 : len(b)-1])) {
		key, id, _ := strings.Cut(strings.TrimSpace(line), ":")
		n, err := strconv.ParseUint(id, 36, 63)
		if len(key) == 1 && strings.Contains("cgopu", key) && err == nil {
			all = append(all, [2]string{key, strconv.FormatUint(n, 10)})
		}
	}
	return all
}

// tellJFrog reads the expiry of a reference token: "reftkn:01:<unix>:…".
func tellJFrog(value []byte) string {
	b, _ := decodeBase64(value)
	fields := bytes.SplitN(b, []byte(":"), 4)
	if len(fields) < 4 {
		return ""
	}
	at, err := strconv.ParseInt(string(fields[2]), 10, 40)
	switch {
	case err != nil:
		return ""
	case at == 0:
		return "never expires"
	}
	return "expires " + day(at)
}

// tellPEM says whether a private key needs a passphrase.
func tellPEM(value []byte) string {
	head := value[:min(len(value), 200)]
	if bytes.Contains(head, []byte("ENCRYPTED")) {
		return "encrypted with a passphrase"
	}
	if !bytes.Contains(head, []byte("OPENSSH PRIVATE KEY")) {
		return ""
	}
	// The name of the cipher follows the magic of 15 bytes: a length of four
	// bytes and "none", where there is no passphrase (OpenSSH, PROTOCOL.key).
	_, body, _ := bytes.Cut(head, []byte("KEY-----"))
	body = bytes.ReplaceAll(bytes.TrimLeft(body, "\\rn\r\n \t\""), []byte("\n"), nil)
	b, ok := decodeBase64(body[:min(len(body), 32)])
	if !ok || !bytes.HasPrefix(b, []byte("openssh-key-v1\x00")) || len(b) < 23 {
		return ""
	}
	if string(b[19:23]) == "none" {
		return ""
	}
	return "encrypted with a passphrase"
}
