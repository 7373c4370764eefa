package fake

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// AWS is a region of AWS with parameters and secrets (Systems Manager API
// Reference, Secrets Manager API Reference). It checks that requests are signed.
// Tests fill it before they ask.
type AWS struct {
	*Server
	Parameters map[string][]string // by name, every version's value
	Secrets    map[string][]string // by name, the one before last and the current one
	Secure     map[string]bool     // parameters that are encrypted
	Denied     map[string]bool     // actions, and names of parameters whose key may not be used
	Tags       map[string]string   // of everything
	Throttled  int                 // how many requests are refused before one is answered
}

const (
	awsAccount = "123456789012"
	awsDate    = 1700000000.5
)

// NewAWS starts a region that knows one key.
func NewAWS(t testing.TB, region, id, secret string) *AWS {
	t.Helper()
	a := &AWS{Parameters: map[string][]string{}, Secrets: map[string][]string{}, Secure: map[string]bool{}, Denied: map[string]bool{}}
	a.Server = start(t, func(r *http.Request) bool { return signedV4(r, region, id, secret) })
	a.handle("POST /{$}", a.act)
	return a
}

// signedV4 checks a signature (AWS General Reference, "Create a signed AWS API
// request").
func signedV4(r *http.Request, region, id, secret string) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	service, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "Amazon")), ".")
	stamp := r.Header.Get("X-Amz-Date")
	head, signature, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
	credential, names, _ := strings.Cut(head, ", SignedHeaders=")
	if len(stamp) < 8 || !strings.Contains(names, "x-amz-target") {
		return false
	}
	scope := stamp[:8] + "/" + region + "/" + service + "/aws4_request"
	canonical := "POST\n/\n\n"
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		if name == "content-length" {
			value = strconv.Itoa(len(body))
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + names + "\n" + fmt.Sprintf("%x", sha256.Sum256(body))
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	want := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+fmt.Sprintf("%x", sha256.Sum256([]byte(canonical)))))
	return credential == "AWS4-HMAC-SHA256 Credential="+id+"/"+scope && signature == want
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func awsError(name, message string) (any, int) {
	return map[string]string{"__type": "com.amazonaws#" + name, "message": message}, http.StatusBadRequest
}

// An awsIn is the arguments of any action.
type awsIn struct {
	MaxResults                                       int
	NextToken, Name, SecretId, VersionId, ResourceId string
	Names                                            []string
	WithDecryption                                   bool
	ParameterFilters, Filters                        []struct{ Values []string }
}

func (a *AWS) act(r *http.Request) (any, int) {
	var in awsIn
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return awsError("SerializationException", "")
	}
	target := r.Header.Get("X-Amz-Target")
	_, action, _ := strings.Cut(target, ".")
	a.mu.Lock()
	a.Throttled--
	throttled := a.Throttled >= 0
	a.mu.Unlock()
	if throttled {
		return awsError("ThrottlingException", "Rate exceeded")
	}
	if a.Denied[action] {
		return awsError("AccessDeniedException", "User: tester is not authorized to perform: "+action)
	}
	switch action {
	case "DescribeParameters":
		return a.names("Parameters", a.Parameters, in.ParameterFilters, &in)
	case "GetParameters":
		return a.parameters(&in)
	case "GetParameter":
		return a.parameter(&in)
	case "GetParameterHistory":
		all := a.versions(in.Name)
		from, to, next := awsPage(len(all), &in)
		return map[string]any{"Parameters": all[from:to], "NextToken": next}, 0
	case "ListTagsForResource":
		return map[string]any{"TagList": a.tags()}, 0
	case "ListSecrets":
		return a.names("SecretList", a.Secrets, in.Filters, &in)
	case "DescribeSecret":
		return a.describe(&in)
	case "GetSecretValue":
		return a.value(&in)
	}
	a.t.Errorf("asked for %s, which this platform does not have", target)
	return awsError("UnknownOperationException", "")
}

