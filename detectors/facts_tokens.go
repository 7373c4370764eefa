package detectors

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strconv"
	"strings"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// factsJWT tells the claims that say whose a token is, where it is taken, and
// how long it lasts (RFC 7519, section 4.1, and what large issuers add).
func factsJWT(part func(string) []byte) []sprawl.Fact {
	var c map[string]any
	if !jwtPart(part(""), 1, &c) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactIssuedBy, claim(c, "iss"))
	fs.add(sprawl.FactSubject, claim(c, "sub", "upn", "email"))
	fs.add(sprawl.FactAudience, claim(c, "aud"))
	fs.add(sprawl.FactTenant, claim(c, "tid", "org_id"))
	fs.add(sprawl.FactProject, claim(c, "ref", "project_path"))
	fs.add(sprawl.FactScopes, claim(c, "scope", "scp", "role"))
	fs.add(sprawl.FactAccount, claim(c, "account_id"))
	if at, ok := c["iat"].(float64); ok {
		fs.at(sprawl.FactIssued, at)
	}
	if at, ok := c["exp"].(float64); ok {
		fs.at(sprawl.FactExpires, at)
	}
	if c["iss"] == "supabase" && c["role"] == "anon" {
		fs.add(sprawl.FactClass, "publishable")
	}
	return fs
}

// claim returns the first of the claims that is a text, or a list of texts.
func claim(c map[string]any, names ...string) string {
	for _, name := range names {
		switch v := c[name].(type) {
		case string:
			if v != "" {
				return v
			}
		case []any:
			var all []string
			for _, e := range v {
				if s, ok := e.(string); ok && len(all) < 20 {
					all = append(all, s)
				}
			}
			if len(all) > 0 {
				return strings.Join(all, " ")
			}
		}
	}
	return ""
}

// factsGitLab tells the owner that a routable token names.
func factsGitLab(part func(string) []byte) []sprawl.Fact {
	var fs facts
	for _, r := range gitlabRouting(part("")) {
		id := r[1]
		switch r[0] {
		case "u":
			fs.add(sprawl.FactAccount, "user "+id)
		case "p":
			fs.add(sprawl.FactProject, id)
		case "g":
			fs.add(sprawl.FactTenant, "group "+id)
		case "o":
			fs.add(sprawl.FactTenant, "organisation "+id)
		}
	}
	return fs
}

// factsJFrog reads a reference token: "reftkn:01:<unix>:…".
func factsJFrog(part func(string) []byte) []sprawl.Fact {
	b, _ := decodeBase64(part(""))
	fields := strings.SplitN(string(b), ":", 4)
	if len(fields) < 4 {
		return nil
	}
	var fs facts
	fs.at(sprawl.FactExpires, decimal(fields[2]))
	return fs
}

// factsGoogleAccount reads the project off the address of a service account,
// and off that of the older kind the project's number.
func factsGoogleAccount(part func(string) []byte) []sprawl.Fact {
	var fs facts
	email := string(part("email"))
	fs.add(sprawl.FactSubject, email)
	_, domain, _ := strings.Cut(email, "@")
	if project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com"); ok {
		fs.add(sprawl.FactProject, project)
	} else if domain == "developer.gserviceaccount.com" {
		number, _, _ := strings.Cut(email, "-")
		fs.add(sprawl.FactProject, number)
	}
	return fs
}

// factsGoogleClient reads the number of the project off an OAuth client's id.
func factsGoogleClient(part func(string) []byte) []sprawl.Fact {
	var fs facts
	number, _, _ := strings.Cut(string(part("id")), "-")
	fs.add(sprawl.FactProject, number)
	return fs
}

// embeddedJSON decodes the base64 JSON that follows prefix in value, up to the
// first of the characters in end.
func embeddedJSON(value []byte, prefix, end string, v any) bool {
	text, ok := bytes.CutPrefix(value, []byte(prefix))
	if !ok {
		return false
	}
	if i := bytes.IndexAny(text, end); i >= 0 && end != "" {
		text = text[:i]
	}
	b, ok := decodeBase64(text)
	return ok && json.Unmarshal(b, v) == nil
}

// factsSentryOrg reads an organisation's token (Sentry RFC 91).
func factsSentryOrg(part func(string) []byte) []sprawl.Fact {
	var t struct {
		Issued float64 `json:"iat"`
		URL    string  `json:"url"`
		Org    string  `json:"org"`
	}
	if !embeddedJSON(part(""), "sntrys_", "_", &t) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactTenant, t.Org)
	fs.add(sprawl.FactHost, strings.TrimPrefix(t.URL, "https://"))
	fs.at(sprawl.FactIssued, t.Issued)
	return fs
}

// factsSentryDSN tells the organisation and project of a DSN. The half without
// a secret is sent to browsers, and so is meant to be seen.
func factsSentryDSN(part func(string) []byte) []sprawl.Fact {
	var fs facts
	host := string(part("host"))
	if org, _, ok := strings.Cut(host, "."); ok && strings.HasPrefix(org, "o") && decimal(org[1:]) > 0 {
		fs.add(sprawl.FactTenant, org[1:])
	}
	if dsn := string(part("")); strings.LastIndexByte(dsn, '/') > len("https://") {
		fs.add(sprawl.FactProject, dsn[strings.LastIndexByte(dsn, '/')+1:])
	}
	fs.add(sprawl.FactHost, host)
	if part("secret") == nil {
		fs.add(sprawl.FactClass, "publishable")
	}
	return fs
}

