package verify

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// awsSpeaker asks AWS whose a key is (AWS Security Token Service API Reference,
// GetCallerIdentity): any key that works may ask that, and it changes nothing.
func awsSpeaker() speaker {
	return speaker{
		issuer: "aws", verb: http.MethodPost, path: "/?Action=GetCallerIdentity",
		knows: rulesOf("aws-secret-access-key", "aws-key-pair"), needs: []string{"id", "secret"},
		aim: at("aws", "sts.amazonaws.com"), ask: askAWS, made: madeUpAWS,
	}
}

func askAWS(ctx context.Context, l *line) outcome {
	id, session := l.part("id"), l.part("token")
	if strings.HasPrefix(id, "ASIA") && session == "" {
		return outcome{verdict: unknown("not asked: its session token is missing")}
	}
	body := "Action=GetCallerIdentity&Version=2011-06-15"
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	signV4(h, l.base.Host, body, awsRegion(l.base.Hostname()), "sts", id, l.part("secret"), session, l.now)
	r, failed := l.send(ctx, http.MethodPost, "/", h, body)
	if failed != nil {
		return *failed
	}
	return l.readAWS(r).with(r)
}

// awsRegion returns the region in the name of an endpoint; the global one is
// signed for as us-east-1.
func awsRegion(host string) string {
	if labels := strings.Split(host, "."); len(labels) > 3 && labels[0] == "sts" && labels[2] == "amazonaws" {
		return labels[1]
	}
	return "us-east-1"
}

// An awsAnswer is what the Query protocol answers with, good or bad.
type awsAnswer struct {
	XMLName xml.Name
	ARN     string `xml:"GetCallerIdentityResult>Arn"`
	Account string `xml:"GetCallerIdentityResult>Account"`
	Code    string `xml:"Error>Code"`
}

func (l *line) readAWS(r *response) outcome {
	var a awsAnswer
	if r.err != nil || r.html || xml.Unmarshal(r.raw, &a) != nil {
		return l.undeclared(r)
	}
	switch {
	case r.status == http.StatusOK && a.XMLName.Local == "GetCallerIdentityResponse" && a.ARN != "":
		out := l.live("200: Arn")
		out.verdict.Account = l.account(a.ARN)
		return out
	case r.status != http.StatusForbidden || a.XMLName.Local != "ErrorResponse":
		return l.undeclared(r)
	}
	switch a.Code {
	case "AccessDenied":
		return l.live("403: AccessDenied, which follows an accepted signature")
	case "InvalidClientTokenId":
		return l.dead("403: InvalidClientTokenId" + l.partition())
	case "ExpiredToken", "ExpiredTokenException":
		return l.dead("403: ExpiredToken")
	case "SignatureDoesNotMatch":
		return l.unknown("wrong pair", "knows the key id, with another secret")
	}
	return l.undeclared(r)
}

// partition says which parts of AWS were not asked: keys of one are not known
// in the others.
func (l *line) partition() string {
	if l.base.Host == "sts.amazonaws.com" {
		return "; not asked in China or GovCloud"
	}
	return ""
}

// madeUpAWS makes up a key that nobody has, id and all: to a secret that does
// not belong to a key id AWS answers in other words.
func madeUpAWS(f *sprawl.Finding) sprawl.Finding {
	made := MadeUp(f, nil)
	for i, p := range made.Parts {
		if p.Name != "id" {
			continue
		}
		id := []byte(p.Value.Reveal())
		for j := min(4, len(id)); j < len(id); j++ {
			id[j] = pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
		}
		made.Parts[i].Value = sprawl.NewSecret(id, 4)
	}
	return made
}