// awsPage returns which part of n things is asked for, and what asks for more.
func awsPage(n int, in *awsIn) (from, to int, next string) {
	from, _ = strconv.Atoi(in.NextToken)
	if to = min(from+in.MaxResults, n); to < n {
		next = strconv.Itoa(to)
	}
	return from, to, next
}

func (a *AWS) tags() (all []map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(a.Tags)) {
		all = append(all, map[string]string{"Key": key, "Value": a.Tags[key]})
	}
	return all
}

func (a *AWS) names(field string, store map[string][]string, filters []struct{ Values []string }, in *awsIn) (any, int) {
	all := []map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(store)) {
		starts := func(start string) bool { return strings.HasPrefix(strings.ToLower(name), strings.ToLower(start)) }
		if len(filters) == 0 || slices.ContainsFunc(filters[0].Values, starts) {
			all = append(all, map[string]string{"Name": name})
		}
	}
	from, to, next := awsPage(len(all), in)
	return map[string]any{field: all[from:to], "NextToken": next}, 0
}

func (a *AWS) versions(name string) (all []map[string]any) {
	kind := "String"
	if a.Secure[name] {
		kind = "SecureString"
	}
	for i, value := range a.Parameters[name] {
		all = append(all, map[string]any{
			"Name": name, "Type": kind, "Value": value, "Version": i + 1, "LastModifiedDate": awsDate,
			"ARN": "arn:aws:ssm:eu-west-1:" + awsAccount + ":parameter/" + strings.TrimPrefix(name, "/"),
		})
	}
	return all
}

func (a *AWS) parameters(in *awsIn) (any, int) {
	var found []any
	var invalid []string
	if len(in.Names) > 10 {
		return awsError("ValidationException", "at most 10 names")
	}
	for _, name := range in.Names {
		all := a.versions(name)
		switch {
		case a.Denied[name]:
			return awsError("AccessDeniedException", "the key is not yours to use")
		case len(all) == 0:
			invalid = append(invalid, name)
		default:
			found = append(found, all[len(all)-1])
		}
	}
	return map[string]any{"Parameters": found, "InvalidParameters": invalid}, 0
}

func (a *AWS) parameter(in *awsIn) (any, int) {
	name, version, _ := strings.Cut(in.Name, ":")
	all := a.versions(name)
	n := len(all)
	if version != "" {
		n, _ = strconv.Atoi(version)
	}
	switch {
	case a.Denied[name]:
		return awsError("AccessDeniedException", "the key is not yours to use")
	case n < 1 || n > len(all):
		return awsError("ParameterNotFound", "")
	}
	return map[string]any{"Parameter": all[n-1]}, 0
}

func (a *AWS) describe(in *awsIn) (any, int) {
	n := len(a.Secrets[in.SecretId])
	if n == 0 {
		return awsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	stages := map[string][]string{fmt.Sprint("v", n): {"AWSCURRENT"}}
	if n > 1 {
		stages[fmt.Sprint("v", n-1)] = []string{"AWSPREVIOUS"}
	}
	return map[string]any{
		"ARN": "arn:aws:secretsmanager:eu-west-1:" + awsAccount + ":secret:" + in.SecretId, "Tags": a.tags(),
		"VersionIdsToStages": stages, "LastChangedDate": awsDate, "CreatedDate": awsDate,
	}, 0
}

func (a *AWS) value(in *awsIn) (any, int) {
	all := a.Secrets[in.SecretId]
	n := len(all)
	if in.VersionId != "" {
		n, _ = strconv.Atoi(in.VersionId[1:])
	}
	switch {
	case a.Denied[in.SecretId]:
		return awsError("AccessDeniedException", "the key is not yours to use")
	case n < 1 || n > len(all):
		return awsError("ResourceNotFoundException", "")
	}
	if text, binary := strings.CutPrefix(all[n-1], "binary:"); binary {
		return map[string]any{"SecretBinary": []byte(text), "CreatedDate": awsDate}, 0
	}
	return map[string]any{"SecretString": all[n-1], "CreatedDate": awsDate}, 0
}
