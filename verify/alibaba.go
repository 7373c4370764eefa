package verify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// alibabaSpeaker asks Alibaba Cloud whose a key is (Alibaba Cloud STS,
// GetCallerIdentity), by a request that is signed with it (RPC style, version
// 1.0). It changes nothing.
func alibabaSpeaker() speaker {
	return speaker{
		issuer: "alibaba", verb: http.MethodGet, path: "/?Action=GetCallerIdentity",
		knows: rulesOf("alibaba-secret"), needs: []string{"id", "secret"},
		aim: at("alibaba", "sts.aliyuncs.com"), ask: askAlibaba, made: madeUpAlibaba,
	}
}

func askAlibaba(ctx context.Context, l *line) outcome {
	query := url.Values{
		"AccessKeyId": {l.part("id")}, "Action": {"GetCallerIdentity"}, "Format": {"JSON"}, "SignatureMethod": {"HMAC-SHA1"},
		"SignatureNonce": {rand.Text()}, "SignatureVersion": {"1.0"}, "Timestamp": {l.now.UTC().Format("2006-01-02T15:04:05Z")}, "Version": {"2015-04-01"},
	}
	m := hmac.New(sha1.New, []byte(l.part("secret")+"&"))
	m.Write([]byte("GET&%2F&" + strictEscape(strings.ReplaceAll(query.Encode(), "+", "%20"))))
	query.Set("Signature", base64.StdEncoding.EncodeToString(m.Sum(nil)))
	r, failed := l.send(ctx, http.MethodGet, "/?"+query.Encode(), http.Header{"Accept": {"application/json"}}, "")
	if failed != nil {
		return *failed
	}
	return l.readAlibaba(r).with(r)
}

// strictEscape escapes all but the unreserved characters of RFC 3986.
func strictEscape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func (l *line) readAlibaba(r *response) outcome {
	switch code := r.said("Code"); {
	case r.err != nil || !r.json:
	case r.status == http.StatusOK && r.said("Arn") != "":
		out := l.live("200: Arn")
		out.verdict.Account = l.account(r.said("Arn"))
		return out
	case r.status/100 != 4:
	case code == "InvalidAccessKeyId.NotFound":
		return l.dead("InvalidAccessKeyId.NotFound")
	case code == "InvalidAccessKeyId.Inactive":
		return l.dead("InvalidAccessKeyId.Inactive, it is switched off")
	case code == "SignatureDoesNotMatch":
		return l.unknown("wrong pair", "knows the key id, with another secret")
	}
	return l.undeclared(r)
}

// madeUpAlibaba makes up a key that nobody has, id and all.
func madeUpAlibaba(f *sprawl.Finding) sprawl.Finding {
	made := MadeUp(f, nil)
	for i, p := range made.Parts {
		if p.Name == "id" {
			made.Parts[i].Value = madeUp(p.Value, []string{"LTAI"})
		}
	}
	return made
}
