package aws

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// identify returns who asks: from the environment, or else from the file that
// AWS's own tools read.
func identify(getenv func(string) string) (sdk.Credentials, error) {
	c := sdk.Credentials{AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: getenv("AWS_SESSION_TOKEN")}
	if c.HasKeys() {
		return c, nil
	}
	path, profile := getenv("AWS_SHARED_CREDENTIALS_FILE"), getenv("AWS_PROFILE")
	if path == "" {
		path = filepath.Join(getenv("HOME"), ".aws", "credentials")
	}
	if profile == "" {
		profile = "default"
	}
	c, err := shared(path, profile)
	if err == nil && !c.HasKeys() {
		err = fmt.Errorf("%s has no key for the profile %q", path, profile)
	}
	if err != nil {
		return c, fmt.Errorf("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as aws configure export-credentials --format env prints them for roles and SSO: %w", err)
	}
	return c, nil
}

// shared reads a profile out of a credentials file.
func shared(path, profile string) (c sdk.Credentials, err error) {
	f, err := os.Open(path)
	if err != nil {
		return c, err
	}
	defer f.Close()
	within := false
	sc := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		if strings.HasPrefix(line, "[") {
			within = strings.Trim(line, "[] \t") == profile
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if !within {
			continue
		}
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "aws_access_key_id":
			c.AccessKeyID = value
		case "aws_secret_access_key":
			c.SecretAccessKey = value
		case "aws_session_token":
			c.SessionToken = value
		}
	}
	if sc.Err() != nil {
		return c, fmt.Errorf("%s can't be read: a line is too long", path)
	}
	return c, nil
}

// A signer is the transport that signs each request, also one that is sent
// again, and lets none through that could change something.
type signer struct {
	inner  http.RoundTripper
	id     sdk.Credentials
	kind   kind
	region string
	sign   *v4.Signer
	now    func() time.Time
}

func newSigner(id sdk.Credentials, k kind, region string, inner http.RoundTripper, now func() time.Time) *signer {
	if inner == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.Proxy, t.ResponseHeaderTimeout = nil, time.Minute
		inner = t
	}
	return &signer{inner, id, k, region, v4.NewSigner(), now}
}

// reads are the actions that are asked for.
func reads(action string) bool {
	for _, start := range []string{"Get", "List", "Describe"} {
		if strings.HasPrefix(action, start) {
			return true
		}
	}
	return false
}

// RoundTrip signs and sends a request.
func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	if !reads(action) || req.GetBody == nil {
		return nil, fmt.Errorf("%q could change something: refused", action)
	}
	req = req.Clone(req.Context())
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	req.Body = io.NopCloser(bytes.NewReader(text))
	if err := s.sign.SignHTTP(req.Context(), s.id, req, hex.EncodeToString(sum[:]), s.kind.service, s.region, s.now()); err != nil {
		return nil, errors.New("the request can't be signed")
	}
	res, err := s.inner.RoundTrip(req)
	if err != nil || res.StatusCode != http.StatusBadRequest {
		return res, err
	}
	return translated(res)
}

// CloseIdleConnections lets go of connections.
func (s *signer) CloseIdleConnections() {
	if t, ok := s.inner.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// translated gives an error, which AWS answers with 400 and a name, the status
// that says the same (Systems Manager API Reference and Secrets Manager API
// Reference, "Common Errors").
func translated(res *http.Response) (*http.Response, error) {
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return nil, err
	}
	var body struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(text, &body)
	name := body.Type[strings.LastIndexByte(body.Type, '#')+1:]
	switch name {
	case "ThrottlingException", "RequestLimitExceeded", "TooManyUpdates":
		res.StatusCode = http.StatusTooManyRequests
		res.Header.Set("Retry-After", "1") // AWS names no time; its limits are by the second
	case "AccessDeniedException", "NotAuthorized":
		res.StatusCode = http.StatusForbidden
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "ExpiredTokenException", "ExpiredToken", "IncompleteSignature", "MissingAuthenticationToken":
		res.StatusCode = http.StatusUnauthorized
	case "ParameterNotFound", "ParameterVersionNotFound", "ResourceNotFoundException":
		res.StatusCode = http.StatusNotFound
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	return res, nil
}

// call asks for an action of the service, and decodes the answer into out.
func (s *Store) call(ctx context.Context, action string, in, out any) error {
	return s.ask.Call(ctx, "/", http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {s.kind.protocol + "." + action},
	}, in, out)
}
