package verify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-5dd601fe/sprawl"
)

// azureStorageSpeaker lists at most one container, by a request that is signed
// with the account's key (Azure Storage, "Authorize with Shared Key"). The key
// never leaves.
func azureStorageSpeaker() speaker {
	return speaker{
		issuer: "azure-storage", verb: http.MethodGet, path: "/?comp=list",
		knows: func(f *sprawl.Finding) bool {
			account, ok := f.Part("account")
			return f.Rule == "azure-storage-connection" && ok && account.Len() > 0
		},
		needs: []string{"account", "key"}, aim: aimAzureStorage, ask: askAzureStorage,
	}
}

func aimAzureStorage(c *Client, f *sprawl.Finding) (*url.URL, string) {
	if u := c.bases["azure-storage"]; u != nil {
		return u, ""
	}
	account, _ := f.Part("account")
	name := account.Reveal()
	if len(name) < 3 || len(name) > 24 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return nil, "its account is no name of a storage account"
	}
	return &url.URL{Scheme: "https", Host: name + ".blob.core.windows.net"}, ""
}

const azureVersion = "2021-08-06"

func askAzureStorage(ctx context.Context, l *line) outcome {
	account, date := l.part("account"), l.now.UTC().Format(http.TimeFormat)
	key, err := base64.StdEncoding.DecodeString(l.part("key"))
	if err != nil {
		return outcome{verdict: unknown("not asked: its key can't be read")}
	}
	text := "GET" + strings.Repeat("\n", 12) + "x-ms-date:" + date + "\nx-ms-version:" + azureVersion +
		"\n/" + account + l.base.Path + "/\ncomp:list\nmaxresults:1"
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	h := http.Header{
		"X-Ms-Date": {date}, "X-Ms-Version": {azureVersion},
		"Authorization": {"SharedKey " + account + ":" + base64.StdEncoding.EncodeToString(m.Sum(nil))},
	}
	r, failed := l.send(ctx, http.MethodGet, "/?comp=list&maxresults=1", h, "")
	if failed != nil {
		return *failed
	}
	return l.readAzureStorage(r).with(r)
}

func (l *line) readAzureStorage(r *response) outcome {
	var a struct {
		XMLName xml.Name
		Code    string
	}
	if r.err != nil || r.html || xml.Unmarshal([]byte(strings.TrimPrefix(string(r.raw), "\ufeff")), &a) != nil {
		return l.undeclared(r)
	}
	switch {
	case r.status == http.StatusOK && a.XMLName.Local == "EnumerationResults":
		out := l.live("200: EnumerationResults")
		out.verdict.Account = l.account(l.part("account"))
		return out
	case r.status == http.StatusForbidden && a.XMLName.Local == "Error" && a.Code == "AuthenticationFailed":
		return l.dead("403: AuthenticationFailed")
	case r.status == http.StatusForbidden && a.XMLName.Local == "Error" && a.Code == "KeyBasedAuthenticationNotPermitted":
		return l.unknown("suspended", "takes no keys, whichever they are")
	}
	return l.undeclared(r)
}