// factsSnyk reads the third field of a token: its end, and the host that takes
// it.
func factsSnyk(part func(string) []byte) []sprawl.Fact {
	fields := bytes.SplitN(part(""), []byte("."), 5)
	var t struct {
		Expires float64 `json:"e"`
		Host    string  `json:"h"`
	}
	if len(fields) < 4 || !embeddedJSON(fields[2], "", "", &t) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactHost, t.Host)
	fs.at(sprawl.FactExpires, t.Expires)
	return fs
}

// factsOnePassword tells the account that a service account's token is of. The
// same JSON holds its secrets, which stay where they are.
func factsOnePassword(part func(string) []byte) []sprawl.Fact {
	var t struct {
		Address string `json:"signInAddress"`
		Email   string `json:"email"`
	}
	if !embeddedJSON(part(""), "ops_", "", &t) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactHost, t.Address)
	fs.add(sprawl.FactSubject, t.Email)
	return fs
}

// factsGrafana reads the JSON of a cloud token, or of the older API key.
func factsGrafana(part func(string) []byte) []sprawl.Fact {
	var t struct {
		Org  any    `json:"o"`
		Name string `json:"n"`
		ID   any    `json:"id"`
		Meta struct {
			Region string `json:"r"`
		} `json:"m"`
	}
	v := bytes.TrimPrefix(part(""), []byte("glc_"))
	if !embeddedJSON(v, "", "", &t) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactTenant, scalar(t.Org))
	fs.add(sprawl.FactTenant, scalar(t.ID))
	fs.add(sprawl.FactSubject, t.Name)
	fs.add(sprawl.FactRegion, t.Meta.Region)
	return fs
}

// scalar writes a text or a whole number of JSON.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return ""
}

// factsCloudflared tells the account and tunnel of a tunnel's token.
func factsCloudflared(part func(string) []byte) []sprawl.Fact {
	var t struct {
		Account string `json:"a"`
		Tunnel  string `json:"t"`
	}
	if !embeddedJSON(part(""), "", "", &t) {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactAccount, t.Account)
	fs.add(sprawl.FactProject, t.Tunnel)
	return fs
}

// factsDiscord tells the user that a bot's token speaks for, whose number is
// its first part in base64, or the webhook of a URL. Numbers hold the time of
// their making, in milliseconds since 2015 above their lowest 22 bits.
func factsDiscord(part func(string) []byte) []sprawl.Fact {
	v := part("")
	text, _, _ := strings.Cut(string(v), ".")
	if _, after, ok := strings.Cut(string(v), "/webhooks/"); ok {
		text, _, _ = strings.Cut(after, "/")
	} else if b, ok := decodeBase64([]byte(text)); ok {
		text = string(b)
	}
	id, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactAccount, text)
	if bytes.Contains(v, []byte("/webhooks/")) {
		fs.at(sprawl.FactIssued, float64(id>>22)/1000+1420070400)
	}
	return fs
}

// factsTelegram tells the number of the bot.
func factsTelegram(part func(string) []byte) []sprawl.Fact {
	var fs facts
	bot, _, _ := strings.Cut(string(part("")), ":")
	fs.add(sprawl.FactAccount, bot)
	return fs
}

// factsSlack tells the workspace: the T… of a webhook, or the number that
// follows the prefix of a token.
func factsSlack(part func(string) []byte) []sprawl.Fact {
	var fs facts
	v := string(part(""))
	if _, after, ok := strings.Cut(v, "/services/"); ok {
		team, _, _ := strings.Cut(after, "/")
		fs.add(sprawl.FactTenant, team)
	} else if fields := strings.Split(v, "-"); len(fields) > 3 && decimal(fields[1]) > 1e7 {
		fs.add(sprawl.FactTenant, fields[1])
	}
	return fs
}

// factsSalesforce tells the organisation, whose id is the first 15 characters.
func factsSalesforce(part func(string) []byte) []sprawl.Fact {
	var fs facts
	if v := part(""); len(v) > 15 {
		fs.add(sprawl.FactTenant, string(v[:15]))
	}
	return fs
}

// factsHubSpot tells the region that the prefix names.
func factsHubSpot(part func(string) []byte) []sprawl.Fact {
	var fs facts
	if fields := strings.SplitN(string(part("")), "-", 3); len(fields) == 3 {
		fs.add(sprawl.FactRegion, fields[1])
	}
	return fs
}

// factsMailchimp tells the data centre at the end of a key.
func factsMailchimp(part func(string) []byte) []sprawl.Fact {
	var fs facts
	if _, region, ok := strings.Cut(string(part("")), "-"); ok && len(region) <= 5 {
		fs.add(sprawl.FactRegion, region)
	}
	return fs
}

// factsCertificate tells whose an X.509 certificate is, who issued it, and how
// long it holds (RFC 5280).
func factsCertificate(part func(string) []byte) []sprawl.Fact {
	text := bytes.ReplaceAll(part(""), []byte(`\n`), []byte("\n"))
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	var fs facts
	fs.add(sprawl.FactSubject, cert.Subject.String())
	fs.add(sprawl.FactIssuedBy, cert.Issuer.String())
	fs.add(sprawl.FactIssued, cert.NotBefore.UTC().Format(time.RFC3339))
	fs.add(sprawl.FactExpires, cert.NotAfter.UTC().Format(time.RFC3339))
	return fs
}
