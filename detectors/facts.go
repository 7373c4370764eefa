package detectors

import (
	"bytes"
	"maps"
	neturl "net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// A teller reads facts off a match: part returns the text of a named group, or
// nil; part("") is the secret, or the identifier where there is no secret. It
// asks nobody, and not the clock, and takes any bytes. Nothing that it returns
// is secret, or unfit for a line of text.
type teller func(part func(name string) []byte) []sprawl.Fact

// tellers lists the functions that a rule can name as its facts.
func tellers() map[string]teller {
	return map[string]teller{
		"aws-key-id":     factsAWS,
		"aws-presigned":  factsPresigned,
		"azure-sas":      factsSAS,
		"certificate":    factsCertificate,
		"cloudflared":    factsCloudflared,
		"discord":        factsDiscord,
		"easypost":       factsEasyPost,
		"gitlab":         factsGitLab,
		"google-account": factsGoogleAccount,
		"google-client":  factsGoogleClient,
		"grafana":        factsGrafana,
		"hubspot":        factsHubSpot,
		"jfrog":          factsJFrog,
		"jwt":            factsJWT,
		"mailchimp":      factsMailchimp,
		"mode":           factsMode,
		"onepassword":    factsOnePassword,
		"parts":          factsParts,
		"publishable":    factsPublishable,
		"salesforce":     factsSalesforce,
		"sentry-dsn":     factsSentryDSN,
		"sentry-org":     factsSentryOrg,
		"slack":          factsSlack,
		"snyk":           factsSnyk,
		"telegram":       factsTelegram,
	}
}

func tellerNames() string {
	return strings.Join(slices.Sorted(maps.Keys(tellers())), ", ")
}

// facts collects what is worth telling.
type facts []sprawl.Fact

// add adds a fact, unless there is nothing to it, or it can't stand in a line.
func (fs *facts) add(name, value string) {
	if value = strings.TrimSpace(value); value == "" || len(value) > 200 {
		return
	}
	for _, c := range value {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == 0x2028 || c == 0x2029 || c >= 0x202a && c <= 0x202e || c == 0xfffd {
			return
		}
	}
	*fs = append(*fs, sprawl.Fact{Name: name, Value: value})
}

// quoteMax is the most of a secret, in bytes, that a fact may repeat.
const quoteMax = 7

// unquoted returns the facts without names of accounts that repeat a stretch of
// the secret as it stands: what is printed of a credential must not help anybody
// to find it, a number inside a token no less than the rest.
func unquoted(fs []sprawl.Fact, secret []byte) []sprawl.Fact {
	return slices.DeleteFunc(fs, func(f sprawl.Fact) bool {
		switch f.Name {
		case sprawl.FactAccount, sprawl.FactTenant, sprawl.FactProject, sprawl.FactSubject:
			return len(f.Value) > quoteMax && bytes.Contains(secret, []byte(f.Value))
		}
		return false
	})
}

func hasSecret(parts []sprawl.Part) bool {
	return slices.ContainsFunc(parts, func(p sprawl.Part) bool { return !p.Public })
}

// at adds a moment, given in seconds since 1970; moments that no issuer means
// are left out.
func (fs *facts) at(name string, unix float64) {
	if unix >= 1e8 && unix < 1e11 {
		fs.add(name, time.Unix(int64(unix), 0).UTC().Format(time.RFC3339))
	}
}

// factsParts tells the parts that are identifiers: where a credential logs in,
// as whom, and to which database.
func factsParts(part func(string) []byte) []sprawl.Fact {
	var fs facts
	fs.add(sprawl.FactHost, string(part("host")))
	fs.add(sprawl.FactDatabase, string(part("database")))
	fs.add(sprawl.FactAccount, string(part("account")))
	return fs
}

// factsMode tells a live key from one of a sandbox by the word in its prefix.
func factsMode(part func(string) []byte) []sprawl.Fact {
	head := part("id")
	if head == nil {
		head = part("")
	}
	head = head[:min(len(head), 32)]
	for _, w := range []string{"test", "sandbox", "sdbx", "sbox", "hmlg"} {
		if bytes.Contains(head, []byte(w)) {
			return []sprawl.Fact{{Name: sprawl.FactMode, Value: "test"}, {Name: sprawl.FactClass, Value: "test"}}
		}
	}
	for _, w := range []string{"live", "prod"} {
		if bytes.Contains(head, []byte(w)) {
			return []sprawl.Fact{{Name: sprawl.FactMode, Value: "live"}}
		}
	}
	return nil
}

func factsEasyPost(part func(string) []byte) []sprawl.Fact {
	if bytes.HasPrefix(part(""), []byte("EZTK")) {
		return []sprawl.Fact{{Name: sprawl.FactMode, Value: "test"}, {Name: sprawl.FactClass, Value: "test"}}
	}
	return []sprawl.Fact{{Name: sprawl.FactMode, Value: "live"}}
}

// factsPublishable says of a key that its issuer means it to be seen.
func factsPublishable(part func(string) []byte) []sprawl.Fact {
	fs := facts(factsMode(part))
	fs = slices.DeleteFunc(fs, func(f sprawl.Fact) bool { return f.Name == sprawl.FactClass })
	fs.add(sprawl.FactClass, "publishable")
	return fs
}

// factsAWS tells the account in a key id.
func factsAWS(part func(string) []byte) []sprawl.Fact {
	id := part("id")
	if id == nil {
		id = part("")
	}
	var fs facts
	fs.aws(string(id))
	return fs
}

func (fs *facts) aws(id string) {
	account := AWSAccount(id)
	fs.add(sprawl.FactAccount, account)
	switch {
	case account == "":
	case IsCanary(account):
		fs.add(sprawl.FactClass, "canary")
	case slices.Contains([]string{"123456789012", "111122223333", "000000000000"}, account):
		fs.add(sprawl.FactClass, "example")
	}
}

// factsPresigned reads a URL that AWS's Signature Version 4 was put into: the
// key id, the region and the time that is left.
func factsPresigned(part func(string) []byte) []sprawl.Fact {
	u, err := neturl.Parse(string(bytes.ReplaceAll(part(""), []byte("&amp;"), []byte("&"))))
	if err != nil {
		return nil
	}
	var fs facts
	q := u.Query()
	scope := strings.Split(q.Get("X-Amz-Credential"), "/")
	fs.aws(scope[0])
	if len(scope) == 5 {
		fs.add(sprawl.FactRegion, scope[2])
	}
	fs.add(sprawl.FactHost, u.Host)
	made, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date"))
	if err != nil {
		return fs
	}
	fs.add(sprawl.FactIssued, made.Format(time.RFC3339))
	if left, err := time.ParseDuration(q.Get("X-Amz-Expires") + "s"); err == nil && left > 0 {
		fs.add(sprawl.FactExpires, made.Add(left).Format(time.RFC3339))
	}
	return fs
}

// factsSAS reads the fields of a shared access signature of Azure (Storage
// services, "Create an account SAS"; for Service Bus, the se of seconds).
func factsSAS(part func(string) []byte) []sprawl.Fact {
	text := string(part(""))
	if _, query, ok := strings.Cut(text, "?"); ok {
		text = query
	}
	q, err := neturl.ParseQuery(strings.ReplaceAll(text, "&amp;", "&"))
	if err != nil {
		return nil
	}
	var fs facts
	fs.moment(sprawl.FactIssued, q.Get("st"))
	fs.moment(sprawl.FactExpires, q.Get("se"))
	fs.add(sprawl.FactScopes, q.Get("sp"))
	fs.add(sprawl.FactTenant, q.Get("sktid"))
	fs.add(sprawl.FactHost, string(part("host")))
	return fs
}

// moment adds a time that is written in one of the forms of a SAS.
func (fs *facts) moment(name, text string) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			fs.add(name, t.UTC().Format(time.RFC3339))
			return
		}
	}
	fs.at(name, decimal(text))
}

// decimal returns a number of up to 12 digits, or 0.
func decimal(text string) (n float64) {
	if len(text) > 12 {
		return 0
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0
		}
		n = 10*n + float64(c-'0')
	}
	return n
}
