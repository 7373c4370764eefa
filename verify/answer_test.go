package verify

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-5dd601fe/sprawl"
)

// entry is an issuer whose answers use every kind of condition.
var entry = Issuer{ID: "zq", Hosts: []string{"example.com"}, Asks: []Ask{{
	Rules: []string{"zq-key"}, Method: "GET", URL: "https://example.com/",
	Headers: []Header{{"Authorization", "Bearer {key}"}},
	Live:    []Answer{{Status: []int{200}, JSON: []Condition{{Path: "ok", Is: []string{"true"}}, {Path: "user.0.name"}}}},
	Dead:    []Answer{{Status: []int{401, 403}, JSON: []Condition{{Path: "error", Has: "revoked"}}}},
	Account: []Source{"user.0.name", "header:X-Name"}, Scopes: "scopes", Expires: "expires",
}}}

func subject() *question {
	return &question{
		issuer: &entry, ask: &entry.Asks[0], base: &url.URL{Scheme: "https", Host: "example.com"},
		finding: &sprawl.Finding{Parts: []sprawl.Part{{Name: "key", Value: sprawl.NewSecret([]byte("zq_"+"secret"), 3)}}},
	}
}

func answer(status int, kind, name, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {kind}, "X-Name": {name}, "Retry-After": {name}},
	}
}

// FuzzJudge compares judge with a reading of the same entry by hand.
func FuzzJudge(f *testing.F) {
	f.Add(200, "application/json", "", `{"ok":true,"user":[{"name":"x"}],"scopes":["a","b c"],"expires":"2031-01-02"}`)
	f.Add(200, "application/problem+json; charset=utf-8", "x", `{"ok":"true","user":{"0":{"name":{}}},"scopes":"a,b","expires":1234567890}`)
	f.Add(401, "application/json", "5", `{"error":"token was revoked"}`)
	f.Add(403, "application/json", "Sat, 21 Nov 2026 19:00:00 GMT", `{"error":"revoked"} {}`)
	f.Add(200, "application/json", "", `{"ok":true,"user":[{"name":null}]}`)
	f.Add(200, "text/html", "", `{"ok":true,"user":[{"name":"zq_secret"}]}`)
	f.Add(429, "application/json", "-1", strings.Repeat("[", 20000))
	f.Fuzz(func(t *testing.T, status int, kind, name, body string) {
		q := subject()
		out := q.judge(t.Context(), answer(status, kind, name, body), time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
		v := out.verdict
		if want := judgeByHand(status, kind, body); v.State != want {
			t.Errorf("%s (%s), want %s", v.State, v.Reason, want)
		}
		if v.State == sprawl.Live != (v.Account != "" || len(v.Scopes) > 0 || !v.Expires.IsZero()) && v.State != sprawl.Live {
			t.Errorf("facts about a credential that is %s", v.State)
		}
		all := strings.Join(append(slices.Clone(v.Scopes), v.Account, v.Reason), "\n")
		if strings.Contains(all, "zq_"+"secret") || strings.ContainsAny(v.Reason+v.Account, "\r\n\x00") {
			t.Errorf("verdict shows %q", all)
		}
		if out.retry && v.State != sprawl.Unknown || out.pause < 0 || out.pause > maxRetryAfter {
			t.Errorf("outcome %+v", out)
		}
	})
}

// judgeByHand reads the answers of entry in the plainest way.
func judgeByHand(status int, kind, body string) sprawl.State {
	var v struct {
		OK    any
		Error any
		User  any
	}
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	var m map[string]any
	if !isJSON(kind) || !json.Valid([]byte(body)) || len(body) > maxBody || json.Unmarshal([]byte(body), &m) != nil {
		return sprawl.Unknown
	}
	v.OK, v.Error, v.User = m["ok"], m["error"], m["user"]
	text, _ := v.Error.(string)
	switch {
	case status == 200 && (v.OK == true || v.OK == "true") && nameOf(v.User) != nil:
		return sprawl.Live
	case (status == 401 || status == 403) && strings.Contains(text, "revoked"):
		return sprawl.Dead
	}
	return sprawl.Unknown
}

func nameOf(user any) any {
	switch user := user.(type) {
	case []any:
		if len(user) > 0 {
			first, _ := user[0].(map[string]any)
			return first["name"]
		}
	case map[string]any:
		first, _ := user["0"].(map[string]any)
		return first["name"]
	}
	return nil
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2031-10-15":                    "2031-10-15T00:00:00Z",
		"2031-10-15T01:02:03.5Z":        "2031-10-15T01:02:03.5Z",
		"2031-10-15T01:02:03+02:00":     "2031-10-14T23:02:03Z",
		"2031-10-15 01:02:03 UTC":       "2031-10-15T01:02:03Z",
		"2031-10-15 01:02:03 -0700":     "2031-10-15T08:02:03Z",
		"1949999999":                    "2031-10-17T10:39:59Z",
		"Wed, 15 Oct 2031 01:02:03 GMT": "2031-10-15T01:02:03Z",
		"never":                         "0001-01-01T00:00:00Z",
		"-5":                            "0001-01-01T00:00:00Z",
		"99999999999999999999":          "0001-01-01T00:00:00Z",
	} {
		if got := parseTime(text).Format(time.RFC3339Nano); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "17": 17 * time.Second, "-1": 0, "x": 0, "4294967295": maxRetryAfter,
		"99999999999999999999":          0,
		"Wed, 02 Jan 2030 03:05:05 GMT": time.Minute,
		"Wed, 02 Jan 2030 03:04:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// FuzzRequest puts any text into every place of a request, and wants it to
// stay there.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{"plain", "../..", "..", "a/b?c#d", "x\r\nHost: evil.test", `"},{"a":"`, "a&b=c", "@evil.test/", "%2e%2e", "ü\xff", ":", "{key}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		a := Ask{Method: "POST", URL: "https://example.com/a/{key}/b?k={key}&l=1", Body: `{"k":"{key}"}`,
			Headers: []Header{{"Authorization", "Bearer {key}"}, {"Content-Type", "application/json"}}}
		var err error
		if a.target, err = parseTarget(a.URL, ""); err != nil {
			t.Fatal(err)
		}
		q := subject()
		q.ask, q.finding.Parts[0].Value = &a, sprawl.NewSecret([]byte(value), 0)
		req, err := q.request(t.Context(), "test")
		if err != nil {
			if len(value) > 8 && strings.Contains(err.Error(), value) {
				t.Fatal("the error shows the value")
			}
			return
		}
		wantInside(t, req, value)
	})
}

func wantInside(t *testing.T, req *http.Request, value string) {
	t.Helper()
	var wire bytes.Buffer
	body, _ := io.ReadAll(req.Body)
	var sent struct{ K string }
	if json.Unmarshal(body, &sent) != nil || sent.K != strings.ToValidUTF8(value, "\ufffd") && sent.K != value {
		t.Errorf("body %q", body)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if err := req.Write(&wire); err != nil {
		return // the transport refuses it too
	}
	line, _, _ := strings.Cut(wire.String(), "\r\n")
	path, query, _ := strings.Cut(strings.Fields(line)[1], "?")
	if segments := strings.Split(path, "/"); len(segments) != 4 || segments[1] != "a" || segments[3] != "b" {
		t.Errorf("path %q", path)
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values) != 2 || values.Get("k") != value || values.Get("l") != "1" {
		t.Errorf("query %q", query)
	}
	if req.URL.Host != "example.com" || req.Header.Get("Authorization") != "Bearer "+value && strings.TrimSpace(value) == value && value != "" {
		t.Errorf("host %q", req.URL.Host)
	}
}

func TestBasicAndForm(t *testing.T) {
	q := subject()
	q.finding.Parts = append(q.finding.Parts, sprawl.Part{Name: "id", Public: true, Value: sprawl.NewSecret([]byte("a b"), 0)})
	q.ask = &Ask{Method: "POST", Basic: "{id}:{key}", Body: "t={key}&i={id}", target: target{"example.com", "/", ""},
		Headers: []Header{{"Content-Type", "application/x-www-form-urlencoded"}}}
	req, err := q.request(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := req.BasicAuth()
	body, _ := io.ReadAll(req.Body)
	if user != "a b" || password != "zq_"+"secret" || string(body) != "t=zq_"+"secret&i=a+b" {
		t.Errorf("user %q, body %q", user, body)
	}
	q.finding.Parts[1].Value = sprawl.NewSecret([]byte("a:b"), 0)
	if _, err := q.request(t.Context(), "test"); err == nil {
		t.Error("a user's name with a colon is accepted")
	}
}
